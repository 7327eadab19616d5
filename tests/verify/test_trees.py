"""Gates that look at the tree and its values: shaped, sensible; novel, which looks at what was made before."""

import pytest
from lakes import CALL, NORLAND, SARN, VELL, best, count, examine, lakes, of, pair, where
from msgspec.structs import replace

from dive.tally import Tally
from dive.tree import Con, Ent, Get, It, Node, Op
from dive.verify import novel, sensible, shaped, shortcut
from dive.verify.shaped import sayable

XANTHIA = Ent("country:iso2", "XA")
DEEPEST = best("max", lakes(), of("depth"))
AREA = Get("lakes_of", (("country", NORLAND),), "lakes.area", "area:km2")
TOP_SLOTS = (("how", "reverse=True"), ("list", lakes()), ("key", of("depth")), ("n", Con("count", 3)))
TOP = Op("top", TOP_SLOTS, "lake:name", True)
OWN = Get("lakes_near", (("lake", SARN),), "lakes", "lake:name", True)


def keyed(name: str, members: Node, key: Node, **more: str | Node) -> Op:
    return Op(name, (("list", members), ("key", key), *more.items()), key.type)


@pytest.mark.parametrize(
    "tree",
    [
        DEEPEST,
        of("area", DEEPEST),
        count(where(lakes(), of("depth"), ">", 50)),
        keyed("spread", lakes(), of("depth")),
        keyed("mean", lakes(), of("depth")),
        pair("gap", of("depth", VELL), of("depth", SARN)),
        pair("ratio", of("area", VELL), of("area", SARN)),
        pair("record", DEEPEST, of("depth", DEEPEST)),
        pair("only", lakes(), lakes(n=2)),
        pair("record", keyed("mean", lakes(), of("depth")), best("max", lakes(), of("islands"))),
    ],
)
def test_questions_that_one_would_ask(tree: Node) -> None:
    exam = examine("?", tree)
    assert shaped.gate(exam).reason == ""
    assert sensible.gate(exam).reason == ""


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (pair("record", DEEPEST, DEEPEST), "record of a thing and itself"),
        (pair("gap", of("depth", VELL), of("depth", VELL)), "gap of a thing and itself"),
        (best("max", TOP, of("depth")), "already ranked"),
        (best("max", lakes(), AREA), "sorted by area already"),
        (best("max", lakes(n=2), of("depth")), "superlative of 2"),
        (best("max", lakes(), of("country")), "all 5 members are alike"),
        (count(where(lakes(), of("depth"), ">", 5)), "every member passes"),
        (count(where(lakes(), of("depth"), ">", 500)), "no member passes"),
        (pair("both", lakes(), lakes(XANTHIA)), "no member passes both"),
        (keyed("total", lakes(), of("depth")), "the sum of lake_record.depth makes no sense"),
        (keyed("mean", lakes(), of("area")), "the mean of lake_record.area makes no sense"),
        (count(where(lakes(), of("depth"), ">", 52.5)), "nobody would say 52.5"),
        (count(where(lakes(), of("area"), ">", 61.38)), "nobody would say 61.38"),
        (best("max", OWN, of("depth")), "holds its own subject"),
        (Op("top", (("how", "reverse=True"), ("list", lakes()), ("key", of("depth")), ("n", Con("count", 5))),
            "lake:name", True), "all members asked for"),
        (Op("nth", (("how", "reverse=True"), ("list", lakes(n=4)), ("key", of("depth")), ("place", "2")), "lake:name"),
         "nearer to the other end"),
        (keyed("median", lakes(), AREA), "sorted by area already"),
        (keyed("distinct", lakes(), of("depth")), "all 5 members are different"),
        (keyed("factor", lakes(Ent("country:iso2", "NO"), 2), of("depth")), "factor of 2"),
        (keyed("closest", lakes(), of("depth"), than=of("depth", SARN)), "the member itself"),
    ],
)  # fmt: skip
def test_shapes_that_nobody_would_ask(tree: Node, reason: str) -> None:
    graph = examine("?", DEEPEST).graph
    exam = replace(examine("?", DEEPEST), tree=tree, graph=graph)
    assert reason in shaped.gate(exam).reason


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (pair("gap", of("depth", VELL), of("area", SARN)), "length:m against area:km2"),
        (pair("gap", of("area", VELL), Get("country_record", (("country", NORLAND),), "land", "area:km2")), "of ("),
        (pair("ratio", of("depth", VELL), of("depth", SARN)), "means nothing"),
        (pair("ratio", of("depth", VELL), of("area", VELL)), "length by area has no name"),
        (pair("gap", of("islands", VELL), count(where(lakes(), of("depth"), ">", 50))), "islands against lake:name"),
        (best("max", lakes(), of("country")), "no order that can be spoken of"),
        (count(Op("where", (("list", lakes()), ("key", of("depth")), ("how", ">"), ("bound", Con("count", 50))),
                  "lake:name", True)), "length:m against count"),
        (pair("both", lakes(), of("depth")), "against"),
        (keyed("factor", lakes(), of("depth")), "means nothing"),
        (keyed("closest", lakes(), of("depth"), than=of("islands", VELL)), "against something else"),
        (keyed("surpass", lakes(), of("depth"), how=">", than=Con("length:m", 12)), "against something else"),
        (keyed("distinct", lakes(), of("depth")), "names no things"),
        (keyed("where_equal", lakes(), of("country"), value=SARN), "country:iso2 against lake:name"),
        (pair("record", keyed("mean", lakes(), of("depth")), best("max", lakes(XANTHIA), of("area"))), "beside"),
    ],
)  # fmt: skip
def test_arithmetic_that_means_nothing(tree: Node, reason: str) -> None:
    exam = replace(examine("?", DEEPEST), tree=tree)
    assert reason in sensible.gate(exam).reason


def test_a_named_quotient_is_said_of_one_thing() -> None:
    def density(area: Node) -> Op:
        return Op("ratio", (("a", Get("country_record", (("country", NORLAND),), "population", "population:people")),
                            ("b", area)), "ratio")  # fmt: skip

    own = Get("country_record", (("country", NORLAND),), "land", "area:km2")
    other = Get("country_record", (("country", XANTHIA),), "land", "area:km2")
    exam = examine("?", DEEPEST)
    assert sensible.gate(replace(exam, tree=density(own))).passed
    assert "of another" in sensible.gate(replace(exam, tree=density(other))).reason


@pytest.mark.parametrize(
    ("value", "kind", "whole", "said"),
    [
        (1000, "length:m", True, True), (1234, "length:m", True, False), (125, "length:m", True, True),
        (13, "count", True, True), (61.38, "area:km2", False, False), (2.5, "area:km2", False, True),
        (2.5, "count", True, False), (1850, "year", True, True), (1853, "year", True, False),
        ("2017-02-01", "date", False, True), ("2017-02-15", "date", False, False), (0.05, "share", False, True),
        (1_200_000, "population:people", True, True),
    ],
)  # fmt: skip
def test_thresholds(value: float | str, kind: str, whole: bool, said: bool) -> None:
    assert sayable(value, kind, whole) is said


POOL = 300
"""So many tools there are."""


def test_without_a_tree_shape_and_sense_cannot_be_judged() -> None:
    exam = replace(examine("?", DEEPEST), tree=None)
    assert shaped.gate(exam).passed is None
    assert sensible.gate(exam).passed is None
    assert shortcut.gate(exam, CALL).passed


def test_novel() -> None:
    exam = examine("?", DEEPEST, pattern="fact>superlative")
    calls = [(done.tool, done.args) for done in exam.outcome.calls]
    known = novel.signature("fact>superlative", reversed(calls))
    assert not novel.gate(exam, novel.past(Tally(), {known}, POOL)).passed
    assert novel.gate(exam, novel.past(Tally(), {novel.signature("fact>top", calls)}, POOL)).passed
    many = Tally(tasks=1000, sequences={"fact>superlative: lakes_of > lake_record": 50})
    assert "its share of 5%" in novel.gate(exam, novel.past(many, (), POOL, sequence_share=0.05)).reason
    assert novel.gate(exam, novel.past(replace(many, tasks=99), (), POOL, sequence_share=0.05)).passed
    assert novel.gate(exam, novel.past(replace(many, tasks=1001), (), POOL, sequence_share=0.05)).passed


def test_no_tool_is_in_more_than_its_share_of_tasks() -> None:
    exam = examine("?", DEEPEST, pattern="fact>superlative")
    many = Tally(tasks=1000, tools={"lake_record": 33, "lakes_of": 32})
    assert novel.gate(exam, novel.past(many, (), POOL)).reason == "lake_record has its share of 3.3%"
    assert novel.gate(exam, novel.past(replace(many, tasks=1001), (), POOL)).passed
    assert novel.gate(exam, novel.past(many, (), pool=100)).passed, "of a hundred tools each may be in nine per cent"
    assert novel.gate(exam, novel.past(replace(many, tools={"lake_record": 1000}), (), pool=8)).passed


def test_capped_moves() -> None:
    exam = examine("?", DEEPEST, pattern="fact>record")
    tally = Tally(tasks=1000, patterns={"fact>record": 20, "superlative>record": 30, "fact>top": 950})
    assert "record has its share" in novel.gate(exam, novel.past(tally, (), POOL, capped={"record": 0.05})).reason
    assert novel.gate(exam, novel.past(tally, (), POOL, capped={"record": 0.1})).passed
    assert novel.gate(replace(exam, pattern="record>top"), novel.past(tally, (), POOL)).passed
    assert novel.last_move("record") == "record"


def test_only_members_are_looked_at() -> None:
    assert shaped.gate(
        examine("?", best("max", lakes(), Get("lake_record", (("lake", It("lake:name")),), "islands", "count")))
    ).passed


def test_the_rounds_that_led_to_a_question_make_it_no_other() -> None:
    exam = examine("?", DEEPEST, pattern="fact>superlative")
    calls = [(done.tool, done.args) for done in exam.outcome.calls]
    assert not novel.gate(exam, novel.past(Tally(), {novel.signature("where>fact>superlative", calls)}, POOL)).passed
