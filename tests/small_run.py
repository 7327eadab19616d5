"""A run directory with one verified task, one draft that was dropped, and one dropped draw; all on real tools."""

from pathlib import Path

from dive import ledger
from dive.catalog import load
from dive.config import Config, to_toml
from dive.nouns import Answer, Arg, Call, Draw, Drop, Entity, Proof, Round, Step, Task, Verdict, canonical, sha
from dive.prove.evaluate import RECORDED, run
from dive.prove.sandbox import Plain
from dive.tools import Toolbox

COPPER = Entity(type="element:symbol", id="Cu", name="copper")
NEAR = (
    Step(id="near", call="elements_next_to", args={"element": Arg(text="copper", is_="Cu")}),
    Step(id="members", let="[r['element'] for r in near['elements']]"),
)
HEAVY = (
    *NEAR,
    Step(id="record", call="element_record", each="members", args={"element": Arg(expr="item")}, max=8),
    Step(id="weight", let="{k: r['atomic_weight'] for k, r in zip(members, record)}"),
    Step(id="picked", let="max(members, key=lambda m: weight[m])"),
)
FIRST = Proof(steps=NEAR, program="members", answer=Answer(type="set", value=[Answer(type="entity", value="silver")]))
SECOND = Proof(steps=HEAVY, program="picked", answer=Answer(type="entity", value="silver", aliases=("Ag",)))
QUESTION = "Which of the elements next to, above or below copper is the heaviest?"


def write(directory: Path, status: str = "verified") -> Task:
    """Write the run; gives the task that no gate dropped."""
    config = Config(name="small", seed=7, out=str(directory))
    registry = load()
    outcome = run(SECOND, Toolbox(registry).call, [RECORDED], Plain())[0]
    blobs = [canonical(done.result) for done in outcome.calls]
    evidence = tuple(
        Call(id=f"c{n}", tool=done.tool, tool_hash=registry.tool(done.tool).tool.hash, args=done.args,
             result=f"sha256:{sha(done.result)}", round=1 if done.step == "near" else 2)
        for n, done in enumerate(outcome.calls, 1)
    )  # fmt: skip
    draft = _task("7/000000", QUESTION)
    verdicts = (Verdict(by="executes", passed=True), Verdict(by="unique", passed=None, reason="open world"))
    whole = {"evidence": evidence, "verdicts": verdicts, "status": status, "controls": _controls()}
    task = _task("7/000000", QUESTION, **whole)
    other = _task("7/000001", "Which element stands next to copper?")
    told = {"tools": ["element_record", "elements_next_to"], "pattern": task.pattern, "domains": ["chemistry"],
            "sequence": ["elements_next_to", "element_record"], "skeleton": "Which of the elements by X?"}  # fmt: skip
    records = [
        ledger.record(task.key, {"draw": _draw(0), "synthesize": draft, "verify": task}, blobs=blobs,
                      facts={"counts": {"candidates": 2, "gate:leaked": 1}, "told": told, "signature": "s"}),
        ledger.record(other.key, {"draw": _draw(1), "synthesize": other}, drop=_drop(1, "verify", "leaked"),
                      facts={"counts": {"candidates": 3, "gate:leaked": 2, "gate:unique": 1}}),
        ledger.record("7/000002", {"draw": _draw(2)}, drop=_drop(2, "synthesize", "exhausted"),
                      facts={"counts": {"exhausted": 10}}),
    ]  # fmt: skip
    with ledger.open_run(directory, to_toml(config), {"made": "by hand"}) as held:
        held.append(records)
        held.derive([made.key for made in records])
    return task


def _task(key: str, question: str, **more: object) -> Task:
    first = Round(k=1, question="Which elements are next to copper?", answer=FIRST.answer, proof=FIRST, pattern="fact")
    given = {"evidence": (), "controls": (), **more}
    return Task(id=sha([key, question])[:16], key=key, question=question, answer=SECOND.answer, proof=SECOND,
                toolset=("element_record", "elements_in_group", "elements_next_to"), lineage=(first,),
                pattern="fact>superlative", seed=COPPER, exemplar="x001", mode="domain", **given)  # fmt: skip


def _controls() -> tuple[Answer, ...]:
    return tuple(Answer(type="entity", value=name) for name in ("nickel", "zinc", "gold"))


def _draw(index: int) -> Draw:
    return Draw(key=f"7/{index:06d}", index=index, seed=COPPER, mode="domain", domain="chemistry",
                toolset=("element_record", "elements_next_to"), exemplars=("x001",))  # fmt: skip


def _drop(index: int, stage: str, reason: str) -> Drop:
    return Drop(key=f"7/{index:06d}", stage=stage, kind="rejected", reason=reason, detail="said so")
