"""OpenAPI files as sources, against a real service on loopback over a real database."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from importing import dive

from dive import sources
from dive.config import Config, SourceSection
from dive.errors import ConfigError, ToolError
from dive.sources.openapi import Api, resolved
from dive.tools import Toolbox

SECRET = "sk-planted-9d20b7"
CODE = {"name": "code", "in": "path", "required": True, "schema": {"$ref": "#/components/schemas/Code"}}
FLAWED = {
    "get": {"operationId": "with_header", "parameters": [{"name": "X-Id", "in": "header", "required": True}]},
    "put": {"operationId": "upload", "requestBody": {"content": {"text/csv": {}}}},
}
API = {
    "openapi": "3.0.3", "info": {"title": "Atlas", "version": "1.2"}, "servers": [{"url": "https://{h}/v1"}],
    "components": {"schemas": {"Code": {"type": "string"}}, "parameters": {"Code": CODE}},
    "paths": {
        "/countries/{code}": {"parameters": [{"$ref": "#/components/parameters/Code"}],
                              "get": {"operationId": "getCountry", "summary": "A country by its code."}},
        "/countries/{code}/neighbours": {"get": {"operationId": "listNeighbours", "parameters": [CODE],
                                                 "summary": "The neighbours of a country."}},
        "/cities": {"get": {"summary": "The largest cities of a country.", "parameters": [
            {"name": "country_code", "in": "query", "required": True, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 5}}]}},
        "/notes": {"post": {"operationId": "add_note", "requestBody": {"content": {"application/json": {
            "schema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}}}}}},
        "/countries": {"delete": {"operationId": "delete_all", "summary": "Deletes all countries."}},
        "/odd/{what}": {"get": {"operationId": "odd", "parameters": [{**CODE, "name": "what"}]}},
        "/flawed": FLAWED,
    },
}  # fmt: skip


class Service(threading.Thread):
    """The service: a thread with a loop of its own."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self.database, self.notes, self.deleted, self.port = database, 0, 0, 0
        self.ready, self.loop = threading.Event(), asyncio.new_event_loop()

    def run(self) -> None:
        runner = self.loop.run_until_complete(self.serve())
        self.ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(runner.cleanup())
        self.loop.close()

    async def serve(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/v1/countries/{code}", self.country)
        app.router.add_get("/v1/countries/{code}/neighbours", self.neighbours)
        app.router.add_get("/v1/cities", self.cities)
        app.router.add_post("/v1/notes", self.note)
        app.router.add_delete("/v1/countries", self.delete)
        app.router.add_get("/v1/odd/{what}", self.odd)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        database = sqlite3.connect(self.database)
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(sql, values)]
        finally:
            database.close()

    async def country(self, request: web.Request) -> web.Response:
        found = self.rows("select code, name, area_km2, population, currency from country where code = ?",
                          request.match_info["code"])  # fmt: skip
        if not found:
            raise web.HTTPNotFound(text=json.dumps({"detail": "no such country"}))
        return web.json_response(found[0])

    async def neighbours(self, request: web.Request) -> web.Response:
        sql = "select c.code, c.name from border b join country c on c.code = b.other where b.code = ? order by c.name"
        return web.json_response(self.rows(sql, request.match_info["code"]))

    async def cities(self, request: web.Request) -> web.Response:
        sql = "select name, population from city where country_code = ? order by population desc limit ?"
        return web.json_response(self.rows(sql, request.query["country_code"], int(request.query.get("limit", 5))))

    async def note(self, request: web.Request) -> web.Response:
        self.notes += 1
        return web.json_response({"text": (await request.json())["text"]})

    async def delete(self, _: web.Request) -> web.Response:
        self.deleted += 1
        return web.json_response({"deleted": self.deleted})

    async def odd(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        if what == "slow":
            await asyncio.sleep(2)
        if what == "long":
            return web.Response(body=b"x" * 500_000)
        if what == "away":
            raise web.HTTPFound("http://127.0.0.1:9/elsewhere")
        if what == "echo":
            return web.json_response({"header": request.headers.get("X-Api-Key")})
        return web.Response(text=what, status=int(what) if what.isdecimal() else 200)


@pytest.fixture(scope="module")
def service(atlas: Path) -> Iterator[Service]:
    made = Service(atlas / "atlas.sqlite")
    made.start()
    assert made.ready.wait(20)
    yield made
    made.loop.call_soon_threadsafe(made.loop.stop)
    made.join(5)


@pytest.fixture
def rest(service: Service, tmp_path: Path) -> Callable[..., SourceSection]:
    """`rest(**keys)`: the service's file as a source."""
    (tmp_path / "api.json").write_text(json.dumps(API))

    def make(**keys: Any) -> SourceSection:
        base = {"name": "rest", "folder": str(tmp_path), "openapi": "api.json", "call_s": 0.5, "max_bytes": 100_000}
        return SourceSection(**{**base, "url": f"http://127.0.0.1:{service.port}/v1", **keys})

    return make


def test_it_lists_and_says_what_it_leaves_out(rest: Callable[..., SourceSection]) -> None:
    listing = Api(rest(), {}).listing()
    assert set(listing.tools) == {"get_country", "list_neighbours", "get_cities", "add_note", "odd", "delete_all"}
    assert listing.server.startswith("Atlas 1.2@")
    assert "needs 'X-Id' in the header" in listing.left_out["with_header"]
    assert "no JSON object" in listing.left_out["upload"]
    assert listing.tools["get_country"].input["properties"]["code"]["type"] == "string"
    effects = sources.effects(rest(effect="read"), listing.tools)
    assert effects["add_note"] == effects["delete_all"] == "write", "whatever is no GET"
    assert effects["get_cities"] == "read"


def test_calls_are_requests(rest: Callable[..., SourceSection]) -> None:
    api = Api(rest(), {})
    assert api.call("getCountry", {"code": "PE"})["name"] == "Peru"
    assert len(api.call("get_cities", {"country_code": "PE", "limit": 2})) == 2
    assert len(api.call("get_cities", {"country_code": "PE", "limit": None})) == 5
    assert api.call("odd", {"what": "plain text"}) == "plain text"


@pytest.mark.parametrize(
    ("what", "kind"),
    [("404", "not_found"), ("422", "arguments"), ("403", "refused"), ("500", "raised"), ("away", "raised"),
     ("slow", "deadline"), ("long", "too_large"), ("..", "arguments"), ("../../etc", "")],
)  # fmt: skip
def test_failures_have_their_kinds(rest: Callable[..., SourceSection], what: str, kind: str) -> None:
    api = Api(rest(), {})
    if not kind:
        assert api.call("odd", {"what": what}) == what, "a path is never left"
        return
    with pytest.raises(ToolError) as caught:
        api.call("odd", {"what": what})
    assert caught.value.kind == kind


def test_nobody_there_is_an_error(rest: Callable[..., SourceSection]) -> None:
    with pytest.raises(ToolError, match="raised"):
        Api(rest(url="http://127.0.0.1:9"), {}).call("getCountry", {"code": "PE"})


def test_a_secret_is_sent_and_hidden(rest: Callable[..., SourceSection]) -> None:
    source = rest(headers={"X-Api-Key": "${REST_KEY}"})
    assert Api(source, {"REST_KEY": SECRET}).call("odd", {"what": "echo"}) == {"header": "***"}
    with pytest.raises(ToolError, match=r"refused: .*REST_KEY, which is not set"):
        Api(source, {}).call("odd", {"what": "echo"})


@pytest.mark.parametrize(
    ("table", "says"),
    [({"swagger": "2.0"}, "no OpenAPI 3 file"), ({**API, "servers": []}, "does not say where"), ([], "no OpenAPI 3")],
)
def test_a_file_that_cannot_be_used(rest: Callable[..., SourceSection], tmp_path: Path, table: Any, says: str) -> None:
    source = rest(url="")
    (tmp_path / "api.json").write_text(json.dumps(table))
    with pytest.raises(ConfigError, match=says):
        Api(source, {}).listing()


def test_references_stay_in_the_file() -> None:
    loop = {"a": {"$ref": "#/a"}}
    assert resolved({"$ref": "#/a"}, loop) == {}
    with pytest.raises(ValueError, match="leads nowhere"):
        resolved({"$ref": "other.yaml#/a"}, loop)


def test_from_the_file_to_tasks(rest: Callable[..., SourceSection], service: Service, tmp_path: Path) -> None:
    rest()
    run = tmp_path / "run.toml"
    run.write_text(
        f'name = "t"\nout = "{tmp_path}/out"\ncatalog = false\n[[sources]]\nname = "rest"\nopenapi = "api.json"\n'
        f'url = "http://127.0.0.1:{service.port}/v1"\neffect = "read"\neffects = {{ odd = "write" }}\n'
        'seeds = { code = ["PE", "FR", "JP", "TD", "CA", "EG", "DE", "BR", "IN", "CN"] }\n'
        "[draw]\ncount = 50\n[synthesize]\nrounds = 2\n[flow]\nworkers = 1\n"
    )
    for words in (["tools", "import", str(run)], ["tools", "check", "--run", str(run)], ["run", str(run)]):
        result = dive(*words)
        assert result.returncode == 0, result.stderr
    made = [json.loads(line) for line in (tmp_path / "out/3-verify.jsonl").read_text().splitlines()]
    assert len(made) >= 10, result.stdout
    assert (service.notes, service.deleted) == (0, 0), "what writes was never called"
    registry = sources.load(Config(name="t", catalog=False, sources=(rest(effect="read"),)))
    assert registry.tool("get_country").tool.source == "openapi"
    with pytest.raises(ToolError, match="refused"):
        Toolbox(registry).call("add_note", {"text": "x"})
    with pytest.raises(ToolError, match="refused"):
        Toolbox(registry).call("delete_all", {})
    assert (service.notes, service.deleted) == (0, 0)
