"""Real tools, and real drafts made from fixed seeds once for all tests."""

from collections.abc import Iterator

import pytest

from dive.catalog import load
from dive.config import Config
from dive.draw import Leads, draw
from dive.evidence import Graph
from dive.nouns import Round, Task
from dive.pools import Pools
from dive.registry import Registry
from dive.synthesize import Exhausted, synthesize
from dive.tally import EVEN
from dive.tools import Toolbox

DRAFTS = 260
CONFIG = Config(name="drafts", seed=20_261_126)
OFTEN = (
    "airport:iata", "city:geonames", "company:name", "continent:code", "country:iso2", "currency:iso4217",
    "disease:omim", "element:symbol", "icd10cm:code", "language:iso639",
)  # fmt: skip
STARTS = Leads(often=dict.fromkeys(OFTEN, 0.5))
"""Seed types that lead to a question more often than others do."""


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load()


@pytest.fixture(scope="session")
def box(registry: Registry) -> Toolbox:
    return Toolbox(registry)


@pytest.fixture(scope="session")
def pools(registry: Registry) -> Pools:
    return Pools(registry, CONFIG)


@pytest.fixture(scope="session")
def drafts(pools: Pools, box: Toolbox) -> list[Task]:
    """Tasks that no gate has seen, from the first draws that lead to one."""
    return list(_drafts(pools, box))


@pytest.fixture(scope="session")
def chains(drafts: list[Task]) -> list[list[Round]]:
    """Rounds 1..K of every draft; the last is the draft itself."""
    return [[*task.lineage, _last(task)] for task in drafts]


@pytest.fixture(scope="session")
def rounds(chains: list[list[Round]]) -> list[Round]:
    """Every question of every draft."""
    return [made for chain in chains for made in chain]


def _last(task: Task) -> Round:
    move = task.pattern.rpartition(">")[2]
    return Round(k=len(task.lineage) + 1, question=task.question, answer=task.answer, proof=task.proof,
                 pattern=move, tree=task.tree)  # fmt: skip


def _drafts(pools: Pools, box: Toolbox) -> Iterator[Task]:
    made, index = 0, 0
    while made < DRAFTS and index < 20 * DRAFTS:
        try:
            drawn = draw(pools, index, EVEN, STARTS)
            yield synthesize(drawn, Graph(pools.registry, drawn.toolset, box.call), pools.config, {})
            made += 1
        except Exhausted:
            pass
        index += 1
