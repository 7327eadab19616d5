"""toolcheck and specimen: what a catalog promises, on tools made for the purpose and on a real one."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from dive.catalog import load, tables
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Loaded, Param, Registry, Type
from dive.says import parse
from dive.specimen import specimens, tool_text
from dive.toolcheck import Link, alone, check, check_tool, check_tools, link_plan, plan, remembered, tool_mark, unfit
from dive.tools import Toolbox, bind

X = frozenset({"x"})


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load()


@pytest.fixture(scope="module")
def element(registry: Registry) -> Loaded:
    return registry.tool("element_record")


@pytest.fixture(scope="module")
def heat(registry: Registry) -> Loaded:
    return registry.tool("element_heat")


def bent(registry: Registry, loaded: Loaded, **changes: object) -> tuple[Registry, Loaded]:
    """A registry in which one tool behaves otherwise."""
    other = replace(loaded, **changes)
    return replace(registry, tools={**registry.tools, loaded.name: other}), other


def test_a_real_tool_passes(registry: Registry, element: Loaded) -> None:
    row = check_tool(registry, element)
    assert (row.verdict, row.reason) == ("pass", "")


def test_the_plan_is_what_is_called(registry: Registry, element: Loaded) -> None:
    made = list(plan(registry, ["element_record"]))
    assert [call.args for call in made if not call.expect] == list(element.tool.examples)
    assert {kind for call in made for kind in call.expect} == {"arguments", "not_found"}


def flaky() -> object:
    count = iter(range(1000))

    def run(element: str) -> dict[str, object]:
        if element == "no-such-thing":
            raise ToolError("not_found", element)
        return {"element": element, "name": str(next(count))}

    return run


def same(element: str) -> dict[str, object]:
    if element == "no-such-thing":
        raise ToolError("not_found", element)
    return {"element": "H", "name": "hydrogen"}


def nan(element: str) -> dict[str, object]:
    return {"element": element, "atomic_weight": float("nan")}


def crash(element: str) -> dict[str, object]:
    raise ValueError("no table")


def polite(element: str) -> dict[str, object]:
    return {"element": element, "name": element}


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (flaky(), "another result the second time"),
        (same, "1 different results"),
        (nan, "schema: element_record"),
        (crash, "raised: element_record: ValueError: no table"),
        (polite, "gives a result, not the error not_found"),
    ],
    ids=["flaky", "same", "nan", "crash", "polite"],
)
def test_bad_behaviour_fails_with_its_reason(registry: Registry, element: Loaded, run: object, reason: str) -> None:
    schema = {"type": "object", "additionalProperties": False, "required": ["element"], "properties": {
        "element": {"type": "string"}, "name": {"type": "string"}, "atomic_weight": {"type": "number"}}}  # fmt: skip
    tool = replace(element.tool, output=schema, hash=reason)
    row = check_tool(*bent(registry, element, run=run, tool=tool))
    assert row.verdict == "fail" and reason in row.reason


def crowded() -> object:
    """Wrong whenever two calls are under way at once."""
    under_way = []

    def run(element: str) -> dict[str, object]:
        if element == "no-such-thing":
            raise ToolError("not_found", element)
        under_way.append(threading.get_ident())
        time.sleep(0.002)
        name = str(len(set(under_way)) > 1)
        under_way.remove(threading.get_ident())
        return {"element": element, "name": name}

    return run


def stranger(element: str) -> dict[str, object]:
    if element == "no-such-thing":
        raise ToolError("not_found", element)
    return {"element": f"{element}?", "name": element}


PLAIN = {"type": "object", "additionalProperties": False, "required": ["element"], "properties": {
    "element": {"type": "string"}, "name": {"type": "string"}}}  # fmt: skip


@pytest.mark.parametrize(
    ("run", "reason"),
    [(crowded(), "gives another result beside other calls"), (stranger, "is no element:symbol")],
    ids=["crowded", "stranger"],
)
def test_what_only_company_and_types_show(registry: Registry, element: Loaded, run: object, reason: str) -> None:
    tool = replace(element.tool, output=PLAIN, hash=reason)
    row = check_tool(*bent(registry, element, run=run, tool=tool))
    assert row.verdict == "fail" and reason in row.reason


def test_values_that_nobody_knows_are_of_another_type(registry: Registry, element: Loaded) -> None:
    """Well formed, but no element among them."""
    names = dict(
        zip((str(e["element"]) for e in element.tool.examples), ("Qa", "Qb", "Qc", "Qd", "Qe", "Qf"), strict=False)
    )

    def run(element: str) -> dict[str, object]:
        if element == "no-such-thing":
            raise ToolError("not_found", element)
        return {"element": names.get(element, "Qz"), "name": element}

    tool = replace(element.tool, output=PLAIN, hash="nobody")
    row = check_tool(*bent(registry, element, run=run, tool=tool))
    assert "is a known element:symbol" in row.reason


def test_links_are_tried(registry: Registry, element: Loaded) -> None:
    row = check_tool(registry, element)
    found = {(link.tool, link.field): link for link in row.links}
    carried = found["elements_next_to", "elements.element"]
    assert (carried.to, carried.param, carried.tried, carried.worked) == ("element_record", "element", 3, 3)
    calls = list(link_plan(registry, ["element_record"]))
    assert len(calls) == sum(link.tried for link in row.links)


def test_a_tool_that_breaks_on_what_another_gives_fails(registry: Registry, element: Loaded) -> None:
    good = {str(e["element"]) for e in element.tool.examples}

    def picky(element: str) -> dict[str, object]:
        if element == "no-such-thing":
            raise ToolError("not_found", element)
        if element not in good:
            raise LookupError(element)
        return {"element": element, "name": element}

    tool = replace(element.tool, output=PLAIN, hash="picky")
    row = check_tool(*bent(registry, element, run=picky, tool=tool))
    assert row.verdict == "fail" and "fed by " in row.reason and "LookupError" in row.reason


def test_who_is_joined_to_nobody(registry: Registry, element: Loaded) -> None:
    row = check_tool(registry, element)
    assert alone(registry, {"element_record": row}) == []
    assert alone(registry, {"element_record": replace(row, links=())}) == ["element_record"]
    idle = Link("elements_next_to", "elements", "element_record", "element", tried=3, why="not_found: no")
    assert alone(registry, {"element_record": replace(row, links=(idle,))}) == ["element_record"]


def hanging(element: str) -> dict[str, object]:
    time.sleep(60)
    return {"element": element}


def dying(element: str) -> dict[str, object]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {"element": element}


def test_a_tool_that_hangs_or_dies_is_a_row_and_costs_no_other(registry: Registry) -> None:
    names = ["element_heat", "element_record", "elements_next_to"]
    tools = {name: registry.tools[name] for name in names}
    theirs = replace(tools["element_heat"].tool, package="source:theirs")
    tools["element_heat"] = replace(tools["element_heat"], run=hanging, tool=theirs)
    tools["elements_next_to"] = replace(tools["elements_next_to"], run=dying)
    rows = check_tools(replace(registry, tools=tools), names, workers=2, deadline_s=0.5)
    assert [(row.name, row.verdict) for row in rows] == list(zip(names, ("fail", "pass", "fail"), strict=True))
    assert "gave no result in time, or ended its process" in rows[0].reason
    assert "WorkerDied: ended by SIGKILL" in rows[2].reason


@pytest.fixture
def empty_folder(tmp_path: Path) -> Iterator[Path]:
    before = tables.folder()
    tables.keep_in(tmp_path)
    yield tmp_path
    tables.keep_in(before)


def test_what_was_found_is_kept_by_the_tools_hash(registry: Registry, empty_folder: Path) -> None:
    names = ["element_record", "elements_next_to"]
    few = replace(registry, tools={name: registry.tools[name] for name in names})
    asked: list[int] = []
    assert unfit(few, 1, 20.0, lambda done, total, passed: asked.append(total)) == {}
    assert set(asked) == {4}  # by itself, then joined to the others
    other, loaded = bent(
        few, few.tools["element_record"], run=crash, tool=replace(few.tools["element_record"].tool, hash="x")
    )
    asked.clear()
    assert list(unfit(other, 1, 20.0, lambda done, total, passed: asked.append(total))) == ["element_record"]
    assert set(asked) == {2}
    asked.clear()
    assert list(unfit(other, 1, 20.0, lambda done, total, passed: asked.append(total))) == ["element_record"]
    assert asked == []
    assert remembered()[tool_mark(loaded.tool)].verdict == "fail"
    (empty_folder / "checked.json").write_bytes(b'{"half": ')
    assert remembered() == {}


def test_a_tool_that_writes_is_never_called(registry: Registry, element: Loaded) -> None:
    other = bent(registry, element, run=crash, tool=replace(element.tool, effect="write"))
    assert check_tool(*other).verdict == "never"
    assert list(plan(other[0], ["element_record"])) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("the weight of the element | places 2", "does not mention element"),
        ("the weight of {x} | high", "needs `places`"),
        ("{x}'s weight | places 2 | high", "needs a `head`"),
        ("the weight of {x} | places 2 | ask how heavy is it", "'how heavy is it' does not mention element"),
    ],
)
def test_wordings_that_cannot_be_said_are_told(registry: Registry, element: Loaded, line: str, reason: str) -> None:
    weight = replace(element.fields["atomic_weight"], says=parse(line, X, "test"))
    row = check_tool(*bent(registry, element, fields={**element.fields, "atomic_weight": weight}))
    assert row.verdict == "fail" and reason in row.reason


def test_a_longitude_goes_with_its_latitude(registry: Registry, element: Loaded) -> None:
    params = (Param("a", "latitude:deg", "number"), Param("b", "longitude:deg", "number"),
              Param("c", "count", "integer"))  # fmt: skip
    weight = replace(element.fields["atomic_weight"], says=parse("the sun at {x} | places 1", X, "test"))
    row = check_tool(*bent(registry, element, params=params, fields={"atomic_weight": weight}))
    assert "does not mention c" in row.reason


def test_types_without_their_words_are_told(registry: Registry, element: Loaded) -> None:
    bare = replace(registry.types["element:symbol"], openings=(), anaphor="")
    rows = check(replace(registry, types={**registry.types, bare.name: bare}), [element.name])
    reason = next(row.reason for row in rows if row.name == "type element:symbol")
    assert "no `anaphor`" in reason


def test_types_and_tables_are_checked_when_nothing_is_named() -> None:
    letter = Type("letter:az", "letter", "letters", "7", pattern="[a-z]", openings=("I like it.",))
    pool = {"ab": Entity(type="letter:az", id="ab", name="ab")}
    found = [Finding("t", "row1", "is odd", False), Finding("t", "row2", "is odd", True)]
    rows = list(check(Registry({}, {"letter:az": letter}, {"letter:az": lambda: pool}, {"t": lambda: found}, {})))
    assert [(row.name, row.verdict) for row in rows] == [("type letter:az", "fail"), ("audit t", "fail")]
    assert "'7' does not match" in rows[0].reason and "ab" in rows[0].reason and "{x}" in rows[0].reason
    assert rows[1].reason == "2 findings, 1 not fenced off: row1: is odd"


def test_specimens_show_every_derived_form(registry: Registry, heat: Loaded) -> None:
    box = Toolbox(registry)
    examples = [(bind(heat, {"element": e}), box.call("element_heat", {"element": e})) for e in ("Cu", "Fe")]
    forms = dict(specimens(registry, heat, examples)["melting_point"])
    assert forms["phrase"] == "the melting point of copper"
    assert forms["superlative"] == "has the highest melting point / has the lowest melting point"
    assert forms["gap"] == "how much higher is the melting point of copper than that of iron?"
    assert "degrees Celsius" in forms["threshold"]


def test_a_tool_is_described_with_results_and_wordings(registry: Registry, heat: Loaded) -> None:
    box = Toolbox(registry)
    text = tool_text(registry, heat, [({"element": "Cu"}, box.call("element_heat", {"element": "Cu"}))])
    for part in ("element_heat", "Takes", "element:symbol", "MIT", "-> element Cu", "Says melting_point"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 100


def test_every_tool_has_specimens(registry: Registry) -> None:
    box = Toolbox(registry)
    for name, loaded in registry.tools.items():
        examples = [(bind(loaded, args), box.call(name, args)) for args in loaded.tool.examples[:2]]
        forms = specimens(registry, loaded, examples)
        spoken = [line for line in loaded.tool.says.values() if line]
        assert bool(forms) == bool(spoken) and all(said for lines in forms.values() for _, said in lines), name
