"""draw: one configuration (S, T, X) of the paper, drawn from the pools.

Takes the pools, an index and a leaning toward the rare; gives a `Draw`. A toolset is a typed core that can
be reached from the seed, distractors that take the same types, and fill. Modes: `domain` (the seed's domain and the
general tools, as in the paper), `bridge` (two or three domains joined by a typed link), `uniform`. Calls no tool.
"""

import random
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from dive.nouns import Draw, Entity, Exemplar
from dive.pools import Pools, generator
from dive.tally import EVEN, Leaning

CORE = 10
TELLING = 2
"""Tools that tell something of a list's members, for each list that the core gives: a list alone leads nowhere."""

KNOWN_WAY = 0.7
"""The share of draws whose core begins with tools that are known to lead on together; the others find new ones."""
LEAST_START = 0.005
"""The weight of a seed type from which no calibration draft was ever made."""
ENOUGH, SHARP = 0.5, 1.5
"""Seed types that lead to a task half of the time are drawn alike; those that seldom do, less than in proportion."""


class Leads(Struct, frozen=True, kw_only=True):
    """What is known of seed types: how `often` a question can be made from one, sets of tools that have led to one
    (`ways`), the `seeds` that are left where not all are.
    """

    often: Mapping[str, float] = {}
    ways: Mapping[str, Sequence[Sequence[str]]] = {}
    seeds: Mapping[str, Sequence[Entity]] = {}


NOTHING = Leads()
"""Nothing is known."""


def draw(pools: Pools, index: int, leaning: Leaning, leads: Leads = NOTHING, attempt: int = 0) -> Draw:
    """The draw with that index.

    Args:
        pools: what may be used.
        index: position in the run; with the run's seed it decides everything.
        leaning: weights of tools, domains, seed types and moves.
        leads: what is known of seed types.
        attempt: another attempt is another draw: a toolset that led nowhere from one start seldom does from others.
    """
    config = pools.config
    rng = generator(config.seed, index, "draw", attempt)
    modes = config.draw.modes
    mode = rng.choices(("domain", "bridge", "uniform"), (modes.domain, modes.bridge, modes.uniform))[0]
    types = {d: pools.seed_types(d) for d in pools.domains}
    lead = {t: LEAST_START + min(leads.often.get(t, 0.0), ENOUGH) ** SHARP for d in types for t in types[d]}
    weight = {t: lead[t] * leaning.starts.get(t, 1.0) ** 0.5 for t in lead}
    best = [max(weight[t] for t in types[d]) * leaning.domains.get(d, 1.0) for d in types]
    domain = rng.choices(pools.domains, best)[0]
    seed_type = rng.choices(types[domain], [weight[t] for t in types[domain]])[0]
    return draw_from(pools, index, rng, mode, domain, seed_type, leaning, leads)


def draw_from(pools: Pools, index: int, rng: random.Random, mode: str, domain: str, seed_type: str,
              leaning: Leaning = EVEN, leads: Leads = NOTHING) -> Draw:  # fmt: skip
    """A draw whose mode, domain and seed type are given."""
    config = pools.config
    seed = rng.choice(leads.seeds.get(seed_type) or pools.seeds(seed_type))
    size = rng.randint(config.draw.toolset_min, config.draw.toolset_max)
    eligible = _eligible(pools, mode, domain, seed_type, rng)
    begun = _way(leads.ways.get(seed_type, ()), eligible, leaning.tools, rng) if rng.random() < KNOWN_WAY else ()
    toolset = _toolset(pools, eligible, seed_type, min(size, len(eligible)), leaning.tools, rng, begun)
    count = rng.randint(config.draw.exemplars_min, config.draw.exemplars_max)
    chosen = _leaning_sample(pools.structures, count, leaning, rng)
    return Draw(
        key=f"{config.seed}/{index:06d}", index=index, seed=seed, mode=mode, domain=domain,  # type: ignore[arg-type]
        toolset=tuple(sorted(toolset)), exemplars=tuple(e.id for e in chosen),
    )  # fmt: skip


def _leaning_sample(known: Mapping[tuple[str, ...], Sequence[Exemplar]], count: int, leaning: Leaning,
                    rng: random.Random) -> list[Exemplar]:  # fmt: skip
    """Exemplars of different structures, those first whose moves are rare so far."""
    rare = {moves: min(leaning.moves.get(move, 1.0) for move in moves[1:]) for moves in known}
    places = {moves: rng.random() ** (1 / rare[moves]) for moves in known}
    drawn = sorted(known, key=lambda moves: -places[moves])[:count]
    return [rng.choice(known[moves]) for moves in drawn]


def _eligible(pools: Pools, mode: str, domain: str, seed_type: str, rng: random.Random) -> list[str]:
    tools = pools.registry.tools
    if mode == "uniform":
        return list(pools.tools)
    domains = {domain, "general"}
    if mode == "bridge":
        near = sorted(pools.neighbours(domain) - domains)
        domains |= set(rng.sample(near, min(len(near), rng.randint(1, 2))))
    chosen = [name for name in pools.tools if tools[name].tool.domain in domains]
    short = pools.config.draw.toolset_min - len(chosen)
    known = set(chosen)
    rest = [name for name in pools.tools if name not in known]
    return chosen + (rng.sample(rest, min(short, len(rest))) if short > 0 else [])


def _way(ways: Sequence[Sequence[str]], eligible: Collection[str], weights: Mapping[str, float],
         rng: random.Random) -> Sequence[str]:  # fmt: skip
    """One of the ways that the mode allows, those with a rare tool first."""
    known = frozenset(eligible)
    able = [way for way in ways if known.issuperset(way)]
    rare = [max((weights.get(name, 1.0) for name in way), default=1.0) for way in able]
    return rng.choices(able, rare)[0] if able else ()


def _toolset(pools: Pools, eligible: Sequence[str], seed_type: str, size: int, weights: Mapping[str, float],
             rng: random.Random, begun: Sequence[str]) -> list[str]:  # fmt: skip
    tools, speakers, allowed = pools.registry.tools, pools.registry.speakers, frozenset(eligible)
    back = [name for name in eligible if seed_type in pools.gives[name] and seed_type not in pools.takes[name]]
    core = dict.fromkeys([*begun, *([rng.choice(back)] if back else ())])
    known, ready = set[str](), dict[str, None]()
    new = {seed_type}.union(*(pools.gives[name] for name in begun))
    while len(core) < min(CORE, size):
        known |= new
        ready |= {name: None for kind in sorted(new) for name in pools.takers.get(kind, ()) if name in allowed}
        open_ = [name for name in ready if name not in core]
        if not open_:
            break
        [last] = rng.choices(open_, [weights.get(name, 1.0) for name in open_])
        core[last] = None
        new = pools.gives[last] - known
        for member in sorted({f.type for f in tools[last].fields.values() if f.many and f.spoken}):
            telling = sorted(speakers.get((member, False), frozenset()) & allowed - core.keys())
            core |= dict.fromkeys(rng.sample(telling, min(TELLING, len(telling))))
    chosen = list(core)[:size]
    rest = [name for name in eligible if name not in core]
    rng.shuffle(rest)
    like, near = (
        {n for name in some for kind in pools.takes[name] for n in pools.takers[kind]} for some in (begun, chosen)
    )
    rest.sort(key=lambda name: (name not in like, name not in near))
    return chosen + rest[: size - len(chosen)]
