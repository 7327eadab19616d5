"""An OpenAPI file as a source: each operation is a tool, one request a call.

Takes a `[[sources]]` table with a file (JSON, or YAML with the `openapi` extra); gives a `Connection`. Path, query and
JSON body parameters are a tool's parameters; what wants others is left out with the reason. Whatever is no GET counts
as `write`. A call has a deadline and a cap on what it reads, follows no redirect, and tells a status as an error's
kind. References are followed within the file only. Does not know which tool may be called.
"""

import asyncio
import hashlib
import importlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from dive.config import SourceSection
from dive.errors import ConfigError, ToolError
from dive.nouns import Json
from dive.sources import references
from dive.sources.kinds import Listed, Listing
from dive.sources.listing import named

METHODS = ("get", "post", "put", "patch", "delete")
KINDS = {400: "arguments", 422: "arguments", 401: "refused", 403: "refused", 404: "not_found", 410: "not_found"}
"""What a status means for a call; any other failure is `raised`."""
DEEP = 12
"""References that are followed one within another; beyond that anything goes."""


class Operation(Struct, frozen=True):
    """One operation: where it is sent, and where each parameter goes: path, query or body."""

    method: str
    path: str
    places: dict[str, str]


class Api:
    """A connection to an HTTP service that an OpenAPI file describes.

    Args:
        source: the file, the base URL if the file's own does not hold, headers, deadlines and caps.
        variables: what `${NAME}` of the source stands for; hidden in all that the service says.
    """

    def __init__(self, source: SourceSection, variables: Mapping[str, str]) -> None:
        self._source, self._variables = source, variables
        self._hide = references.hidden(source, variables)
        self._operations: dict[str, Operation] = {}
        self._base = ""

    def listing(self) -> Listing:
        """The operations that are tools, and why others are not; ConfigError if the file cannot be used."""
        path = Path(self._source.folder) / self._source.openapi
        table = _read(path, self._source.name)
        self._base = self._source.url or _server(table)
        if not self._base.startswith(("http://", "https://")):
            raise ConfigError(f"source {self._source.name!r}: {path} does not say where the service is; set url")
        listed: list[Listed] = []
        left_out: dict[str, str] = {}
        for name, method, where, row in _rows(table):
            try:
                tool, operation = _tool(name, method, where, row, table)
            except ValueError as error:
                left_out[name] = str(error)
            else:
                listed.append(tool)
                self._operations[name] = operation
        info, mark = table.get("info", {}), hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        return named(listed, f"{info.get('title', path.name)} {info.get('version', '')}@{mark}", left_out)

    def call(self, name: str, args: Mapping[str, Json]) -> Json:
        """The response's JSON, or its text; a parameter that is None is left out. Raises ToolError."""
        if not self._operations:
            self.listing()
        try:
            source = references.filled(self._source, self._variables)
        except ConfigError as error:
            raise ToolError("refused", str(error)) from error
        try:
            status, body = asyncio.run(self._fetch(name, args, source))
        except TimeoutError as error:
            raise ToolError("deadline", f"{name}: no answer within {source.call_s:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise ToolError("raised", f"{name}: {self._plain(str(error).encode())}") from error
        if len(body) > source.max_bytes:
            raise ToolError("too_large", f"{name}: more than {source.max_bytes} bytes")
        body = self._hide(body)
        if not 200 <= status < 300:
            raise ToolError(KINDS.get(status, "raised"), f"{name}: status {status}: {self._plain(body)[:300]}")
        try:
            return msgspec.json.decode(body) if body else None
        except msgspec.DecodeError:
            return self._plain(body)

    def close(self) -> None:
        """Nothing is held open."""

    async def _fetch(self, name: str, args: Mapping[str, Json], source: SourceSection) -> tuple[int, bytes]:
        operation = self._operations[name]
        url, query, body = _request(operation, {key: value for key, value in args.items() if value is not None})
        base = (source.url or self._base).rstrip("/")
        timeout = aiohttp.ClientTimeout(total=source.call_s, connect=source.connect_s)
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=source.headers) as session,
            session.request(operation.method, URL(base + url, encoded=True).extend_query(query), json=body or None,
                            allow_redirects=False) as response,
        ):  # fmt: skip
            held = b""
            async for chunk in response.content.iter_chunked(1 << 16):
                held += chunk
                if len(held) > source.max_bytes:
                    break
            return response.status, held

    def _plain(self, text: bytes) -> str:
        return self._hide(text).decode(errors="replace")


def _request(operation: Operation, args: Mapping[str, Json]) -> tuple[str, list[tuple[str, str]], dict[str, Json]]:
    """Path, query and body of a call."""
    path, query, body = operation.path, list[tuple[str, str]](), dict[str, Json]()
    for key, value in args.items():
        place = operation.places[key]
        if place == "path":
            text = _text(value)
            if text in ("", ".", ".."):
                raise ToolError("arguments", f"{key}: {text!r} cannot stand in a path")
            path = path.replace(f"{{{key}}}", quote(text, safe=""))
        elif place == "query":
            query += [(key, _text(item)) for item in (value if isinstance(value, list) else [value])]
        else:
            body[key] = value
    return path, query, body


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _read(path: Path, source: str) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        table = json.loads(text) if path.suffix == ".json" else _yaml(text)
    except ModuleNotFoundError:
        told = f"source {source!r}: {path} is YAML, which needs: pip install 'dive-synth[openapi]'"
        raise ConfigError(told) from None
    except (OSError, ValueError) as error:  # JSON's and UTF-8's errors are ValueErrors
        raise ConfigError(f"source {source!r}: {path} cannot be read: {error}") from error
    version = str(table.get("openapi", "")) if isinstance(table, dict) else ""
    if not version.startswith("3."):
        raise ConfigError(f"source {source!r}: {path} is no OpenAPI 3 file; convert it first")
    return table


def _yaml(text: str) -> Any:
    """What YAML says; ValueError if it is none."""
    yaml = importlib.import_module("yaml")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def _server(table: Mapping[str, Any]) -> str:
    """The first server's URL, its variables at their defaults."""
    server = (table.get("servers") or [{}])[0]
    known = {name: str(row.get("default", "")) for name, row in server.get("variables", {}).items()}
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], ""), str(server.get("url", "")))


def _rows(table: Mapping[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Name, method, path and row of every operation."""
    for path, item in table.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                shared, row = item.get("parameters", []), item[method]
                bare = re.sub(r"[^0-9A-Za-z]+", "_", path).strip("_")
                yield row.get("operationId") or f"{method}_{bare}", method, path, {
                    **row, "parameters": [*shared, *row.get("parameters", [])]
                }  # fmt: skip


def _tool(name: str, method: str, path: str, row: Mapping[str, Any],
          table: Mapping[str, Any]) -> tuple[Listed, Operation]:  # fmt: skip
    """An operation as a tool; ValueError with the reason why it cannot be one."""
    properties, places, required = dict[str, Json](), dict[str, str](), list[str]()
    for given in row["parameters"]:
        parameter = resolved(given, table)
        key, place = str(parameter["name"]), parameter["in"]
        if place not in ("path", "query") or not key.isidentifier():
            if parameter.get("required"):
                raise ValueError(f"it needs {key!r} in the {place}, which is not given")
            continue
        properties[key] = {**parameter.get("schema", {"type": "string"}), **_told(parameter)}
        places[key] = place
        required += [key] if parameter.get("required") or place == "path" else []
    body = resolved(row.get("requestBody", {}), table)
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    if body and "properties" not in schema:
        raise ValueError("its body is no JSON object with named properties")
    for key, inner in schema.get("properties", {}).items():
        if key in places:
            raise ValueError(f"its parameter {key!r} stands in the {places[key]} and in the body")
        properties[key], places[key] = inner, "body"
    required += schema.get("required", [])
    about = str(row.get("summary") or row.get("description") or f"{method.upper()} {path}")
    made: dict[str, Json] = {"type": "object", "properties": properties, "required": required}
    return Listed(name, about, made, writes=method != "get"), Operation(method.upper(), path, places)


def _told(parameter: Mapping[str, Any]) -> dict[str, Json]:
    """A parameter's description and example, beside its schema."""
    found = {"description": parameter["description"]} if "description" in parameter else {}
    return found | ({"examples": [parameter["example"]]} if "example" in parameter else {})


def resolved(row: Any, table: Mapping[str, Any], depth: int = 0) -> Any:
    """A part of the file with its references in place; ValueError for one that leads out of it or nowhere."""
    if isinstance(row, list):
        return [resolved(item, table, depth) for item in row]
    if not isinstance(row, dict):
        return row
    if isinstance(row.get("$ref"), str):
        target: Any = table
        reference = row["$ref"]
        for part in reference.removeprefix("#/").split("/") if reference.startswith("#/") else ("",):
            part = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or part not in target:
                raise ValueError(f"its reference {reference!r} leads nowhere in this file")
            target = target[part]
        return resolved(target, table, depth + 1) if depth < DEEP else {}
    return {key: resolved(item, table, depth) for key, item in row.items()}
