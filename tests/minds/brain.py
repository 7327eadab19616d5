"""A scripted mind that asks about a country's neighbours: it collects, derives, mends, reads and solves.

Takes what a model takes, a Request, and answers by its content alone. It knows the tools' answers, so that what it
says is right unless `flaw` says otherwise.
"""

import json
import random
import re
from collections.abc import Callable
from typing import Any

from dive.errors import ToolError
from dive.models import Request
from dive.nouns import Message, ToolCall
from dive.tools import CallFn

BEGIN = re.compile(r"Begin with: (.+) \((.+), written (.+) in arguments\)")
ASKED = re.compile(r"border (.+?)\?")
Flaw = Callable[[str, int, int, dict[str, Any]], Any]
"""(code of the country, round, attempt, the right proposal) -> what is said instead."""


def right(_: str, __: int, ___: int, made: dict[str, Any]) -> Any:
    return made


class Brain:
    """One mind for all acts; a curious one asks for long results that it does not need."""

    def __init__(self, call: CallFn, names: dict[str, str], flaw: Flaw = right, curious: bool = False) -> None:
        self.curious = curious
        self.call, self.codes, self.flaw = call, {name: code for code, name in names.items()}, flaw

    def __call__(self, request: Request) -> Message:
        system = request.messages[0].content
        if system.startswith("Answer the question"):
            return self.solve(request)
        if system.startswith("You check questions"):
            return self.second(request)
        if system.startswith("You make questions"):
            return self.lead(request)
        return calls(("report_ready", {"word": "ready"}))

    def lead(self, request: Request) -> Message:
        start = next(m.content for m in request.messages if m.content.startswith("Begin with"))
        found = BEGIN.search(start)
        assert found
        name, code = found[1], found[3]
        last = max(n for n, m in enumerate(request.messages) if m.role == "user")
        prompt = request.messages[last].content
        if prompt.startswith("Round "):
            done = sum(m.role == "tool" for m in request.messages[last:])
            return self.collect(code, int(prompt.split()[1]), done)
        derives = [m.content for m in request.messages[: last + 1] if m.content.startswith("Now write")]
        k = int(re.search(r"round (\d)", derives[-1])[1])  # type: ignore[index]
        attempt = sum(m.content.startswith("This was refused") for m in request.messages)
        if request.messages[-1].role == "user" and attempt == 0 and k == 1:
            return calls(("look", {"expression": "len(c1['countries'])"}))
        made = self.flaw(code, k, attempt, proposal(k, name, code, self.truth(code, k)))
        return Message(role="assistant", content=made if isinstance(made, str) else json.dumps(made))

    def collect(self, code: str, k: int, done: int) -> Message:
        near = self.near(code)
        if done:
            return Message(role="assistant", content="That is enough.")
        if k == 1:
            more = [("public_holidays", {"country": code, "year": year}) for year in (2019, 2020, 2021) if self.curious]
            return calls(
                ("country_borders", {"country": code}), ("no_such_tool", {}), ("country_borders", {"country": code}),
                *more,
            )  # fmt: skip
        if k == 2:
            return calls(*(("country_facts", {"country": c}) for c in near[:4]), ("country_facts", {"country": "QQ"}))
        return calls(("country_development", {"country": self.best(code) or code}))

    def near(self, code: str) -> list[str]:
        try:
            return self.call("country_borders", {"country": code})["countries"]
        except ToolError:
            return []

    def best(self, code: str) -> str:
        return max(self.near(code), key=lambda c: self.call("country_facts", {"country": c}).get("area", 0), default="")

    def truth(self, code: str, k: int) -> str:
        if k == 1:
            return ", ".join(self.near(code))
        best = self.best(code)
        if k == 2 or not best:
            return best
        try:
            return str(self.call("country_development", {"country": best, "year": 2007})["gdp_per_person"])
        except ToolError:
            return "nothing"

    def second(self, request: Request) -> Message:
        question = re.search(r"Question: (.+)", request.messages[-1].content)
        assert question
        name = ASKED.search(question[1])
        assert name
        made = proposal(3 if "2007" in question[1] else 2, name[1], self.codes[name[1]], "-")
        return Message(role="assistant", content=json.dumps({**made, "question": question[1]}))

    def solve(self, request: Request) -> Message:
        question = request.messages[1].content
        name = ASKED.search(question)
        assert name
        code = self.codes[name[1]]
        if request.messages[-1].role == "user":
            return calls(("country_borders", {"country": code}))
        answer = self.truth(code, 3 if "2007" in question else 2)
        return Message(role="assistant", content=f"The final answer is: {answer}")


def flawed(code: str, k: int, attempt: int, made: dict[str, Any]) -> Any:
    """Every third derivation is wrong, in one of ten ways."""
    rng = random.Random(f"{code}/{k}/{attempt}")
    if rng.random() > 0.33:
        return made
    steps = made["steps"]
    ways: list[Any] = [
        "{not JSON", "", json_of(made)[: len(json_of(made)) // 2], {**made, "steps": 3}, {**made, "surprise": 1},
        {**made, "question": made["question"].replace("border", "love")}, {**made, "program": "near['no_such_key']"},
        {**made, "program": "__import__('os').system('true')"},
        {**made, "answer": {**made["answer"], "expected": "nothing of the kind"}},
        {**made, "steps": [{**steps[0], "tool": "no_such_tool"}, *steps[1:]]},
    ]  # fmt: skip
    return rng.choice(ways)


def json_of(value: Any) -> str:
    """JSON text."""
    return json.dumps(value)


def calls(*asked: tuple[str, dict[str, Any]]) -> Message:
    made = tuple(ToolCall(id=f"t{n}", name=name, args=args) for n, (name, args) in enumerate(asked))
    return Message(role="assistant", tool_calls=made)


def arg(name: str, origin: str, text: str = "", value: Any = None, expr: str = "") -> dict[str, Any]:
    return {"name": name, "from": origin, "text": text, "value": value, "expr": expr}


def step(id: str, do: str, says: str = "", **more: Any) -> dict[str, Any]:
    return {"id": id, "do": do, "tool": "", "over": "", "expr": "", "args": [], "says": says, **more}


def proposal(k: int, name: str, code: str, expected: str) -> dict[str, Any]:
    """The right derivation of round k."""
    near = step("near", "call", tool="country_borders", args=[arg("country", "question", name, code)])
    steps = [near]
    form: dict[str, Any] = {"type": "set", "kind": "country:iso2", "unit": "", "decimals": None, "parts": []}
    question, program, mutants = f"Which countries border {name}?", "near['countries']", []
    item = arg("country", "steps", expr="item")
    if k > 1:
        steps += [
            step("facts", "each", tool="country_facts", over="near['countries']", args=[item]),
            step("area", "let", expr="{r['country']: r['area'] for r in facts}"),
            step("best", "let", expr="max(near['countries'], key=lambda c: area[c])"),
        ]  # fmt: skip
        program = "best"
        question = f"Which country has the largest area of those that border {name}?"
        form = {**form, "type": "entity"}
        mutants = ["min(near['countries'], key=lambda c: area[c])", "near['countries'][0]", "near['countries'][-1]"]
    if k > 2:
        steps += [
            step("grown", "call", tool="country_development",
                 args=[arg("country", "steps", expr="best"), arg("year", "question", "2007", 2007)]),
        ]  # fmt: skip
        question = ("What was the 2007 gross domestic product per person in the country with the largest area of those "
                    f"that border {name}?")  # fmt: skip
        form, program = {**form, "type": "number", "kind": "", "decimals": 0}, "grown['gdp_per_person']"
        mutants = ["grown['population']", "grown['gdp_per_person'] * 2", "grown['gdp_per_person'] / 2"]
    answer = {**form, "expected": expected}
    return {"question": question, "steps": steps, "assume": [], "program": program, "answer": answer,
            "mutants": [{"program": text, "mistake": "another"} for text in mutants]}  # fmt: skip
