"""call(): arguments, effect, size cap, schema, cache, errors; every failure is a ToolError with its kind."""

import gc
import math
import weakref
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from dive.errors import ToolError
from dive.nouns import Json
from dive.registry import Loaded, Param, Registry
from dive.tools import CACHE_BYTES, MAX_BYTES, Toolbox, bind, call

NUMBER = {"type": "object", "properties": {"value": {"type": "number"}}, "required": ["value"],
          "additionalProperties": False}  # fmt: skip
PARAMS = (
    Param("text", "", "string"),
    Param("count", "count", "integer", 3),
    Param("share", "", "number", 0.5),
    Param("open", "", "boolean", False),
)


@pytest.fixture
def made(registry: Registry) -> Callable[..., Toolbox]:
    """`made(run)`: a toolbox with one tool `probe` that runs `run`."""
    real = registry.tool("airport_record")

    def build(run: Callable[..., Any], effect: str = "pure", **more: Any) -> Toolbox:
        data = replace(real.tool, name="probe", output=NUMBER, effect=effect, hash="probe")
        probe = Loaded(data, run, PARAMS, {}, "")
        return Toolbox(replace(registry, tools={"probe": probe}), **more)

    return build


def kind_of(box: Toolbox, args: Mapping[str, Json], name: str = "probe") -> str:
    with pytest.raises(ToolError) as error:
        call(box, name, args)
    assert str(error.value).startswith(f"{error.value.kind}: ")
    return error.value.kind


def fine(**args: Json) -> Json:
    return {"value": 1}


def test_a_real_call(registry: Registry, box: Toolbox) -> None:
    assert call(box, "airport_record", {"airport": "LIM"})["icao"] == "SPJC"
    assert box.call("airport_place", {"airport": "LIM"})["country"] == "PE"
    assert kind_of(box, {"airport": "no-such-airport"}, "airport_record") == "not_found"


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        ({}, "needs 'text'"),
        ({"count": 1}, "needs 'text'"),
        ({"text": "a", "cuont": 1}, "takes no 'cuont'; it takes text, count, share, open"),
        ({"text": 1}, "'text' must be a string, got 1"),
        ({"text": None}, "'text' must be a string, got None"),
        ({"text": ["a"]}, "'text' must be a string"),
        ({"text": "a", "count": "3"}, "'count' must be a integer, got '3'"),
        ({"text": "a", "count": 3.0}, "'count' must be a integer, got 3.0"),
        ({"text": "a", "count": True}, "'count' must be a integer, got True"),
        ({"text": "a", "share": True}, "'share' must be a number, got True"),
        ({"text": "a", "share": math.nan}, "'share' must be a number, got nan"),
        ({"text": "a", "share": -math.inf}, "'share' must be a number, got -inf"),
        ({"text": "a", "share": 10**400}, "'share' must be a number"),
        ({"text": "a", "open": 1}, "'open' must be a boolean, got 1"),
        ({"text": "\ud800"}, "surrogates not allowed"),
    ],
)
def test_arguments_that_do_not_fit(made: Callable[..., Toolbox], args: dict[str, Json], complaint: str) -> None:
    box = made(fine)
    assert kind_of(box, args) == "arguments"
    with pytest.raises(ToolError) as error:
        call(box, "probe", args)
    assert complaint in str(error.value)
    assert len(str(error.value)) < 250
    assert not box.cache


def test_no_such_tool(made: Callable[..., Toolbox]) -> None:
    assert kind_of(made(fine), {}, "prob") == "arguments"


def test_defaults_and_kinds(made: Callable[..., Toolbox]) -> None:
    seen: list[dict[str, Json]] = []
    box = made(lambda **args: seen.append(args) or fine())
    call(box, "probe", {"share": 2, "text": "a"})
    assert seen == [{"text": "a", "count": 3, "share": 2.0, "open": False}]
    assert list(seen[0]) == [param.name for param in PARAMS]
    assert isinstance(seen[0]["share"], float)
    assert bind(box.registry.tool("probe"), {"text": "a", "share": 2})["share"] == 2.0


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ({"value": math.nan}, "schema"),
        ({"value": math.inf}, "schema"),
        ({"value": None}, "schema"),
        ({"value": "1"}, "schema"),
        ({"value": True}, "schema"),
        ({}, "schema"),
        ({"value": 1, "note": "x"}, "schema"),
        (None, "schema"),
        ([1], "schema"),
        ({"value": object()}, "schema"),
        ({"value": "\ud800"}, "schema"),
        ({"value": "x" * MAX_BYTES}, "too_large"),
    ],
)
def test_results_that_are_refused(made: Callable[..., Toolbox], result: Json, kind: str) -> None:
    assert kind_of(made(lambda **_: result), {"text": "a"}) == kind


def test_a_result_that_holds_itself(made: Callable[..., Toolbox]) -> None:
    result: dict[str, Json] = {}
    result["value"] = result
    assert kind_of(made(lambda **_: result), {"text": "a"}) == "schema"


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("k"), RecursionError(), MemoryError(), StopIteration()])
def test_a_tool_that_raises(made: Callable[..., Toolbox], error: Exception) -> None:
    def run(**_: Json) -> Json:
        raise error

    box = made(run)
    assert kind_of(box, {"text": "a"}) == "raised"
    with pytest.raises(ToolError, match=f"probe: {type(error).__name__}"):
        call(box, "probe", {"text": "a"})


def test_a_tool_that_says_why(made: Callable[..., Toolbox]) -> None:
    def run(**_: Json) -> Json:
        raise ToolError("not_found", "nothing called a")

    assert kind_of(made(run), {"text": "a"}) == "not_found"


def test_a_write_tool_runs_only_where_allowed(made: Callable[..., Toolbox]) -> None:
    calls: list[Json] = []

    def run(**args: Json) -> Json:
        calls.append(args)
        return fine()

    assert kind_of(made(run, "write"), {"text": "a"}) == "refused"
    assert calls == []
    assert call(made(run, "write", writes=frozenset({"probe"})), "probe", {"text": "a"}) == {"value": 1}
    assert len(calls) == 1


def test_a_pure_tool_runs_once(made: Callable[..., Toolbox]) -> None:
    number = count()
    box = made(lambda **_: {"value": next(number)})
    first = call(box, "probe", {"text": "a"})
    assert first == {"value": 0}
    assert call(box, "probe", {"text": "a", "count": 3, "share": 0.5}) == first
    assert call(box, "probe", {"text": "b"}) == {"value": 1}
    assert call(made(lambda **_: {"value": 7}), "probe", {"text": "a"}) == {"value": 7}


def test_a_failure_is_remembered_too(made: Callable[..., Toolbox]) -> None:
    number = count()
    box = made(lambda **_: {"value": str(next(number))})
    assert [kind_of(box, {"text": "a"}) for _ in range(2)] == ["schema", "schema"]
    assert next(number) == 1


@pytest.mark.parametrize("effect", ["read", "write"])
def test_what_may_change_is_called_again(made: Callable[..., Toolbox], effect: str) -> None:
    number = count()
    box = made(lambda **_: {"value": next(number)}, effect, writes=frozenset({"probe"}))
    assert [call(box, "probe", {"text": "a"})["value"] for _ in range(2)] == [0, 1]


def test_the_mark_stands_while_the_tool_runs(made: Callable[..., Toolbox]) -> None:
    marks: list[str | None] = []

    def run(text: str, **_: Json) -> Json:
        marks.append("running")
        return {"value": 1 / len(text)}

    box = made(run, mark=marks.append)
    call(box, "probe", {"text": "a"})
    call(box, "probe", {"text": "a"})
    assert kind_of(box, {"text": ""}) == "raised"
    assert marks == ["probe", "running", None] * 2


def test_a_cached_error_keeps_nobody_alive(made: Callable[..., Toolbox]) -> None:
    class Catcher:
        pass

    def fails(**args: Json) -> Json:
        raise ToolError("not_found", "nobody knows")

    box = made(fails)

    def caught() -> weakref.ref[Catcher]:
        here = Catcher()
        with pytest.raises(ToolError, match="not_found: nobody knows"):
            call(box, "probe", {"text": "a"})
        return weakref.ref(here)

    refs = [caught() for _ in range(3)]
    gc.collect()
    assert [ref() for ref in refs] == [None, None, None]
    assert len(box.cache) == 1


def test_the_cache_is_bounded_by_bytes(made: Callable[..., Toolbox]) -> None:
    box = made(fine)
    for number in range(20):
        box.keep(("probe", b"%d" % number), {"value": number}, CACHE_BYTES // 8)
    assert len(box.cache) <= 8
    assert ("probe", b"19") in box.cache
