"""A server that speaks just enough MCP to start at once: for tests that start it many times.

    python bare.py FOLDER

FOLDER/extra, if it exists, adds a tool, which is announced with the next result; FOLDER/died counts calls of `die`.
"""

import json
import os
import sys
from pathlib import Path

FOLDER = Path(sys.argv[1])
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def tools() -> list[str]:
    """What there is now."""
    return ["greet", "die", "flood", *(["extra"] if (FOLDER / "extra").exists() else [])]


def call(name: str, n: int) -> str:
    """What a tool says."""
    if name == "die":
        path = FOLDER / "died"
        count = int(path.read_text()) + 1 if path.exists() else 1
        path.write_text(str(count))
        if count <= n:
            os._exit(7)
    return "x" * n if name == "flood" else f"{name} {n}"


def answer(method: str, params: dict) -> dict:
    """The result of one request."""
    if method == "initialize":
        info = {"name": "bare", "version": "2"}
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": info}
    if method == "tools/list":
        return {"tools": [{"name": name, "description": f"Does {name}.", "inputSchema": SCHEMA} for name in tools()]}
    return {"content": [{"type": "text", "text": call(params["name"], params["arguments"]["n"])}]}


print("this line is no message", flush=True)
announced = tools()
for line in sys.stdin:
    message = json.loads(line)
    if "id" in message and "method" in message:
        result = answer(message["method"], message.get("params", {}))
        if announced != tools():
            announced = tools()
            print(json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}), flush=True)
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
