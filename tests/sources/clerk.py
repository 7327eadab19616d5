"""A real MCP server for the tests, written with the official package: a small register, and things that go wrong.

    python clerk.py FOLDER [http PORT]

FOLDER/deleted counts calls of `delete_all`; FOLDER/extra, if it exists, adds a tool; FOLDER/died is written once.
"""

import json
import os
import sys
import time
from pathlib import Path

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError

FOLDER = Path(sys.argv[1])
PEOPLE = {
    f"P-{n:03d}": {"person_id": f"P-{n:03d}", "name": name, "born": born, "boss_id": f"P-{boss:03d}" if boss else None}
    for n, (name, born, boss) in enumerate(
        [("Ada", 1815, 0), ("Grace", 1906, 1), ("Edsger", 1930, 1), ("Barbara", 1939, 2), ("Donald", 1938, 2),
         ("Alan", 1912, 1), ("Radia", 1951, 4), ("Leslie", 1941, 4)], 1
    )
}  # fmt: skip
server = MCPServer("clerk", version="1.0", log_level="CRITICAL")


def count(name: str) -> int:
    """One more in the file of that name."""
    path = FOLDER / name
    number = int(path.read_text()) + 1 if path.exists() else 1
    path.write_text(str(number))
    return number


@server.tool()
def get_person(person_id: str) -> dict:
    """A person by number."""
    if person_id not in PEOPLE:
        raise ValueError(f"nobody has the number {person_id}")
    return PEOPLE[person_id]


@server.tool(structured_output=False)
def staff_of(boss_id: str) -> str:
    """Those who report to a person, as JSON in a text."""
    return json.dumps(
        [{"person_id": p["person_id"], "name": p["name"]} for p in PEOPLE.values() if p["boss_id"] == boss_id]
    )


@server.tool(structured_output=False)
def motto(person_id: str) -> str:
    """What a person says."""
    return f"{PEOPLE[person_id]['name']} was here"


@server.tool()
def delete_all() -> str:
    """Deletes everything."""
    return f"deleted {count('deleted')} times"


@server.tool(structured_output=False)
def flood(size: int) -> str:
    """A text of a size."""
    return "x" * size


@server.tool()
def badge(person_id: str, ctx: Context) -> dict:
    """A person's badge; it tells whoever asks all that it was given."""
    if person_id not in PEOPLE:
        raise ToolError(f"no badge for {os.environ.get('CLERK_TOKEN')} and {person_id}")
    request = ctx.request_context.request
    header = request.headers.get("authorization") if request is not None else None
    return {"owner": person_id, "token": os.environ.get("CLERK_TOKEN"), "header": header, "motto": "in order"}


@server.tool()
def sleep(seconds: float) -> str:
    """Answers late."""
    time.sleep(seconds)
    return "awake"


@server.tool()
def die(times: int) -> str:
    """Ends the server, so many times."""
    if count("died") <= times:
        os._exit(7)
    return "alive"


if (FOLDER / "extra").exists():

    @server.tool()
    def extra() -> str:
        """A tool that was not there before."""
        return "extra"


if __name__ == "__main__":
    if "http" in sys.argv:
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[3]))
    else:
        print("this line is no message", flush=True)
        server.run("stdio")
