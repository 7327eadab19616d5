"""MCP servers that others wrote: the time server of the Python registry, three of the npm registry.

The latter are looked for in `node_modules` beside the tests' root; npm install @modelcontextprotocol/server-everything
@modelcontextprotocol/server-filesystem @modelcontextprotocol/server-memory puts them there.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from importing import imported

from dive import sources
from dive.config import Config
from dive.errors import ToolError
from dive.sources.kinds import Connection
from dive.tools import Toolbox

pytest.importorskip("mcp", reason="the mcp extra is not installed")
MODULES = Path(os.environ.get("NODE_PATH", Path(__file__).parents[2] / "node_modules")) / "@modelcontextprotocol"


@pytest.fixture
def node(run_of: Callable[..., Config]) -> Iterator[Callable[..., Connection]]:
    """`node(name, *arguments)`: a connection to a server of the npm registry."""
    opened: list[Connection] = []

    def open_one(name: str, *arguments: str, **keys: Any) -> Connection:
        script = MODULES / name / "dist/index.js"
        if shutil.which("node") is None or not script.exists():
            pytest.skip(f"{name} of the npm registry is not installed")
        opened.append(sources.connect(run_of(command=("node", str(script), *arguments), **keys).sources[0], None))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


def test_the_time_server(run_of: Callable[..., Config]) -> None:
    if importlib.util.find_spec("mcp_server_time") is None:
        pytest.skip("mcp-server-time is not installed")
    made = run_of(
        command=(sys.executable, "-m", "mcp_server_time"),
        effects={"convert_time": "pure"},
        seeds={
            "source_timezone": ("Asia/Tokyo", "Asia/Kolkata"),
            "target_timezone": ("Asia/Kathmandu",),
            "time": ("12:00",),
        },
    )
    (done,) = imported(made)
    assert done.found.server.startswith("mcp-time ")
    assert "get_current_time" not in done.found.tools, "nobody allowed it"
    registry = sources.load(made)
    box = Toolbox(registry)
    result = box.call("convert_time", registry.tool("convert_time").tool.examples[0])
    assert result["target"]["timezone"] == "Asia/Kathmandu"
    with pytest.raises(ToolError, match=r"raised: .*Invalid timezone"):
        box.call("convert_time", {"source_timezone": "Nowhere", "time": "12:00", "target_timezone": "Asia/Tokyo"})


def test_the_everything_server(node: Callable[..., Connection]) -> None:
    server = node("server-everything")
    assert server.listing().tools["get_sum"].name == "get-sum"
    assert server.call("get-sum", {"a": 2, "b": 3}) == "The sum of 2 and 3 is 5."
    assert set(server.call("get-structured-content", {"location": "Chicago"})) == {
        "temperature",
        "conditions",
        "humidity",
    }
    with pytest.raises(ToolError, match=r"schema: .*it gives a image"):
        server.call("get-tiny-image", {})


def test_the_filesystem_server(node: Callable[..., Connection], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("alpha")
    server = node("server-filesystem", str(tmp_path))
    assert server.call("read_text_file", {"path": str(tmp_path / "a.txt")}) == {"content": "alpha"}
    with pytest.raises(ToolError, match=r"raised: .*denied"):
        server.call("read_text_file", {"path": "/etc/passwd"})


def test_the_memory_server(node: Callable[..., Connection], tmp_path: Path) -> None:
    memory = '{"type":"entity","name":"Ada","entityType":"person","observations":["wrote notes"]}\n'
    (tmp_path / "memory.json").write_text(memory)
    server = node("server-memory", env={"MEMORY_FILE_PATH": str(tmp_path / "memory.json")})
    assert server.call("open_nodes", {"names": ["Ada"]})["entities"][0]["entityType"] == "person"
