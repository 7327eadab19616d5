"""Runs of composed tasks that models reword, judge and grade: a scripted mind that knows the tasks' answers.

It learns them from an earlier run of the same draws without a model. What it says is right unless `flaw` says
otherwise.
"""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import UNSET

from dive import ledger
from dive.errors import BadReply, ModelRefusal
from dive.grade import spoken
from dive.models import Request
from dive.nouns import Answer, Arg, Message, Step, Task
from minds import going
from minds.brain import arg, calls, step

TELL = "Please tell me: "
ALL = {act: act for act in going.ALIASES[1:]}
Flaw = Callable[[str, str, int], str]
"""(act, what is right to say, attempt) -> what is said instead."""


def honest(_: str, right: str, __: int) -> str:
    return right


class Teller:
    """One mind for all acts, by the question that a request holds."""

    def __init__(self, tasks: list[Task], flaw: Flaw = honest) -> None:
        self.tasks = {bare(task.question): task for task in tasks}
        self.flaw = flaw

    def __call__(self, request: Request) -> Message:
        system, asked = request.messages[0].content, request.messages[1].content if len(request.messages) > 1 else ""
        attempt = sum(m.role == "user" for m in request.messages) - 1
        if system.startswith("You reword"):
            question = inside(asked, "question")
            return said(self.flaw("phrase", json.dumps({"question": retold(question)}), attempt))
        if system.startswith("You check"):
            question = re.search(r"Question: (.+)", asked)
            assert question
            program = given(self.tasks[bare(question[1])], question[1])
            return said(self.flaw("second", json.dumps(program), request.seed or 0))
        if system.startswith("You judge"):
            right = {"reason": "plain", "clarity": 5, "naturalness": 4}
            return said(self.flaw("judge", json.dumps(right), request.seed or 0))
        if system.startswith("You grade"):
            same = inside(asked, "given") == inside(asked, "reference") or "final answer" in asked
            verdict = {"verdict": "correct" if same else "incorrect"}
            return said(self.flaw("grade", json.dumps(verdict), request.seed or 0))
        if "from what you know" in system:
            return said(self.flaw("closed_book", "The final answer is: 42 things", request.seed or 0))
        if system.startswith("Answer the question"):
            return self.solve(request, asked)
        return calls(("report_ready", {"word": "ready"}))

    def solve(self, request: Request, asked: str) -> Message:
        """The answer if all tools of the proof are there, which is what leaving one out is about."""
        task = self.tasks[bare(asked)]
        offered = {spec.name for spec in request.tools.specs}
        whole = {str(each.call) for each in task.proof.steps if each.call is not UNSET} <= offered
        right = f"The final answer is: {spoken(task.answer)}" if whole else "I cannot tell."
        return said(self.flaw("solve" if whole else "leave_one_out", right, request.seed or 0))


def said(text: str) -> Message:
    """Words; two of them stand for a provider's failures."""
    if text == "REFUSED":
        raise ModelRefusal("the model declined")
    if text == "BROKEN":
        raise BadReply("half a reply")
    return Message(role="assistant", content=text)


def inside(text: str, mark: str) -> str:
    found = re.search(rf"<{mark}>\n(.+?)\n</{mark}>", text, re.DOTALL)
    assert found
    return found[1]


def retold(question: str) -> str:
    """A rewording that keeps everything."""
    return TELL + question[:1].lower() + question[1:]


def bare(question: str) -> str:
    """The question however it was told, for look-up."""
    return question.removeprefix(TELL).casefold()


def given(task: Task, question: str) -> dict[str, Any]:
    """A task's proof as a model would propose it."""
    form = {**written(task.answer), "expected": spoken(task.answer), "parts": []}
    if isinstance(task.answer.value, dict):
        form["parts"] = [{"name": name, **written(part)} for name, part in task.answer.value.items()]
    steps = [_step(each) for each in task.proof.steps]
    return {"question": question, "steps": steps, "assume": [], "program": task.proof.program, "answer": form,
            "mutants": []}  # fmt: skip


def written(answer: Answer) -> dict[str, Any]:
    return {"type": answer.type, "kind": "", "unit": answer.unit, "decimals": answer.decimals}


def _step(made: Step) -> dict[str, Any]:
    args = [_arg(name, one) for name, one in made.args.items()]
    if made.let is not UNSET:
        return step(made.id, "let", expr=made.let)
    if made.each is not UNSET:
        return step(made.id, "each", tool=made.call, over=made.each, args=args)
    return step(made.id, "call", tool=made.call, args=args)


def _arg(name: str, one: Arg) -> dict[str, Any]:
    if one.expr is not UNSET:
        return arg(name, "steps", expr=str(one.expr))
    if one.default is not UNSET:
        return arg(name, "default")
    return arg(name, "question", str(one.text), None if one.is_ is UNSET else one.is_)


# ---- flaws ---------------------------------------------------------------------------------------------


def bad_at_first(act: str, right: str, attempt: int) -> str:
    """The first rewording adds a number, the second is right."""
    return right.replace("tell me", "tell me the 99") if act == "phrase" and attempt == 0 else right


def always_adds(act: str, right: str, _: int) -> str:
    return right.replace("tell me", "tell me the 99") if act == "phrase" else right


def off_format(act: str, right: str, _: int) -> str:
    return "Certainly! Here it is." if act in ("phrase", "judge", "grade") else right


def outside(act: str, right: str, _: int) -> str:
    """A judge that gives marks which do not exist, and a grader with a verdict of its own."""
    marks = {"judge": json.dumps({"reason": "", "clarity": 9, "naturalness": 0}), "grade": '{"verdict": "partly"}'}
    return marks.get(act, right)


def refusing(act: str, right: str, _: int) -> str:
    return "REFUSED" if act in ("phrase", "judge", "closed_book", "leave_one_out", "grade") else right


def strict(act: str, right: str, _: int) -> str:
    return json.dumps({"reason": "glued", "clarity": 5, "naturalness": 2}) if act == "judge" else right


def misread(act: str, right: str, _: int) -> str:
    """A solver who comes to something else."""
    return "The final answer is: something else" if act == "solve" else right


def mute(act: str, right: str, _: int) -> str:
    return "BROKEN" if act == "second" else right


class Knowing(Teller):
    """A mind that knows the answers without tools, or needs no tool in particular."""

    def __init__(self, tasks: list[Task], act: str) -> None:
        super().__init__(tasks)
        self.act = act

    def __call__(self, request: Request) -> Message:
        system = request.messages[0].content
        wanted = "from what you know" if self.act == "closed_book" else "Answer the question with"
        if wanted in system:
            task = self.tasks[bare(request.messages[1].content)]
            return said(f"The final answer is: {spoken(task.answer)}")
        return super().__call__(request)


# ---- runs ----------------------------------------------------------------------------------------------

_known: list[Task] = []
COUNT = 14


def plain(out: Path) -> int:
    """The run without a model; the mind learns its tasks."""
    going.lasting().go(going.config(out, COUNT, minds={}, verify={}))
    _known[:] = ledger.tasks(out)
    return len(_known)


def go(out: Path, flaw: Flaw = honest, minds: dict[str, Any] | None = None, knowing: str = "", **sections: Any) -> int:
    """A run with a mind for these acts, or for all; how often it was asked."""
    lasting = going.lasting()
    made = going.config(out, COUNT, **{"minds": ALL if minds is None else minds, "verify": {}, **sections})
    before, mind = lasting.brain, Knowing(_known, knowing) if knowing else Teller(_known)
    lasting.brain = mind  # type: ignore[assignment]
    try:
        return lasting.go(made, flaw)[1]  # type: ignore[arg-type]
    finally:
        lasting.brain = before


def last_acts(out: Path) -> set[str]:
    """Who gave the last replies to the draws that are not done: right after these a run was ended."""
    done = {record.key for record in ledger.journal(out)}
    return {said.model for said in {said.key: said for said in ledger.replies(out)}.values() if said.key not in done}


def go_killed(out: Path, seed: int, kills: int, calls: int) -> tuple[int, int, set[str]]:
    """A run that is killed so often, then ended: how often the mind was asked before and after; what it was asked to do
    when it was killed.
    """
    lasting, rng = going.lasting(), random.Random(seed)
    acts: set[str] = set()
    before, lasting.brain = lasting.brain, Teller(_known)  # type: ignore[assignment]
    try:
        made = going.config(out, COUNT, minds=ALL, verify={})
        first = 0
        for more, after_s in going.points(rng, kills, calls):
            first += lasting.killed(made, more, after_s, honest)  # type: ignore[arg-type]
            acts |= last_acts(out)
        return first, lasting.go(made, honest)[1], acts  # type: ignore[arg-type]
    finally:
        lasting.brain = before
