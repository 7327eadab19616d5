"""The example, from import to proof, through the command line; and the run file's tools where a command takes them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from importing import dive as command
from importing import shapes

from dive.cli import main

TASKS = 8


def dive(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def out(atlas: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of the example."""
    directory = tmp_path_factory.mktemp("run") / "out"
    result = dive("run", atlas / "run.toml", f"out={directory}", "draw.count=20", "flow.workers=1")
    assert result.exit_code == 0, result.output
    return directory


def tasks(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "3-verify.jsonl").read_text().splitlines()]


def test_a_foreign_module_gives_verified_tasks(out: Path) -> None:
    made = tasks(out)
    assert len(made) >= TASKS
    assert {task["status"] for task in made} == {"verified"}
    assert len({task["pattern"] for task in made}) >= 4
    assert len({task["seed"]["id"] for task in made}) >= TASKS - 2
    assert {call["tool"] for task in made for call in task["evidence"]} <= {
        "get_country", "neighbours", "largest_cities", "get_city", "large_airports_in_country", "get_airport",
        "countries_with_currency",
    }  # fmt: skip


def test_its_proofs_hold_again_with_and_without_the_tools(out: Path) -> None:
    assert dive("prove", out, "--live").exit_code == 0
    assert "proofs hold" in dive("prove", out).output
    assert dive("report", out).exit_code == 0


def test_nobody_called_the_tool_that_writes(out: Path, atlas: Path) -> None:
    assert tasks(out)
    assert not (atlas / "atlas.notes").exists()
    assert dive("tools", "check", "save_note", "--run", atlas / "run.toml").exit_code == 0
    refused = dive("tools", "call", "save_note", "text=x", "--run", atlas / "run.toml")
    assert refused.exit_code == 1
    assert "refused" in refused.stderr
    assert not (atlas / "atlas.notes").exists()


def test_commands_about_tools_take_a_run_file(atlas: Path) -> None:
    run = atlas / "run.toml"
    listed = json.loads(dive("tools", "list", "--run", run, "--json").stdout)
    assert {row["name"]: row["effect"] for row in listed}["save_note"] == "write"
    assert "neighbours of" in dive("tools", "show", "neighbours", "--run", run).output
    assert json.loads(dive("tools", "call", "get_country", "code=PE", "--run", run).stdout)["name"] == "Peru"
    assert dive("tools", "check", "--run", run).exit_code == 0


def test_an_import_tells_what_it_found_and_what_to_do_next(atlas: Path) -> None:
    run = atlas / "run.toml"
    before = (atlas / "atlas.says.toml").read_bytes()
    told = dive("tools", "import", run).stdout
    for part in ("neighbours", "atlas:country", "Never called: save_note", "0 lines added", f"dive run {run}"):
        assert part in told
    assert (atlas / "atlas.says.toml").read_bytes() == before
    assert "write  save_note" in dive("tools", "import", run, "--list").stdout


def test_a_function_that_hangs_does_not_hold_up_the_import(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        'import time\ndef nap(name: str) -> str:\n    """Sleeps."""\n    time.sleep(60)\n'
    )
    run = tmp_path / "run.toml"
    run.write_text('name = "t"\n[[sources]]\nname = "slow"\nmodule = "slow.py"\neffect = "read"\ncall_s = 0.1\n'
                   'seeds = { name = ["a"] }\n')  # fmt: skip
    result = dive("tools", "import", run)
    assert result.exit_code == 0, result.output
    assert "no result: deadline: nap: no result within" in result.stdout


def test_an_import_without_sources_says_so(tmp_path: Path) -> None:
    run = tmp_path / "run.toml"
    run.write_text('name = "t"\n')
    result = dive("tools", "import", run)
    assert result.exit_code == 2
    assert "there is no [[sources]] table" in result.stderr


def test_a_scripted_model_leads_it_too(atlas: Path, tmp_path: Path) -> None:
    """In processes of their own: they fork benches."""
    for words in (["--estimate"], []):
        told = command("run", atlas / "led.toml", f"out={tmp_path}/led", "draw.count=30", "flow.workers=1", *words)
        assert told.returncode == 0, told.stderr
        assert "30 draws will take about" in told.stdout or not words
    made = tasks(tmp_path / "led")
    assert len(made) >= 12
    assert {task["status"] for task in made} == {"verified"}
    assert all(v["passed"] for task in made for v in task["verdicts"] if v["by"] == "faithful")
    assert len(shapes(made)) >= 5
    assert dive("prove", tmp_path / "led", "--live").exit_code == 0
    assert not (atlas / "atlas.notes").exists()
