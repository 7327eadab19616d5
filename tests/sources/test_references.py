"""`${NAME}` in a source: the value reaches the server and no file, whatever the server says."""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from importing import dive
from msgspec.structs import replace

from dive import config, sources
from dive.config import Config, SourceSection
from dive.errors import ConfigError, ToolError
from dive.sources import references

pytest.importorskip("mcp", reason="the mcp extra is not installed")
CLERK = Path(__file__).with_name("clerk.py")
SECRET = "sk-planted-4f1c9e77a2"
ENV = {"CLERK_TOKEN": SECRET, "OTHER": "not asked for"}
Clerk = Callable[..., Config]


def source(**keys: object) -> SourceSection:
    return SourceSection(name="own", folder="", **keys)


def test_variables_are_put_in_place() -> None:
    made = source(url="https://h/mcp?k=${OTHER}", headers={"Authorization": "Bearer ${CLERK_TOKEN}"})
    assert references.named(made) == {"OTHER": "url", "CLERK_TOKEN": "headers.Authorization"}
    filled = references.filled(made, ENV)
    assert filled.headers == {"Authorization": f"Bearer {SECRET}"}
    assert filled.url == "https://h/mcp?k=not asked for"


@pytest.mark.parametrize("variables", [{}, {"CLERK_TOKEN": ""}], ids=["missing", "empty"])
def test_a_missing_variable_is_named(clerk: Clerk, variables: dict[str, str]) -> None:
    made = clerk(env={"CLERK_TOKEN": "${CLERK_TOKEN}"})
    with pytest.raises(ConfigError, match=r"'own': env\.CLERK_TOKEN refers to the environment variable CLERK_TOKEN"):
        sources.listed(made, variables)
    with pytest.raises(ToolError, match=r"refused: .*CLERK_TOKEN"):
        sources.connect(made.sources[0], None).call("motto", {"person_id": "P-001"})


def test_whatever_the_server_echoes_is_hidden(clerk: Clerk) -> None:
    made = clerk(env={"CLERK_TOKEN": "${CLERK_TOKEN}"}).sources[0]
    connection = sources.connect(made, None, ENV)
    try:
        told = connection.call("badge", {"person_id": "P-001"})
        assert told == {"owner": "P-001", "token": "***", "header": None, "motto": "in order"}
        with pytest.raises(ToolError) as caught:
            connection.call("badge", {"person_id": "nobody"})
    finally:
        connection.close()
    assert SECRET not in str(caught.value)
    assert "***" in str(caught.value)


def test_a_secret_in_a_header_reaches_the_server_alone(clerk: Clerk, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(CLERK), str(tmp_path), "http", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _listens(port)
            headers = {"Authorization": "Bearer ${CLERK_TOKEN}"}
            made = replace(clerk().sources[0], command=(), url=f"http://127.0.0.1:{port}/mcp", headers=headers)
            connection = sources.connect(made, None, ENV)
            told = connection.call("badge", {"person_id": "P-001"})
            connection.close()
            assert told["header"] == "Bearer ***"
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('url = "http://h/mcp"\nheaders = { Authorization = "Bearer abc" }', "Authorization looks like a secret"),
        ('command = ["x"]\nenv = { GITHUB_TOKEN = "abc" }', "GITHUB_TOKEN looks like a secret"),
        ('command = ["x"]\nenv = { MODE = "sk-proj-0123456789abcdef" }', "MODE looks like a secret"),
        ('command = ["x", "--with", "ghp_0123456789abcdefghij"]', "command 2 looks like a secret"),
        ('url = "http://h/mcp?t=eyJhbGciOiJIUzI1NiJ9.x.y"', "url looks like a secret"),
        ('url = "http://me:pw@h/mcp"', "no user and no password"),
        ('command = ["x"]\nheaders = { Accept = "y" }', "headers go with a url"),
    ],
)
def test_a_secret_in_a_run_file_is_refused(tmp_path: Path, text: str, says: str) -> None:
    run = tmp_path / "run.toml"
    run.write_text(f'name = "t"\n[[sources]]\nname = "own"\n{text}\n')
    with pytest.raises(ConfigError, match=says):
        config.load(run)


def test_no_file_of_a_run_holds_a_planted_secret(tmp_path: Path) -> None:
    run = tmp_path / "run.toml"
    run.write_text(
        f'name = "t"\nout = "{tmp_path}/out"\ncatalog = false\n[[sources]]\nname = "register"\n'
        f'command = ["{sys.executable}", "{CLERK}", "{tmp_path}"]\nenv = {{ CLERK_TOKEN = "${{DIVE_TEST_TOKEN}}" }}\n'
        'effects = { get_person = "read", staff_of = "read", badge = "read" }\n'
        '[sources.seeds]\nperson_id = ["P-001", "P-002", "P-003", "P-004"]\n'
        "[draw]\ncount = 8\n[synthesize]\nrounds = 1\n[flow]\nworkers = 1\n"
    )
    for words in (["tools", "import", str(run)], ["tools", "check", "--run", str(run)], ["run", str(run)]):
        result = dive(*words, DIVE_TEST_TOKEN=SECRET)
        assert result.returncode == 0, result.stderr
        assert SECRET not in result.stdout + result.stderr
    spelled = [SECRET.encode(), SECRET.encode().hex().encode(), base64.b64encode(SECRET.encode())]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "register.found.json" for path in files)
    assert [path for path in files if any(text in path.read_bytes() for text in spelled)] == []
    assert "DIVE_TEST_TOKEN" not in os.environ
    missing = dive("run", run)
    assert missing.returncode == 2
    assert "DIVE_TEST_TOKEN, which is not set" in missing.stderr


def _listens(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")
