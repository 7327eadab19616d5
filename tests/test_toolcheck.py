"""toolcheck and specimen: what a catalog promises, on tools made for the purpose and on a real one."""

import pytest
from msgspec.structs import replace

from dive.catalog import load
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Loaded, Param, Registry, Type
from dive.says import parse
from dive.specimen import specimens, tool_text
from dive.toolcheck import check, check_tool, plan
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
