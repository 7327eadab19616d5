"""MCP servers: supervised, capped, compared; on a server of our own written with the official package."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from importing import imported
from msgspec.structs import replace

from dive import config, sources
from dive.cli import main
from dive.config import Config
from dive.errors import ConfigError, ToolError
from dive.sources.kinds import Connection
from dive.tools import Toolbox

pytest.importorskip("mcp", reason="the mcp extra is not installed")
CLERK = Path(__file__).with_name("clerk.py")
Clerk = Callable[..., Config]


@contextlib.contextmanager
def connected(made: Config, marks: dict[str, str] | None = None) -> Iterator[Connection]:
    connection = sources.connect(made.sources[0], marks)
    try:
        yield connection
    finally:
        connection.close()


def kind_of(connection: Connection, name: str, **args: Any) -> str:
    with pytest.raises(ToolError) as caught:
        connection.call(name, args)
    return caught.value.kind


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One server for the tests that do it no harm."""
    folder = tmp_path_factory.mktemp("clerk")
    source = config.SourceSection(
        name="own", folder=str(folder), command=(sys.executable, str(CLERK), str(folder)), call_s=0.6, max_bytes=10_000
    )
    with connected(Config(name="t", sources=(source,))) as connection:
        yield connection


def test_it_lists(one: Connection) -> None:
    listing = one.listing()
    assert listing.server == "clerk 1.0"
    assert {"get_person", "staff_of", "delete_all"} <= set(listing.tools)
    assert listing.tools["get_person"].input["required"] == ["person_id"]


@pytest.mark.parametrize(
    ("name", "args", "result"),
    [
        ("get_person", {"person_id": "P-001"}, {"person_id": "P-001", "name": "Ada", "born": 1815, "boss_id": None}),
        ("staff_of", {"boss_id": "P-002"},
         [{"person_id": "P-004", "name": "Barbara"}, {"person_id": "P-005", "name": "Donald"}]),
        ("motto", {"person_id": "P-002"}, "Grace was here"),
        ("motto", {"person_id": "P-002", "nothing": None}, "Grace was here"),
    ],
    ids=["structured", "JSON in a text", "text", "a parameter left out"],
)  # fmt: skip
def test_results_are_values(one: Connection, name: str, args: dict[str, Any], result: Any) -> None:
    assert one.call(name, args) == result


def test_errors_and_lateness_and_size_have_their_kinds(one: Connection) -> None:
    assert kind_of(one, "get_person", person_id="nobody") == "raised"
    assert kind_of(one, "no_such_tool") == "raised"
    assert kind_of(one, "sleep", seconds=5) == "deadline"
    assert kind_of(one, "flood", size=20_000) == "too_large"
    assert one.call("flood", {"size": 100}) == "x" * 100, "the session lives on"


def test_a_line_without_end_is_never_held(bare: Clerk) -> None:
    with connected(bare(max_bytes=1000)) as connection:
        assert kind_of(connection, "flood", n=3_000_000) == "too_large"
        assert connection.call("greet", {"n": 1}) == "greet 1"


def test_a_dead_server_is_started_again_three_times_in_a_row(bare: Clerk, tmp_path: Path) -> None:
    with connected(bare()) as connection:
        assert connection.call("die", {"n": 2}) == "die 2"
        (tmp_path / "died").unlink()
        assert kind_of(connection, "die", n=99) == "raised"
        assert (tmp_path / "died").read_text() == "4"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("no-such-program-at-all",), "no-such-program-at-all"),
        ((sys.executable, "-c", "import sys; print('no key given', file=sys.stderr)"), "it said: no key given"),
        ((sys.executable, "-c", "import time; time.sleep(60)"), "no answer within 0.3 s"),
        ((sys.executable, "-c", "while True: print('x' * 100, end='')"), "own"),
    ],
    ids=["missing", "ends", "silent", "floods"],
)
def test_a_server_that_does_not_speak_is_told_in_one_line(clerk: Clerk, command: tuple[str, ...], says: str) -> None:
    with connected(clerk(command=command, connect_s=0.3 if "sleep" in command[-1] else 5.0)) as connection:
        with pytest.raises(ConfigError) as caught:
            connection.listing()
        assert says in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_changed_list_is_an_error_that_names_what_changed(bare: Clerk, tmp_path: Path) -> None:
    made = bare()
    imported(made)
    registry = sources.load(made)
    sources.compared(made)
    (tmp_path / "extra").touch()
    with pytest.raises(ConfigError, match=r"\(new: extra\)"):
        sources.compared(made)
    with pytest.raises(ToolError, match=r"refused: .*new: extra"):
        Toolbox(registry).call("greet", {"n": 1})


def test_a_list_that_changes_while_connected_is_noticed(bare: Clerk, tmp_path: Path) -> None:
    with connected(bare()) as connection:
        marks = connection.listing().marks
    with connected(bare(), marks) as connection:
        assert connection.call("greet", {"n": 1}) == "greet 1"
        (tmp_path / "extra").touch()
        assert connection.call("greet", {"n": 2}) == "greet 2", "it is announced with this result"
        assert kind_of(connection, "greet", n=3) == "refused"


def test_each_process_has_a_session_of_its_own(bare: Clerk) -> None:
    with connected(bare()) as connection:
        assert connection.call("greet", {"n": 1}) == "greet 1"
        child = os.fork()
        if child == 0:
            said = connection.call("greet", {"n": 2})
            connection.close()
            os._exit(0 if said == "greet 2" else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert connection.call("greet", {"n": 3}) == "greet 3"


def test_types_are_inferred_and_effects_kept(clerk: Clerk, tmp_path: Path) -> None:
    made = clerk(seeds={"person_id": ("P-001", "P-002", "P-003", "P-004")})
    (done,) = imported(made)
    assert done.found.tools["get_person"].gives["boss_id"] == "own:person"
    assert done.found.tools["staff_of"].takes == {"boss_id": "own:person"}
    assert done.found.pools["own:person"]["P-007"] == "Radia"
    registry = sources.load(made)
    assert registry.tool("delete_all").tool.effect == "write"
    assert not (tmp_path / "deleted").exists()


def test_no_import_check_or_run_calls_a_write_tool(tmp_path: Path) -> None:
    keys = ", ".join(f'{name} = "read"' for name in ("get_person", "staff_of"))
    run = tmp_path / "run.toml"
    run.write_text(
        f'name = "t"\nout = "{tmp_path}/out"\ncatalog = false\n[[sources]]\nname = "register"\n'
        f'command = ["{sys.executable}", "{CLERK}", "{tmp_path}"]\neffects = {{ {keys} }}\n'
        '[sources.seeds]\nperson_id = ["P-001", "P-002", "P-003", "P-004"]\n'
        "[draw]\ncount = 8\n[synthesize]\nrounds = 1\n[flow]\nworkers = 1\n"
    )
    for words in (["tools", "import", str(run)], ["tools", "check", "--run", str(run)], ["run", str(run)]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "out/3-verify.jsonl").exists()
    assert not (tmp_path / "deleted").exists()


def test_a_server_by_url(clerk: Clerk, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(CLERK), str(tmp_path), "http", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _listens(port)
            source = replace(clerk().sources[0], command=(), url=f"http://127.0.0.1:{port}/mcp")
            with connected(Config(name="t", sources=(source,))) as connection:
                assert "get_person" in connection.listing().tools
                assert connection.call("motto", {"person_id": "P-001"}) == "Ada was here"
                assert kind_of(connection, "get_person", person_id="nobody") == "raised"
                process.kill()
                process.wait()
                assert kind_of(connection, "motto", person_id="P-001") == "raised"
        finally:
            process.kill()


def _listens(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")
