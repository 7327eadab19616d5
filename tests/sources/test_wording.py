"""Drafted lines: true, speakable, and a person's file that no import overwrites."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from dive import config, sources
from dive.errors import ConfigError
from dive.registry import Registry
from dive.sources import drafts
from dive.sources.drafts import Wording
from dive.sources.kinds import Found, FoundTool, Listed, Slot
from dive.sources.wording import draft
from dive.specimen import specimens
from dive.tools import Toolbox, bind


def test_the_examples_lines(atlas_tools: Registry) -> None:
    says = {name: loaded.tool.says for name, loaded in atlas_tools.tools.items()}
    assert says["neighbours"]["result"] == "neighbours of {x} | list code"
    assert says["largest_cities"]["result"] == "{limit} largest cities of {x} | list city_id | sorted population"
    assert says["large_airports_in_country"]["result"] == "large airports in {x} | list iata"
    assert says["get_country"]["capital_city_id"] == "the capital city of {x}"
    assert says["get_airport"]["timezone"] == "the time zone of {x}"
    assert says["get_country"]["area_km2"].startswith("the area of {x} | head area | high large larger largest")
    assert not {"code", "name"} & set(says["get_country"]), "what stands in the question is not asked"


def test_every_drafted_line_has_all_its_forms(atlas_tools: Registry) -> None:
    box = Toolbox(atlas_tools)
    for loaded in atlas_tools.tools.values():
        examples = [(bind(loaded, args), box.call(loaded.name, args)) for args in loaded.tool.examples]
        for path, lines in specimens(atlas_tools, loaded, examples).items():
            assert lines, (loaded.name, path)
            assert all("{" not in text for _, text in lines)


SLOTS = [Slot("shop_id", "string"), Slot("limit", "integer", 5)]
POOLS = {"own:shop": {"a": "A"}, "own:order": {"1": "1"}}
TYPES = {
    "own:shop": {"noun": "shop", "plural": "shops", "label": "{name} ({id})", "example": "a"},
    "own:order": {"noun": "order", "plural": "orders", "example": 1},
    "own:total": {"noun": "", "plural": "", "example": 1.5},
}


def lines(tool: FoundTool, name: str, slots: list[Slot]) -> dict[str, str]:
    listed = {name: Listed(name, "", {})}
    found = Found(server="s", listed=listed, tools={name: tool}, types=TYPES, pools=POOLS)
    return draft(found, {name: slots})[name]


ORDERS = {
    "type": "array",
    "items": {"type": "object", "properties": {"id": {"type": "integer"}, "total": {"type": "number"}}},
}
LISTS = FoundTool(
    takes={"shop_id": "own:shop"}, output={"type": "object", "properties": {"result": ORDERS}},
    gives={"result.id": "own:order", "result.total": "own:total"}, places={"result.total": 2}, members={"result": "id"},
)  # fmt: skip


def test_a_list_that_a_limit_cuts_off_is_spoken_only_by_its_order() -> None:
    assert lines(LISTS, "get_shop_orders", SLOTS)["result"] == "orders of {x} | list id"
    cut = replace(LISTS, cut={"result": "limit"})
    assert "result" not in lines(cut, "get_shop_orders", SLOTS)
    ordered = replace(cut, ordered={"result": "-total"})
    assert lines(ordered, "get_shop_orders", SLOTS)["result"] == (
        "{limit} orders of {x} with the highest total | list id | sorted total"
    )
    assert lines(ordered, "get_shop_orders", SLOTS)["result.total"].startswith("the total of {it} | places 2 |")


def test_what_a_question_cannot_say_is_not_drafted() -> None:
    assert lines(LISTS, "get_shop_orders", [Slot("a", "number")]) == {"source": ""}
    assert lines(LISTS, "get_shop_orders", [*SLOTS[:1], Slot("secret", "string")]) == {"source": ""}


# ---- the file ------------------------------------------------------------------------------------------

DRAFT = Wording({"get_shop": {"source": "", "total": "the total of {x}", "name": "the name of {x}"}},
                {"own:shop": {"noun": "shop", "plural": "shops"}})  # fmt: skip


def test_an_import_adds_what_is_missing_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "own.says.toml"
    assert drafts.add(path, "own", DRAFT, {"get_shop": "A shop."}) == 5
    text = path.read_text()
    assert "# A shop.\n[get_shop]\n" in text
    mine = text.replace('"the total of {x}"', '"what {x} took in | places 2"').replace(
        '"shops"', '"stores"  # we say so'
    )
    mine = mine.replace('name = "the name of {x}"', 'name = ""')
    path.write_text(mine)
    assert drafts.add(path, "own", DRAFT, {}) == 0
    assert path.read_text() == mine
    lines = {"get_shop": {**DRAFT.lines["get_shop"], "size": "the size of {x}"}, "get_till": {"open": "the sum in {x}"}}
    more = Wording(lines, {"own:shop": {"anaphor": "that shop"}})
    assert drafts.add(path, "own", more, {}) == 3
    read = drafts.read(path)
    assert read.lines["get_shop"] == {"total": "what {x} took in | places 2", "size": "the size of {x}"}
    assert read.types["own:shop"] == {"noun": "shop", "plural": "stores", "anaphor": "that shop"}
    assert read.lines["get_till"] == {"open": "the sum in {x}"}


def test_a_layout_that_cannot_be_edited_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.says.toml"
    path.write_text('get_shop = { total = "mine" }\n')
    with pytest.raises(ConfigError, match=r"own\.says\.toml"):
        drafts.add(path, "own", DRAFT, {})
    assert path.read_text() == 'get_shop = { total = "mine" }\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [("[get_city]\npopulation = 3", "table of texts"), ("[get_city", "own"),
     ("[get_city]\nmayor = 'x'", "no output field"), ("[get_city]\npopulation = 'the {y}'", "slot 'y'"),
     ("[types.'atlas:city']\nnoum = 'x'", "noum")],
)  # fmt: skip
def test_a_mistake_in_the_wording_names_file_and_line(atlas: Path, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "own.says.toml").write_text(text)
    made = config.load(atlas / "run.toml", [f"out={tmp_path}/out"])
    for name in ("atlas.found.json", "atlas.py", "atlas.sqlite"):
        (tmp_path / name).write_bytes((atlas / name).read_bytes())
    source = replace(made.sources[0], folder=str(tmp_path), says="own.says.toml")
    with pytest.raises(ConfigError) as caught:
        sources.load(replace(made, sources=(source,)))
    assert says in str(caught.value)
