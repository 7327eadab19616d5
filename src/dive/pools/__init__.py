"""The three pools (paper, phase 1): tools, seeds, exemplars; and the generators that draw from them.

Takes the registry and the run's config; gives what a draw may use. `[split]` acts here: a seed is in or out by the
hash of its canonical entity, held-out tools, domains and patterns are never offered to a training run.
"""

import hashlib
from collections.abc import Mapping, Sequence

from dive.config import Config, domains
from dive.errors import ConfigError, UnknownName
from dive.nouns import Entity, Exemplar
from dive.pools.exemplars import exemplars
from dive.pools.random import generator
from dive.registry import Registry


class Pools:
    """What the draws of one run may use, after filters and split; never the tools that are `unfit`, by reason.

    `takes` and `gives`: by tool, the semantic types that it can be given and that its result holds; `takers`: by
    type, the tools that can be given it. `structures`: exemplars by the moves of their rounds.

    Raises:
        UnknownName: the run file names a tool, domain or pattern that does not exist.
        ConfigError: the filters leave nothing to draw from, or name a tool that is unfit.
    """

    def __init__(self, registry: Registry, config: Config, unfit: Mapping[str, str] | None = None) -> None:
        check_names(registry, config)
        unfit = unfit or {}
        for name in config.draw.tools.allow:
            if name in unfit:
                raise ConfigError(f"draw.tools.allow: {name} has not passed `dive tools check`: {unfit[name]}")
        draw, split = config.draw, config.split
        training = split.part == "train"
        away = set(split.held_out_tools) if training else set()
        closed = set(split.held_out_domains) if training else set()
        self._seeds: dict[str, Sequence[Entity]] = {}
        self.registry = registry
        self.config = config
        self.tools = tuple(
            name
            for name, loaded in registry.tools.items()
            if (not draw.tools.allow or name in draw.tools.allow) and name not in draw.tools.deny
            and name not in away and loaded.tool.domain not in closed
            and loaded.tool.effect != "write" and name not in unfit
        )  # fmt: skip
        offered = {name: registry.tools[name] for name in self.tools}
        self.takes = {name: frozenset(p.type for p in t.params if p.type) for name, t in offered.items()}
        self.gives = {name: frozenset(f.type for f in t.fields.values() if f.type) for name, t in offered.items()}
        kinds = {kind for taken in self.takes.values() for kind in taken}
        self.takers = {kind: [name for name in self.tools if kind in self.takes[name]] for kind in kinds}
        self._types: dict[str, list[str]] = {}
        self._neighbours: dict[str, frozenset[str]] = {}
        self.exemplars = tuple(e for e in exemplars() if not withheld(config) & set(e.moves))
        self.structures = {
            moves: [e for e in self.exemplars if e.moves == moves]
            for moves in sorted({e.moves for e in self.exemplars})
        }
        self.domains = tuple(
            d for d in sorted(set(registry.homes.values()))
            if (not draw.domains or d in draw.domains) and d not in closed and self.seed_types(d)
        )  # fmt: skip
        if not self.tools or not self.exemplars or not self.domains:
            raise ConfigError("nothing to draw from: [draw] and [split] leave no tool, no exemplar or no seed")

    def seed_types(self, domain: str) -> list[str]:
        """Entity types of a domain that have seeds and a tool to start from, sorted."""
        if domain not in self._types:
            taken = sorted({p.type for name in self.tools for p in self.registry.tools[name].params})
            home, entity = self.registry.homes, self.registry.is_entity
            self._types[domain] = [t for t in taken if home.get(t) == domain and entity(t) and self.seeds(t)]
        return self._types[domain]

    def neighbours(self, domain: str) -> frozenset[str]:
        """Other domains with a tool that takes a type which a tool of the domain gives."""
        if domain not in self._neighbours:
            home = {name: self.registry.tools[name].tool.domain for name in self.tools}
            given = {t for name in self.tools if home[name] == domain for t in self.gives[name]}
            near = (home[name] for name in self.tools if home[name] != domain and given & self.takes[name])
            self._neighbours[domain] = frozenset(near)
        return self._neighbours[domain]

    def seeds(self, type_name: str) -> Sequence[Entity]:
        """Seeds of a type on this side of the split, in order of id."""
        if type_name not in self._seeds:
            split, known = self.config.split, self.registry.seeds(type_name)
            inside = split.part == "train"
            self._seeds[type_name] = [e for e in known if (_place(e) < split.seed_share) == inside]
        return self._seeds[type_name]


def withheld(config: Config) -> frozenset[str]:
    """Moves and operators that no question of this run may have."""
    return frozenset(config.split.held_out_patterns if config.split.part == "train" else ())


def _place(entity: Entity) -> float:
    """Where an entity falls in [0, 1): by the hash of its canonical form."""
    digest = hashlib.sha256(f"{entity.type}:{entity.id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def check_names(registry: Registry, config: Config) -> None:
    """Refuse a tool, domain or pattern that does not exist, before any table is built; UnknownName has the nearest."""
    draw, split = config.draw, config.split
    _known("tool", [*draw.tools.allow, *draw.tools.deny, *split.held_out_tools], registry.tools)
    _known("domain", [*draw.domains, *split.held_out_domains], domains(config))
    _known("pattern", split.held_out_patterns, {move for e in exemplars() for move in e.moves})


def _known(what: str, names: Sequence[str], known: object) -> None:
    for name in names:
        if name not in known:  # type: ignore[operator]
            raise UnknownName(what, name, known)  # type: ignore[arg-type]


__all__ = ["Exemplar", "Pools", "check_names", "exemplars", "generator", "withheld"]
