"""A small MCP server over a star catalogue, as one writes it: it knows nothing of DIVE."""

import json
import sqlite3
from pathlib import Path

from mcp.server.mcpserver import MCPServer

DATABASE = Path(__file__).with_name("sky.sqlite")
server = MCPServer("sky", version="0.3.1", log_level="CRITICAL")


def query(sql: str, *values: object) -> list[dict]:
    database = sqlite3.connect(DATABASE)
    database.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in database.execute(sql, values)]
    finally:
        database.close()


def one(sql: str, value: object) -> dict:
    found = query(sql, value)
    if not found:
        raise ValueError(f"not found: {value}")
    return found[0]


@server.tool()
def get_constellation(abbr: str) -> dict:
    """Get a constellation by its abbreviation."""
    return one("select abbr, name, meaning, area_sq_deg from constellation where abbr = ?", abbr)


@server.tool(structured_output=False)
def neighboring_constellations(abbr: str) -> str:
    """Constellations next to a constellation."""
    one("select abbr from constellation where abbr = ?", abbr)
    return json.dumps([row["other"] for row in query("select other from border where abbr = ? order by other", abbr)])


@server.tool(structured_output=False)
def search_constellations(query_text: str) -> str:
    """Search constellations by name."""
    found = query("select abbr, name from constellation where name like ? order by name", f"%{query_text}%")
    return json.dumps({"query": query_text, "count": len(found), "results": found})


@server.tool()
def get_star(hip: int) -> dict:
    """Get a star by its Hipparcos (HIP) number. distance_ly is null if unknown."""
    return one("select hip, name, constellation, magnitude, distance_ly from star where hip = ?", hip)


@server.tool(structured_output=False)
def find_star(name: str) -> str:
    """Find a star by its proper name."""
    return json.dumps(one("select hip, name, constellation from star where name = ? collate nocase", name))


@server.tool(structured_output=False)
def brightest_stars(constellation: str, limit: int = 5) -> str:
    """The brightest named stars of a constellation. Args: constellation: abbreviation, limit: how many (default 5)."""
    sql = "select hip, name, magnitude from star where constellation = ? order by magnitude limit ?"
    return json.dumps({"constellation": constellation, "stars": query(sql, constellation, limit)})


@server.tool()
def messier_objects_in(constellation: str) -> list[dict]:
    """List the Messier objects of a constellation."""
    return query("select messier as id, kind from object where constellation = ?", constellation)


@server.tool(structured_output=False)
def get_messier_object(id: str) -> str:
    """Get a Messier object, e.g. M31."""
    sql = "select messier as id, name, kind, constellation, magnitude, size_arcmin, ngc as ngc_id from object"
    return json.dumps(one(f"{sql} where messier = ?", id), indent=2)


@server.tool()
def objects_by_type(kind: str) -> list[str]:
    """IDs of all Messier objects of a type, like "globular cluster"."""
    return [row["messier"] for row in query("select messier from object where kind = ?", kind)]


@server.tool(structured_output=False)
def catalog_info() -> str:
    """About this catalog."""
    return f"{query('select count(*) as n from star')[0]['n']} named stars, 88 constellations, 110 Messier objects"


@server.tool()
def add_observation(object_id: str, note: str) -> str:
    """Save an observation."""
    with DATABASE.with_suffix(".log").open("a") as log:
        log.write(f"{object_id}: {note}\n")
    return "saved"


if __name__ == "__main__":
    server.run("stdio")
