"""A run file becomes one frozen tree; every mistake is one line that names its place."""

import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dive import config
from dive.config import Config
from dive.errors import ConfigError

FIRST = Path(__file__).parents[1] / "runs" / "first.toml"


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    return tmp_path / "run.toml"


def test_the_shipped_run_file_loads_and_defaults_fill_the_rest() -> None:
    first = config.load(FIRST)
    assert (first.name, first.seed, first.out) == ("first", 7, "out/first")
    assert first.synthesize.rounds == 3
    assert first.split.part == "train"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nam = 'x'", "unknown key 'nam'; did you mean 'name'?"),
        ("name = 'x'\n[draw]\ncuont = 1", "unknown key 'draw.cuont'; did you mean 'draw.count'?"),
        ("name = 'x'\n[draw.modes]\nbrige = 1", "unknown key 'draw.modes.brige'; did you mean 'draw.modes.bridge'?"),
        ("name = 'x'\n[flo]\nworkers = 1", "unknown key 'flo'; did you mean 'flow'?"),
        ("seed = 1", "missing key 'name'"),
        ("name = 'x'\n[draw]\ncount = 'many'", 'draw.count: expected an integer, got "many"'),
        ("name = 'x'\n[draw]\ncount = -1", "draw.count: expected an integer >= 0, got -1"),
        ("name = 'x'\ndraw = 3", "draw: expected a section, got 3"),
        ("name = 'x'\n[split]\npart = 'test'", 'split.part: expected "train" or "eval", got "test"'),
        ("name = 'x'\n[verify]\ngates = ['uniqe']", "verify.gates: unknown gate 'uniqe'; did you mean 'unique'?"),
        ("name = 'x'\n[draw]\ndomains = ['geografy']", "unknown domain 'geografy'; did you mean 'geography'?"),
        ("name = 'x'\n[draw]\ntoolset_min = 60", "draw.toolset_min (60) is above toolset_max (50)"),
        ("name = 'x'\n[draw.modes]\ndomain = 0\nbridge = 0\nuniform = 0", "draw.modes: at least one weight"),
        ("name = '../x'", "name: expected a string matching"),
        ("name = 'x'\n\n[draw\ncount = 1", "run.toml:3: "),
        ("name = ", "run.toml:1: "),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_it(run_file: Path, text: str, says: str) -> None:
    run_file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.load(run_file)
    assert says in str(caught.value)
    assert str(caught.value).startswith(str(run_file))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_no_text_is_refused(run_file: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        config.load(run_file)
    run_file.write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8 at byte 8"):
        config.load(run_file)


def test_overrides_are_toml_values_and_bare_words_strings(run_file: Path) -> None:
    run_file.write_text("name = 'x'\n[draw]\ncount = 5\ntoolset_min = 20\n[draw.modes]\nbridge = 0.9")
    made = config.load(
        run_file, ["draw.count=50", "split.part=eval", 'draw.tools.deny=["a", "b"]', "draw.modes.domain=1", "out=here"]
    )
    assert (made.draw.count, made.draw.toolset_min) == (50, 20)
    assert (made.draw.modes.domain, made.draw.modes.bridge) == (1.0, 0.9)
    assert made.split.part == "eval"
    assert made.draw.tools.deny == ("a", "b")
    assert made.out == "here"


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("draw.cuont=5", "command line: unknown key 'draw.cuont'; did you mean 'draw.count'?"),
        ("draw.count=five", 'command line: draw.count: expected an integer, got "five"'),
        ("draw.domains=geography", 'command line: draw.domains: expected an array such as ["a", "b"], got "geography"'),
        ("draw.domains=['geo']", "command line: draw.domains: unknown domain 'geo'; did you mean 'geography'?"),
        ("draw.modes.domain=inf", "command line: draw.modes.domain: expected a number <= 1000.0, got inf"),
        ("draw=1", "command line: draw: expected a section, got 1"),
        ("draw.count.x=1", "command line: unknown key 'draw.count.x'"),
        ("draw.count=1\nname='y'", "command line: draw.count: expected an integer"),
        ("draw", "'draw' is not section.key=value"),
    ],
)
def test_a_mistake_on_the_command_line_is_put_down_to_it(run_file: Path, word: str, says: str) -> None:
    run_file.write_text("name = 'x'")
    with pytest.raises(ConfigError) as caught:
        config.load(run_file, [word])
    assert str(caught.value).startswith(says)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)


@given(
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True), tools=st.lists(texts, max_size=3), out=texts
)
def test_a_config_written_as_toml_loads_as_itself(
    tmp_path_factory: pytest.TempPathFactory, name: str, tools: list[str], out: str
) -> None:
    base = config.load(FIRST)
    draw = msgspec.structs.replace(base.draw, tools=config.ToolFilter(allow=tuple(tools)))
    made = msgspec.structs.replace(base, name=name, draw=draw, out=out or f"out/{name}")
    path = tmp_path_factory.mktemp("toml") / "config.toml"
    path.write_text(config.to_toml(made), encoding="utf-8", newline="")
    assert config.load(path) == made


def test_the_fingerprint_changes_with_each_key_that_changes_a_task_and_with_no_other() -> None:
    base = config.load(FIRST)
    free = {"name", "out", "draw.count", "flow.workers", "flow.concurrency", "flow.deadline_s", "report.compare_rounds",
            "sources", "export.allow_proved", "budget.max_cost", "budget.max_tokens", "budget.max_calls"}  # fmt: skip
    keys = config.flatten(base)
    assert set(config.fingerprint(base, {})) == set(keys) - free
    for override, changed in [
        ("draw.count=7", set()), ("flow.workers=1", set()), ("name=z", set()), ("seed=8", {"seed"}),
        ("split.held_out_tools=['a']", {"split.held_out_tools"}), ("draw.modes.domain=0.5", {"draw.modes.domain"}),
    ]:  # fmt: skip
        other = config.fingerprint(config.load(FIRST, [override]), {"tools": "1"})
        before = config.fingerprint(base, {"tools": "1"})
        assert {key for key in before if before[key] != other[key]} == changed
    assert config.fingerprint(base, {"tools": "1"})["tools"] == "1"


def test_the_shipped_run_file_says_nothing_that_the_tree_lacks() -> None:
    table = tomllib.loads(FIRST.read_text())
    assert set(table) <= {field.name for field in msgspec.structs.fields(Config)}
