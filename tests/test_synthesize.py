"""synthesize: lineage, determinism, rounds, and what a split keeps out of questions."""

import contextlib
import itertools

import msgspec
import pytest

from dive.collect.ahead import Ahead
from dive.config import Config
from dive.derive.sound import asks_more
from dive.draw import Leads, draw
from dive.evidence import Graph
from dive.nouns import Entity, Round, Task, short_id
from dive.pools import Pools, exemplars
from dive.registry import Registry
from dive.synthesize import Exhausted, synthesize
from dive.tally import EVEN, Tally
from dive.tools import Toolbox
from dive.tree import Ent, Node, Op, walk
from dive.verify import novel

FRUITFUL = Leads(often=dict.fromkeys(("country:iso2", "company:name", "airport:iata", "continent:code"), 1.0))


def made_by(registry: Registry, box: Toolbox, config: Config, count: int, attempt: int = 0) -> list[Task]:
    pools, found = Pools(registry, config), []
    for index in range(count):
        try:
            drawn = draw(pools, index, EVEN, FRUITFUL)
            found.append(synthesize(drawn, Graph(registry, drawn.toolset, box.call), config, {}, attempt))
        except Exhausted:
            continue
    return found


def test_every_round_contains_the_one_before_and_adds_a_call_or_asks_more(
    registry: Registry, box: Toolbox, drafts: list[Task], chains: list[list[Round]]
) -> None:
    for task, chain in zip(drafts, chains, strict=True):
        graph = Graph(registry, task.toolset, box.call)
        needed = [graph.needed(made.tree) for made in chain if made.tree is not None]
        assert len(needed) == len(chain)
        assert len(needed[0]) >= 1
        assert all(early <= late for early, late in itertools.pairwise(needed))
        for (early, late), made in zip(itertools.pairwise(needed), chain[1:], strict=True):
            assert early < late or (made.tree is not None and asks_more(made.tree, len(early)))


def test_lineage(drafts: list[Task], chains: list[list[Round]]) -> None:
    known = {exemplar.id for exemplar in exemplars()}
    for task, chain in zip(drafts, chains, strict=True):
        assert [made.k for made in chain] == [1, 2, 3]
        assert task.pattern == ">".join(made.pattern for made in chain)
        assert len({made.question for made in chain}) == 3
        assert all(made.answer == made.proof.answer for made in chain)
        assert task.id == short_id(chain[-1])
        assert task.exemplar in known
        assert (task.status, task.evidence, task.controls, task.verdicts) == ("draft", (), (), ())


def test_the_first_round_is_about_the_seed(chains: list[list[Round]], drafts: list[Task]) -> None:
    for task, chain in zip(drafts, chains, strict=True):
        assert chain[0].tree is not None
        assert Ent(task.seed.type, task.seed.id) in set(walk(chain[0].tree))


def test_the_same_draws_give_the_same_tasks(registry: Registry, box: Toolbox) -> None:
    """Whatever the toolbox has called before."""
    config = Config(name="twice", seed=8)
    first = made_by(registry, box, config, 80)
    assert len(first) >= 3
    assert made_by(registry, Toolbox(registry), config, 80) == first


def test_another_attempt_makes_another_task(registry: Registry, box: Toolbox) -> None:
    config = Config(name="again", seed=3)
    first, second = ({t.key: t.question for t in made_by(registry, box, config, 120, n)} for n in (0, 1))
    both = first.keys() & second.keys()
    assert len(both) >= 3
    assert any(first[key] != second[key] for key in both)


def test_what_was_asked_before_is_not_asked_again(registry: Registry, box: Toolbox) -> None:
    pools, changed = Pools(registry, Config(name="had", seed=8)), 0
    for index in range(60):
        drawn = draw(pools, index, EVEN, FRUITFUL)
        graph = Graph(registry, drawn.toolset, box.call)
        with contextlib.suppress(Exhausted):
            task = synthesize(drawn, graph, pools.config, {})
            assert task.tree is not None
            mark = novel.signature(task.pattern, graph.calls_of(task.tree))
            other = synthesize(drawn, graph, pools.config, {}, past=novel.past(Tally(), {mark}, len(pools.tools)))
            assert other.tree is not None
            assert novel.signature(other.pattern, graph.calls_of(other.tree)) != mark
            changed += 1
    assert changed >= 3


def test_what_cannot_lead_on_never_did(
    registry: Registry, box: Toolbox, drafts: list[Task], chains: list[list[Round]]
) -> None:
    for task, chain in zip(drafts, chains, strict=True):
        ahead = Ahead(Graph(registry, task.toolset, box.call))
        before: Node = Ent(task.seed.type, task.seed.id)
        for made in chain:
            assert made.tree is not None
            assert [*ahead.open(before, [made.pattern])]
            before = made.tree


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_the_number_of_rounds(registry: Registry, box: Toolbox, rounds: int) -> None:
    config = msgspec.convert({"name": "rounds", "seed": 5, "synthesize": {"rounds": rounds}}, Config)
    found = made_by(registry, box, config, 250 if rounds == 4 else 40)
    assert len(found) >= (1 if rounds == 4 else 5)
    assert all(len(task.lineage) == rounds - 1 and task.pattern.count(">") == rounds - 1 for task in found)


@pytest.mark.parametrize("held", ["superlative", "record"])
def test_a_held_out_pattern_is_in_no_question(registry: Registry, box: Toolbox, held: str) -> None:
    """Neither as a move nor, under another move's name, as an operator."""
    config = msgspec.convert({"name": "split", "seed": 6, "split": {"held_out_patterns": [held]}}, Config)
    found = made_by(registry, box, config, 150)
    assert len(found) >= 3
    for task in found:
        assert held not in task.pattern.split(">")
        trees = [tree for tree in (task.tree, *(made.tree for made in task.lineage)) if tree is not None]
        assert held not in {n.pattern for tree in trees for n in walk(tree) if isinstance(n, Op)}


def test_a_seed_that_leads_nowhere(registry: Registry, box: Toolbox, pools: Pools) -> None:
    drawn = draw(pools, 0, EVEN)
    drawn = msgspec.structs.replace(drawn, seed=Entity(type="airport:iata", id="no-such-thing", name="?"))
    with pytest.raises(Exhausted, match="no chain of 3 questions from airport:iata no-such-thing"):
        synthesize(drawn, Graph(registry, drawn.toolset, box.call), pools.config, {})
