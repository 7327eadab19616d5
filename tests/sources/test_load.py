"""Sources as a part of a run: effects, names, changes since the import, entities by number, the run file's mistakes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from importing import imported
from msgspec.structs import replace

from dive import config, sources
from dive.config import Config
from dive.errors import ConfigError, ToolError
from dive.evidence import Graph
from dive.pools import Pools
from dive.registry import Registry
from dive.tools import Toolbox
from dive.tree import Ent, Get

SHOP = '''
def get_item(item_id: int) -> dict:
    """An item."""
    return {"item_id": item_id, "name": f"Item {item_id}", "price": item_id * 1.25}

def wipe(item_id: int) -> str:
    """Deletes an item."""
    raise SystemExit("it was called")
'''
READ = {"effects": {"get_item": "read"}, "seeds": {"item_id": (1, 2, 3, 4)}}


@pytest.fixture
def shop(run_of: Callable[..., Config], tmp_path: Path) -> Callable[..., Config]:
    (tmp_path / "shop.py").write_text(SHOP)
    return lambda **keys: run_of(module="shop.py", **{**READ, **keys})


def test_a_source_must_be_imported_first(shop: Callable[..., Config]) -> None:
    with pytest.raises(ConfigError, match="'own' was not imported yet; do it with: dive tools import"):
        sources.load(shop())


def test_every_tool_counts_as_write_until_the_run_file_says_otherwise(shop: Callable[..., Config]) -> None:
    made = shop(effects={})
    (done,) = imported(made)
    assert done.found.tools == {}
    registry = sources.load(made)
    assert {loaded.tool.effect for loaded in registry.tools.values()} == {"write"}
    with pytest.raises(ToolError, match="refused"):
        Toolbox(registry).call("get_item", {"item_id": 1})


def test_an_effect_for_a_tool_that_is_not_there_names_the_nearest(shop: Callable[..., Config]) -> None:
    with pytest.raises(ConfigError, match="unknown tool 'get_itme'; did you mean 'get_item'"):
        sources.listed(shop(effects={"get_itme": "read"}))


def test_a_changed_function_is_an_error_that_names_it(shop: Callable[..., Config], tmp_path: Path) -> None:
    made = shop()
    imported(made)
    sources.load(made)
    folder = tmp_path / "changed"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP.replace("An item.", "An item, with tax.") + SHOP.replace("wipe", "wipe_all"))
    for name in ("own.found.json", "own.says.toml"):
        (folder / name).write_bytes((tmp_path / name).read_bytes())
    moved = replace(made, sources=(replace(made.sources[0], folder=str(folder)),))
    with pytest.raises(ConfigError, match=r"\(new: wipe_all\)"):
        sources.load(moved)


def test_two_tools_of_one_name_need_a_prefix(shop: Callable[..., Config]) -> None:
    made = shop()
    both = replace(made, sources=(made.sources[0], replace(made.sources[0], name="other")))
    imported(both)
    with pytest.raises(ConfigError, match="there is a tool 'get_item' already; set prefix"):
        sources.load(both)
    apart = replace(both, sources=(both.sources[0], replace(both.sources[1], prefix="other_")))
    imported(apart)
    assert {"get_item", "other_get_item"} <= set(sources.load(apart).tools)


def test_a_source_may_stand_beside_the_catalog(shop: Callable[..., Config]) -> None:
    made = replace(shop(), catalog=True)
    imported(made)
    registry = sources.load(made)
    assert {"get_item", "airport_record"} <= set(registry.tools)
    assert "own" in Pools(registry, made).domains
    with pytest.raises(ConfigError, match="types of that name exist already"):
        imported(replace(made, sources=(replace(made.sources[0], name="length"),)))


def test_things_with_a_number_are_called_by_number(shop: Callable[..., Config]) -> None:
    made = shop()
    imported(made)
    registry = sources.load(made)
    box = Toolbox(registry)
    graph = Graph(registry, ["get_item"], box.call)
    assert graph.value(Get("get_item", (("item_id", Ent("own:item", "3")),), "price", "own:price")) == 3.75
    assert registry.label("own:item", "3") == "Item 3 (ID 3)"
    assert box.call("get_item", {"item_id": "3"}) == box.call("get_item", {"item_id": 3})
    with pytest.raises(ToolError, match="must be a integer"):
        box.call("get_item", {"item_id": "three"})


def test_other_code_gives_other_hashes(shop: Callable[..., Config], tmp_path: Path) -> None:
    made = shop()
    imported(made)
    before = sources.load(made).tool("get_item").tool.hash
    folder = tmp_path / "changed"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP.replace("1.25", "1.5"))
    for name in ("own.found.json", "own.says.toml"):
        (folder / name).write_bytes((tmp_path / name).read_bytes())
    moved = replace(made, sources=(replace(made.sources[0], folder=str(folder)),))
    assert sources.load(moved).tool("get_item").tool.hash != before


def test_schemas_carry_types(atlas_tools: Registry) -> None:
    tool = atlas_tools.tool("neighbours").tool
    assert tool.input["properties"]["country_code"]["x-type"] == "atlas:country"
    assert tool.output["properties"]["result"]["items"]["properties"]["code"]["x-type"] == "atlas:country"
    assert tool.output["properties"]["result"]["items"]["properties"]["name"]["type"] == "string"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('name = "own"\nmodul = "a.py"', "unknown key 'modul'; did you mean 'module'?"),
        ('name = "own"', "own needs one of module, openapi, command and url, not none"),
        ('name = "own"\nmodule = "a.py"\nurl = "http://x"', "not module and url"),
        ('module = "a.py"', "sources[0]: missing key 'name'"),
        ('name = "own"\nmodule = "a.py"\neffect = "reads"', "sources[0].effect: Invalid enum value"),
        ('name = "own"\nmodule = "a.py"\nprobes = "many"', "sources[0].probes: Expected an integer"),
        ('name = "own"\nurl = "ftp://x"', "url must begin with http"),
        ('name = "own"\nmodule = "a.py"\n[[sources]]\nname = "own"\nmodule = "b.py"', "two are called 'own'"),
    ],
)
def test_a_mistake_in_a_source_is_one_line(tmp_path: Path, table: str, says: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(f'name = "x"\n[[sources]]\n{table}\n')
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_run_file_with_sources_loads_as_itself(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(
        'name = "x"\ncatalog = false\n[[sources]]\nname = "own"\ncommand = ["a", "b c"]\n'
        'effects = { "get-it" = "read" }\nseeds = { id = [1, "b"] }\nenv = { A = "1" }\n[draw]\ndomains = ["own"]\n'
    )
    made = config.load(path)
    assert made.sources[0].folder == str(tmp_path)
    other = tmp_path / "elsewhere" / "config.toml"
    other.parent.mkdir()
    other.write_text(config.to_toml(made))
    assert config.load(other) == made
