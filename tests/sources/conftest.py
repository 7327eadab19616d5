"""A foreign module over a real database, copied and built once; a foreign MCP server."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from importing import imported

from dive import config, sources
from dive.config import Config, SourceSection
from dive.registry import Registry

EXAMPLE = Path(__file__).parents[2] / "examples/own_tools"
CLERK, BARE = (Path(__file__).with_name(name) for name in ("clerk.py", "bare.py"))
READS = dict.fromkeys(("get_person", "staff_of", "motto"), "read")


@pytest.fixture(scope="session")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's folder, its database built and its tools imported."""
    folder = tmp_path_factory.mktemp("atlas")
    for name in ("atlas.py", "run.toml", "led.toml"):
        shutil.copy(EXAMPLE / name, folder)
    spec = importlib.util.spec_from_file_location("build_atlas", EXAMPLE / "build.py")
    assert spec is not None and spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    build.build(folder / "atlas.sqlite")
    imported(config.load(folder / "run.toml"))
    return folder


@pytest.fixture(scope="session")
def atlas_tools(atlas: Path) -> Registry:
    return sources.load(config.load(atlas / "run.toml"))


@pytest.fixture
def run_of(tmp_path: Path) -> Callable[..., Config]:
    """`run_of(**keys)`: a run file's config with one source called `own`, in the test's folder."""

    def make(**keys: object) -> Config:
        return Config(name="t", catalog=False, sources=(SourceSection(name="own", folder=str(tmp_path), **keys),))

    return make


@pytest.fixture
def clerk(run_of: Callable[..., Config], tmp_path: Path) -> Callable[..., Config]:
    """`clerk(**keys)`: a run whose source is the test's own MCP server."""
    pytest.importorskip("mcp", reason="the mcp extra is not installed")

    def make(**keys: object) -> Config:
        given = {"command": (sys.executable, str(CLERK), str(tmp_path)), "effects": READS, **keys}
        return run_of(**given)

    return make


@pytest.fixture
def bare(clerk: Callable[..., Config], tmp_path: Path) -> Callable[..., Config]:
    """`bare(**keys)`: a run whose source is a server that starts at once."""

    def make(**keys: object) -> Config:
        given = {"command": (sys.executable, "-S", str(BARE), str(tmp_path)), "effects": {"greet": "read"}, **keys}
        return clerk(**given)

    return make
