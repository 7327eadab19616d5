"""The example's MCP server, never annotated: from import to verified tasks through the command line."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest
from importing import dive, shapes

pytest.importorskip("mcp", reason="the mcp extra is not installed")
EXAMPLE = Path(__file__).parents[2] / "examples/own_server"


@pytest.fixture(scope="module")
def sky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's folder, its database built, its server started by this interpreter."""
    folder = tmp_path_factory.mktemp("sky")
    shutil.copy(EXAMPLE / "server.py", folder)
    for name in ("run.toml", "led.toml"):
        text = (EXAMPLE / name).read_text().replace('"python"', json.dumps(sys.executable))
        (folder / name).write_text(text.replace("probes = 200", "probes = 40"))
    spec = importlib.util.spec_from_file_location("build_sky", EXAMPLE / "build.py")
    assert spec is not None and spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    build.build(folder / "sky.sqlite")
    return folder


def test_a_foreign_server_gives_verified_tasks(sky: Path) -> None:
    told = dive("tools", "import", sky / "run.toml")
    assert told.returncode == 0, told.stderr
    assert "Never called: add_observation" in told.stdout
    lines = (sky / "sky.says.toml").read_text()
    for line in (
        '"{limit} brightest stars of {x} | list hip | sorted magnitude"', '"neighboring constellations of {x} | list"',
        '"Messier objects in {x} | list id"', 'hip = "| transparent | universal"', '"the NGC ID of {x}"',
        'label = "{name} (HIP {id})"', 'ask which constellation is {x} in', 'noun = "square degree"',
        r'label = "the kind \"{name}\""',
    ):  # fmt: skip
        assert line in lines
    made = dive("run", sky / "run.toml", f"out={sky}/out", "draw.count=30", "flow.workers=1")
    assert made.returncode == 0, made.stderr
    tasks = [json.loads(line) for line in (sky / "out/3-verify.jsonl").read_text().splitlines()]
    assert len(tasks) >= 8
    assert {task["status"] for task in tasks} == {"verified"}
    assert len({task["pattern"] for task in tasks}) >= 3
    assert not (sky / "sky.log").exists(), "nobody saved an observation"


def test_a_scripted_model_leads_it_too(sky: Path) -> None:
    assert (sky / "sky.found.json").exists() or dive("tools", "import", sky / "led.toml").returncode == 0
    made = dive("run", sky / "led.toml", f"out={sky}/led", "draw.count=24", "flow.workers=1")
    assert made.returncode == 0, made.stderr
    tasks = [json.loads(line) for line in (sky / "led/3-verify.jsonl").read_text().splitlines()]
    assert len(tasks) >= 6
    assert {task["status"] for task in tasks} == {"verified"}
    assert len(shapes(tasks)) >= 4
    assert not (sky / "sky.log").exists(), "nobody saved an observation"
