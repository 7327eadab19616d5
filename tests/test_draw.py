"""draw: what a draw holds, and what a split keeps out of it."""

import msgspec
import pytest

from dive.config import Config
from dive.draw import Leads, draw
from dive.errors import ConfigError, UnknownName
from dive.nouns import Draw
from dive.pools import Pools, exemplars, withheld
from dive.registry import Registry
from dive.tally import EVEN, Leaning

COUNT = 150


def config(**sections: object) -> Config:
    return msgspec.convert({"name": "draws", "seed": 5, **sections}, Config)


def drawn(pools: Pools, count: int = COUNT) -> list[Draw]:
    return [draw(pools, index, EVEN) for index in range(count)]


@pytest.fixture(scope="module")
def all_pools(registry: Registry) -> Pools:
    return Pools(registry, config())


@pytest.fixture(scope="module")
def draws(all_pools: Pools) -> list[Draw]:
    return drawn(all_pools)


def test_a_draw_depends_on_its_index_alone(all_pools: Pools, draws: list[Draw]) -> None:
    assert [draw(all_pools, index, EVEN) for index in reversed(range(20))] == draws[19::-1]
    assert len({(d.seed, d.toolset) for d in draws}) > COUNT * 0.95
    assert draws[7].key == "5/000007"


def test_toolsets(all_pools: Pools, draws: list[Draw]) -> None:
    for one in draws:
        assert list(one.toolset) == sorted(set(one.toolset))
        assert 15 <= len(one.toolset) <= 50
        assert set(one.toolset) <= set(all_pools.tools)
    assert len({len(one.toolset) for one in draws}) > 20
    assert {name for one in draws for name in one.toolset} == set(all_pools.tools)


def test_something_in_the_toolset_takes_the_seed(registry: Registry, all_pools: Pools, draws: list[Draw]) -> None:
    for one in draws:
        assert any(one.seed.type in all_pools.takes[name] for name in one.toolset)
        assert one.seed in registry.seeds(one.seed.type)
        assert registry.homes[one.seed.type] == one.domain


def test_the_toolset_can_be_walked(all_pools: Pools, draws: list[Draw]) -> None:
    """At least one more tool takes what the seed's own tools give."""
    linked = 0
    for one in draws:
        first = [name for name in one.toolset if one.seed.type in all_pools.takes[name]]
        given = {t for name in first for t in all_pools.gives[name]}
        linked += any(given & all_pools.takes[name] for name in one.toolset if name not in first)
    assert linked > 0.6 * len(draws)


def test_modes(registry: Registry, draws: list[Draw]) -> None:
    modes = [one.mode for one in draws]
    assert {mode: modes.count(mode) > 10 for mode in ("domain", "bridge", "uniform")} == dict.fromkeys(modes, True)
    for one in draws:
        domains = {registry.tool(name).tool.domain for name in one.toolset}
        sizes = [loaded.tool.domain in (one.domain, "general") for loaded in registry.tools.values()]
        if one.mode == "domain" and sum(sizes) >= 15:
            assert domains <= {one.domain, "general"}
        if one.mode == "bridge" and sum(sizes) >= 15:
            assert len(domains - {one.domain, "general"}) <= 2
    assert any(
        len({registry.tool(name).tool.domain for name in one.toolset}) > 3 for one in draws if one.mode == "uniform"
    )


@pytest.mark.parametrize("mode", ["domain", "bridge", "uniform"])
def test_one_mode_alone(registry: Registry, mode: str) -> None:
    weights = {name: float(name == mode) for name in ("domain", "bridge", "uniform")}
    assert {one.mode for one in drawn(Pools(registry, config(draw={"modes": weights})), 20)} == {mode}


def test_exemplars(draws: list[Draw]) -> None:
    known = {exemplar.id for exemplar in exemplars()}
    for one in draws:
        assert 3 <= len(one.exemplars) == len(set(one.exemplars)) <= 5
        assert set(one.exemplars) <= known


def test_sizes_can_be_set(registry: Registry) -> None:
    small = {"toolset_min": 4, "toolset_max": 6, "exemplars_min": 1, "exemplars_max": 1}
    found = drawn(Pools(registry, config(draw=small)), 40)
    assert {len(one.toolset) for one in found} == {4, 5, 6}
    assert {len(one.exemplars) for one in found} == {1}


def test_rare_tools_and_fruitful_seeds_come_first(all_pools: Pools) -> None:
    def share(weights: dict[str, float]) -> int:
        found = [
            draw(all_pools, index, Leaning(tools=weights), Leads(often={"country:iso2": 1.0})) for index in range(80)
        ]
        return sum("country_borders" in one.toolset for one in found)

    assert share({"country_borders": 50.0}) > share({"country_borders": 0.01})
    often = Leads(often={"element:symbol": 100.0})
    assert {draw(all_pools, index, EVEN, often).seed.type for index in range(30)} >= {"element:symbol"}


def test_filters(registry: Registry) -> None:
    only = Pools(registry, config(draw={"domains": ["chemistry"], "tools": {"deny": ["element_record"]}}))
    assert only.domains == ("chemistry",)
    assert {one.domain for one in drawn(only, 20)} == {"chemistry"}
    assert all("element_record" not in one.toolset for one in drawn(only, 60))
    few = Pools(registry, config(draw={"tools": {"allow": ["airport_record", "airports_near", "country_facts"]}}))
    assert {one.toolset for one in drawn(few, 10)} == {("airport_record", "airports_near", "country_facts")}


@pytest.mark.parametrize(
    ("sections", "error", "complaint"),
    [
        ({"draw": {"tools": {"allow": ["airport_rekord"]}}}, UnknownName, "did you mean 'airport_record'"),
        ({"split": {"held_out_tools": ["airport_rekord"]}}, UnknownName, "unknown tool"),
        ({"split": {"held_out_domains": ["geografy"]}}, UnknownName, "did you mean 'geography'"),
        ({"split": {"held_out_patterns": ["superlativ"]}}, UnknownName, "did you mean 'superlative'"),
        ({"draw": {"domains": ["law"]}}, ConfigError, "nothing to draw from"),
        ({"split": {"seed_share": 0.0}}, ConfigError, "nothing to draw from"),
        ({"split": {"part": "eval"}}, ConfigError, "nothing to draw from"),
    ],
)
def test_nothing_to_draw_from(
    registry: Registry, sections: dict[str, object], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        Pools(registry, config(**sections))


HELD = {
    "held_out_tools": ["country_facts", "element_record"], "held_out_domains": ["medicine"],
    "held_out_patterns": ["superlative", "gap"],
}  # fmt: skip


def test_what_is_held_out_is_never_offered(registry: Registry) -> None:
    pools = Pools(registry, config(split=HELD))
    moves = {exemplar.id: set(exemplar.moves) for exemplar in exemplars()}
    for one in drawn(pools):
        assert not {"country_facts", "element_record"} & set(one.toolset)
        assert "medicine" not in {one.domain, *(registry.tool(name).tool.domain for name in one.toolset)}
        assert not any({"superlative", "gap"} & moves[name] for name in one.exemplars)
    assert withheld(pools.config) == {"superlative", "gap"}


def test_an_evaluation_may_use_what_is_held_out(registry: Registry) -> None:
    pools = Pools(registry, config(split={**HELD, "part": "eval", "seed_share": 0.5}))
    assert {"country_facts", "element_record"} <= set(pools.tools)
    assert "medicine" in pools.domains
    assert len(pools.exemplars) == len(exemplars())
    assert withheld(pools.config) == frozenset()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.8])
def test_a_split_parts_the_seeds(registry: Registry, share: float) -> None:
    train, held = (Pools(registry, config(split={"seed_share": share, "part": part})) for part in ("train", "eval"))
    for type_name in registry.pools:
        mine, other, known = train.seeds(type_name), held.seeds(type_name), registry.seeds(type_name)
        assert sorted([*mine, *other], key=lambda e: e.id) == list(known)
        assert len(known) < 500 or abs(len(mine) / len(known) - share) < 0.07
    used = [{(one.seed.type, one.seed.id) for one in drawn(pools)} for pools in (train, held)]
    assert not used[0] & used[1]


def test_another_attempt_is_another_draw(all_pools: Pools, draws: list[Draw]) -> None:
    others = [draw(all_pools, one.index, EVEN, attempt=1) for one in draws]
    assert others == [draw(all_pools, one.index, EVEN, attempt=1) for one in draws]
    assert [one.key for one in others] == [one.key for one in draws]
    for part in ("seed", "toolset"):
        assert sum(getattr(a, part) != getattr(b, part) for a, b in zip(draws, others, strict=True)) > COUNT * 0.8


def test_tools_that_are_known_to_lead_on_together_come_first_and_barren_seeds_never(all_pools: Pools) -> None:
    way = ("country_borders", "country_development")

    def share(leads: Leads) -> int:
        found = [draw(all_pools, index, EVEN, leads) for index in range(60)]
        assert all(one.seed.id != "PE" for one in found if leads.seeds and one.seed.type == "country:iso2")
        return sum(set(way) <= set(one.toolset) for one in found)

    often = {"country:iso2": 1.0}
    seeds = {"country:iso2": [seed for seed in all_pools.seeds("country:iso2") if seed.id in ("FR", "TD")]}
    assert share(Leads(often=often, seeds=seeds)) < share(Leads(often=often, ways={"country:iso2": [way]}, seeds=seeds))
