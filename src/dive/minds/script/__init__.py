"""The scripted model of `api = "scripted"`: it plays every act of a run, so that a run file can be tried without a key.

Takes a Request, as any model does; gives a Message by the request's content alone. It collects, writes questions with
proofs, reads and solves what it has written, and says the same to every question of taste. What it agrees on with
itself tells how a run goes, and nothing of how good a model's questions are. Knows no tool that no request has shown.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from dive.minds.lead import LOOK, TRY
from dive.minds.script.heard import Seen, Wanted, defaults, limited, new, phrase, seen, spoken, subject, taking, words
from dive.minds.script.ideas import Idea, Missing, ideas, members
from dive.models import Request, ToolSpec
from dive.nouns import Json, Message, ToolCall
from dive.prompts import prompt

TRIES = 5
"""Proofs that are tried before one is given."""
AT_ONCE = 5
"""Calls with which a solver begins, at most."""
_BEGIN = re.compile(r"Begin with: (.+) \((.+), written (.+) in arguments\)")
_ROUND = re.compile(r"Round (\d+) of (\d+)")
_MOST = re.compile(r"at most (\d+) calls")
_NAMED = re.compile(r"(.+) \(([^()]+)\)")
_AFTER = re.compile(r"[^\s?,.]+(?: [^\s?,.]+){0,2}")


def say(request: Request) -> Message:
    """What it says to this request."""
    opening = request.messages[0]
    if opening.role != "system":  # whoever sets no rules asks whether it calls tools
        return _calls([(spec.name, {"word": "ready"}) for spec in request.tools.specs])
    act = next((act for name, act in _ACTS.items() if opening.content == prompt(name)), _silent)
    return act(request)


# ---- collect and derive --------------------------------------------------------------------------------


class _Talk:
    """The conversation of a draw so far."""

    def __init__(self, request: Request) -> None:
        found = _BEGIN.search(request.messages[1].content)
        self.name, self.noun, self.id = found.groups() if found else ("", "", "")
        self.said = request.messages
        self.specs = [spec for spec in request.tools.specs if spec.name not in (LOOK, TRY)]
        self.calls = list(seen(self.said, self.specs))
        prompts = [(n, m.content) for n, m in enumerate(self.said) if m.role == "user"]
        self.last, self.asked = prompts[-1]
        derives = [n for n, text in prompts if text.startswith("Now write the question")]
        before = self.said if _ROUND.match(self.asked) or not derives else self.said[: derives[-1]]
        rounds = [found for _, text in prompts if (found := _ROUND.match(text))]
        self.round = max(len(derives), 1)
        self.rounds = int(rounds[-1][2]) if rounds else self.round
        proposed = [m.content for m in before if m.role == "assistant" and m.content.startswith("{")]
        self.held: list[dict[str, Any]] = msgspec.json.decode(proposed[-1])["steps"] if proposed else []

    @property
    def fresh(self) -> Sequence[Message]:
        """What was said since it was asked."""
        return self.said[self.last :]


def _lead(request: Request) -> Message:
    talk = _Talk(request)
    return _collect(talk) if _ROUND.match(talk.asked) else _derive(talk)


def _collect(talk: _Talk) -> Message:
    """Everything that takes the seed; then what takes the things that the first question's call gave."""
    found, most = _ROUND.match(talk.asked), _MOST.search(talk.asked)
    number = int(found[1]) if found else 1
    wanted: Iterable[Wanted] = ()
    if number == 1:
        wanted = taking(talk.specs, talk.id, words(talk.noun), 0)
    elif number == 2 and talk.held:
        wanted = _onward([call for call in talk.calls if call.tool == talk.held[0]["tool"]], talk.specs)
    if len(talk.fresh) > 1 or not (calls := new(wanted, talk.calls)):
        return _words("That is enough.")
    return _calls(calls[: int(most[1]) if most else 1])


def _derive(talk: _Talk) -> Message:
    """The first idea that was not tried before and whose program gives something."""
    tries = [call for message in talk.said for call in message.tool_calls if call.name == TRY]
    made = [_proposal(idea, talk.name, talk.id, "") for idea in _ideas(talk)]
    told = talk.said[-1]
    if told.role == "tool" and told.content.startswith("the program gives "):
        value = msgspec.json.decode(told.content.removeprefix("the program gives ").partition("\ncalls: ")[0])
        for one in made:
            if _trial(one) == tries[-1].args:
                one["answer"]["expected"] = _written(value, one["answer"])
                return _words(msgspec.json.encode(one).decode())
    tried, left = [call.args for call in tries], TRIES - sum(bool(message.tool_calls) for message in talk.fresh)
    fresh = [trial for one in made if (trial := _trial(one)) not in tried]
    return _calls([(TRY, fresh[0])]) if fresh and left > 0 else _words("I have no question.")


def _ideas(talk: _Talk) -> list[Idea]:
    """Ideas that contain the question before, in an order that differs from draw to draw."""
    found = list(ideas(talk.calls, lambda value: str(value) == talk.id))
    held = {(step["do"], step["tool"]) for step in talk.held if step["tool"]}
    if talk.round == 1 and talk.rounds > 1:
        found = [idea for idea in found if idea.answer is None]
    else:
        found = [idea for idea in found if idea.answer and idea.calls > held]
    if 1 < talk.round < talk.rounds:
        found = [idea for idea in found if any(other.calls > idea.calls for other in found)]
    start = talk.said[1].content

    def place(idea: Idea) -> list[bytes]:
        return [hashlib.sha256(f"{start}\n{part}".encode()).digest() for part in (sorted(idea.calls), idea.ask)]

    return sorted(found, key=place)


def _trial(made: Mapping[str, Any]) -> dict[str, Json]:
    return {"steps": made["steps"], "program": made["program"]}


def _proposal(idea: Idea, name: str, id: str, expected: str) -> dict[str, Any]:
    """The idea as a derivation; what it begins with is named and, where its id is another word, spelled out."""
    shown = name if spoken(id, name) else f"{name} ({id})"
    steps = [
        {**step, "args": [{**arg, "text": name, "value": None if arg["value"] == name else arg["value"]}
                          if arg["text"] == "{x}" else arg for arg in step["args"]]}
        for step in idea.steps
    ]  # fmt: skip
    mutants = [{"program": text, "mistake": "another figure"} for text in idea.mutants]
    return {"question": idea.ask.replace("{x}", shown), "steps": steps, "assume": [], "program": idea.program,
            "answer": {**idea.form, "expected": expected}, "mutants": mutants}  # fmt: skip


# ---- read and solve ------------------------------------------------------------------------------------


def _second(request: Request) -> Message:
    """The proof of the idea that is asked in these words, over the calls that are shown."""
    asked = re.search(r"^Question: (.+)$", request.messages[-1].content, re.MULTILINE)
    question = asked[1] if asked else ""
    calls = list(seen(request.messages, ()))
    told = [subject(call.args)[1] for call in calls]
    both = sorted(_asked(question, calls), key=lambda one: len(one[0].ids) if set(one[0].ids) <= set(told) else -1)
    if both:  # if one asks of each of many, the calls for all of them are shown
        idea, name = both[-1]
        found = _NAMED.fullmatch(name)
        made = _proposal(idea, found[1] if found else name, found[2] if found else name, "-")
        return _words(msgspec.json.encode({**made, "question": question}).decode())
    return _words(msgspec.json.encode({**_NONE, "question": "these words are none that the script knows"}).decode())


_NONE: dict[str, Json] = {"steps": [], "assume": [], "program": "", "mutants": [],
                          "answer": {"type": "string", "expected": "", "kind": "", "unit": "", "decimals": None,
                                     "parts": []}}  # fmt: skip


def _solve(request: Request) -> Message:
    """Calls until an idea that is asked in these words has its answer."""
    question, specs = request.messages[1].content, request.tools.specs
    calls = list(seen(request.messages, specs))

    def find(tool: str, one: Json) -> Any:
        for call in calls:
            if call.tool == tool and subject(call.args)[1] == one:
                return call.value
        raise Missing(tool, one)

    for idea, _ in _asked(question, calls):
        try:
            if idea.answer is not None:
                told = _written(idea.answer(find), idea.form)
                return _words(f"The final answer is: {told} {idea.form['unit']}".strip())
        except Missing as missing:
            tool, one = missing.args
            wanted = [(tool, each) for each in (idea.ids if ("each", tool) in idea.calls else (one,))]
            made = [call for name, value in wanted for call in taking(specs, value, [], 0, name)]
            if fresh := new(made, calls):
                return _calls(fresh)
        except (LookupError, TypeError):
            continue
    began = any(message.role == "tool" for message in request.messages)
    spent = request.messages[-1].content.startswith("error: no calls are left")
    wanted = _onward(calls, specs) if began else _starts(question, specs)
    fresh = new(wanted, calls)[:AT_ONCE]
    return _calls(fresh) if fresh and len(calls) < 2 * AT_ONCE and not spent else _words("I cannot tell.")


def _asked(question: str, calls: Sequence[Seen]) -> Iterator[tuple[Idea, str]]:
    """Ideas that are asked in these words, and the name with which they begin."""

    for idea in ideas(calls, lambda value: spoken(value, question)):
        if idea.answer is not None and (name := idea.read(question)):
            yield idea, name


def _starts(question: str, specs: Sequence[ToolSpec]) -> Iterator[Wanted]:
    """Calls by which a question may begin: of what stands in brackets, of tools whose own words it has, first."""
    ids = re.findall(r"\(([^()]+)\)", question)
    said = words(question)
    for spec in specs:
        head, join = phrase(spec.name, defaults(spec))
        told = f"{head} {join}"
        if head.endswith("s") and f" {told} " in question:
            rest = _AFTER.match(question.partition(f" {told} ")[2])
            parts = rest[0].split(" ") if rest else []
            texts = ids or [" ".join(parts[:n]) for n in range(len(parts), 0, -1)]
            yield from (call for text in texts for call in taking([spec], text, [], 0))
            return
    texts = ids or [word for word in re.findall(r"[\w-]+", question)[1:] if word[:1].isupper() or word.isdigit()]
    for text in texts:
        yield from taking([spec for spec in specs if not limited(defaults(spec))], text, said, 0)


# ---- calls ---------------------------------------------------------------------------------------------


def _onward(calls: Sequence[Seen], specs: Sequence[ToolSpec]) -> Iterator[Wanted]:
    """Calls of the first member of each list, and of what a record names."""
    for call in calls:
        listed = members(call)
        if listed is not None:
            yield from taking(specs, listed.ids[0], [*words(call.tool), *words(listed.key)], 1)
        elif isinstance(call.value, dict):
            for name, value in call.value.items():
                if value != subject(call.args)[1]:
                    yield from taking(specs, value, words(name), 1)


# ---- what is only a matter of taste --------------------------------------------------------------------


def _phrase(request: Request) -> Message:
    question = _inside(request.messages[1].content, "question")
    return _words(msgspec.json.encode({"question": f"Please tell me this: {question}"}).decode())


def _judge(_: Request) -> Message:
    marks = {"reason": "a script gives every question these marks", "clarity": 4, "naturalness": 4}
    return _words(msgspec.json.encode(marks).decode())


def _grade(request: Request) -> Message:
    asked = request.messages[1].content
    right = _inside(asked, "reference").casefold() in _inside(asked, "given").casefold()
    return _words(msgspec.json.encode({"verdict": "correct" if right else "incorrect"}).decode())


def _closed(_: Request) -> Message:
    return _words("The final answer is: unknown to a script")


def _silent(_: Request) -> Message:
    return _words("A script has nothing to say to this.")


_ACTS: Mapping[str, Callable[[Request], Message]] = {
    "rules": _lead, "reader": _second, "solve": _solve, "phrase": _phrase, "judge": _judge, "grade": _grade,
    "closed_book": _closed,
}  # fmt: skip
"""What it does, by the system message of the request."""


def _inside(text: str, mark: str) -> str:
    found = re.search(rf"<{mark}>\n(.*?)\n</{mark}>", text, re.DOTALL)
    return found[1] if found else text


def _words(text: str) -> Message:
    return Message(role="assistant", content=text)


def _calls(wanted: Sequence[Wanted]) -> Message:
    return Message(role="assistant", tool_calls=tuple(
        ToolCall(id=_id(n, name, args), name=name, args=dict(args)) for n, (name, args) in enumerate(wanted)
    ))  # fmt: skip


def _id(number: int, name: str, args: Mapping[str, Json]) -> str:
    return f"s{number}-{hashlib.sha256(msgspec.json.encode([name, dict(args)])).hexdigest()[:12]}"


def _written(value: Any, form: Mapping[str, Any]) -> str:
    """An answer as one writes it."""
    if isinstance(value, float):
        return f"{value:.{form['decimals'] or 0}f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
