"""Re-checks proofs that were made before, from the recorded results alone, and tampers with them to see it noticed.

Takes tasks and a reader of blobs; gives the counts of `dive prove DIR --json`. Does not read directories and calls
no tool unless it is given one.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from dive.errors import ProofError, RunDirError, ToolError
from dive.nouns import Call, Json, Proof, Task, Verdict, canonical
from dive.prove import judge
from dive.prove.batch import call_key
from dive.prove.bend import FAR, corrupted
from dive.prove.evaluate import RECORDED, Failure, Outcome, World, look, run
from dive.prove.sandbox import Runner
from dive.prove.shape import FieldPath, change, column, leaves
from dive.prove.ties import contests
from dive.prove.values import same
from dive.tools import CallFn

BlobReader = Callable[[str], bytes]
"""The bytes of a blob by its name `sha256:<hex>`; KeyError, OSError or RunDirError if there is none."""


Progress = Callable[[int, int, int], None]


def silent(done: int, total: int, passed: int) -> None:
    """No progress is shown."""


class Tamper(Struct, frozen=True, kw_only=True):
    """Of `tried` altered values, how many were found by which means."""

    tried: int = 0
    found_by: dict[str, int] = {}


class Live(Struct, frozen=True, kw_only=True):
    """Of `tried` calls executed again, how many gave the recorded result; apart, those whose tool's package is
    installed in another version than the proof's.
    """

    tried: int = 0
    same: int = 0
    other_tried: int = 0
    other_same: int = 0


class Recheck(Struct, frozen=True, kw_only=True):
    """Counts of `dive prove`; `faults` says per task id what failed first, `versions` which packages are not those
    that the proofs were made with.
    """

    tasks: int
    passed: int
    failed: dict[str, int]
    not_checkable: dict[str, int]
    live: Live = Live()
    tamper: Tamper = Tamper()
    faults: dict[str, str] = {}
    versions: dict[str, str] = {}


def read_result(name: str, blobs: BlobReader) -> Json:
    """The result that `sha256:<hex>` names; ProofError if it is missing or is not what its name says."""
    digest = name.removeprefix("sha256:")
    try:
        raw = blobs(name)
    except (KeyError, OSError, RunDirError) as error:
        raise ProofError(f"blob {digest[:16]}: it is missing or damaged ({error})") from error
    if hashlib.sha256(raw).hexdigest() != digest:
        raise ProofError(f"blob {digest[:16]}: its content has another hash")
    return msgspec.json.decode(raw)


def recorded(evidence: Sequence[Call], blobs: BlobReader) -> CallFn:
    """A CallFn over recorded calls only: found by tool and arguments, floats within a relative 1e-9."""
    by_key = {call_key(c.tool, c.args): c for c in evidence}
    by_tool: dict[str, list[Call]] = {}
    for item in evidence:
        by_tool.setdefault(item.tool, []).append(item)

    def call(tool: str, args: Mapping[str, Json]) -> Json:
        found = by_key.get(call_key(tool, args))
        found = found or next((c for c in by_tool.get(tool, []) if same(c.args, dict(args))), None)
        if found is None:
            raise ToolError("not_found", f"no recorded call {call_key(tool, args)[:200]}")
        return read_result(found.result, blobs)

    return call


def recheck(
    tasks: Sequence[Task], blobs: BlobReader, sandbox: Runner, match: judge.Match, progress: Progress = silent
) -> Recheck:
    """Runs every proof, and those of the rounds before it, over the recorded results.

    Args:
        tasks: what to check.
        blobs: reads recorded results.
        sandbox: where expressions run.
        match: the grader.
        progress: told (done, in all, passed) after each task.
    """
    failed: Counter[str] = Counter()
    open_: Counter[str] = Counter()
    faults: dict[str, str] = {}
    for done, task in enumerate(tasks, start=1):
        verdicts = list(_verdicts(task, blobs, sandbox, match))
        wrong = next((v for v in verdicts if v.passed is False), None)
        open_.update({v.by for v in (*task.verdicts, *verdicts) if v.passed is None})
        if wrong:
            failed[wrong.by] += 1
            faults[task.id] = f"{wrong.by}: {wrong.reason}"
        progress(done, len(tasks), done - failed.total())
    passed = len(tasks) - failed.total()
    return Recheck(tasks=len(tasks), passed=passed, failed=dict(failed), not_checkable=dict(open_), faults=faults)


def _verdicts(task: Task, blobs: BlobReader, sandbox: Runner, match: judge.Match) -> Iterator[Verdict]:
    """Verdicts of all rounds of a task, up to the first that failed."""
    for item in task.evidence:
        try:
            read_result(item.result, blobs)
        except ProofError as error:
            yield Verdict(by="executes", passed=False, reason=f"{item.id}: {error}")
            return
    call = recorded(task.evidence, blobs)
    before: Outcome | None = None
    for answer, proof in [*((r.answer, r.proof) for r in task.lineage), (task.answer, task.proof)]:
        if canonical(answer) != canonical(proof.answer):
            yield Verdict(by="entailed", passed=False, reason="the task's answer is not its proof's answer")
        outcome = _outcome(proof, call, sandbox)
        yield judge.executes(outcome)
        if outcome.error:
            return
        yield judge.entailed(proof, outcome, match)
        found, unknown = contests(proof)
        keys = look(proof, outcome, [contest.keys for contest in found], sandbox) if found else []
        yield judge.unique(proof, outcome, list(zip(found, keys, strict=True)), unknown)
        if before:
            yield judge.contains(outcome, before)
        before = outcome


def _outcome(proof: Proof, call: CallFn, sandbox: Runner) -> Outcome:
    try:
        return run(proof, call, [RECORDED], sandbox)[0]
    except ProofError as error:
        return Outcome(error=Failure("refused", str(error)))


def tamper(
    tasks: Sequence[Task],
    count: int,
    rng: random.Random,
    blobs: BlobReader,
    sandbox: Runner,
    match: judge.Match,
    call: CallFn | None = None,
) -> Tamper:
    """Alters `count` recorded values, each in a task drawn at random, and looks who notices.

    A value counts as read when some alteration of it alone changes or breaks the answer; it is altered in such a way.
    `program`: re-hashed into the evidence, it makes the proof fail. `hash`: put into the blob as it is, it does not fit
    the blob's name. `live`: the tool, called again, gives another result (only with `call`).
    """
    tried, found = 0, Counter({"hash": 0, "program": 0, "live": 0})
    for _ in range(count if tasks else 0):
        task = tasks[rng.randrange(len(tasks))]
        target = _target(task, rng, blobs, sandbox)
        if target is None:
            continue
        item, altered = target
        tried += 1
        raw = canonical(altered)
        digest = hashlib.sha256(raw).hexdigest()
        found["hash"] += f"sha256:{digest}" != item.result
        forged = msgspec.structs.replace(item, result=f"sha256:{digest}")
        evidence = tuple(forged if c.id == item.id else c for c in task.evidence)

        def read(name: str, own: str = forged.result, content: bytes = raw) -> bytes:
            return content if name == own else blobs(name)

        outcome = _outcome(task.proof, recorded(evidence, read), sandbox)
        found["program"] += not judge.entailed(task.proof, outcome, match).passed
        found["live"] += call is not None and not _same_live(forged, altered, call)
    return Tamper(tried=tried, found_by=dict(found))


def _target(task: Task, rng: random.Random, blobs: BlobReader, sandbox: Runner) -> tuple[Call, Json] | None:
    """A recorded call of the task, and its result with one value altered that the program reads."""
    call = recorded(task.evidence, blobs)
    try:
        outcome = _outcome(task.proof, call, sandbox)
        worlds = [
            World(kind="extreme", step=done.step, bends={call_key(done.tool, done.args): altered})
            for done in outcome.calls
            for path in dict.fromkeys(path for path, value in leaves(done.result) if value is not None)
            for altered in _altered(done.result, path)
        ]
        states = [judge.state(outcome, other, task.answer) for other in run(task.proof, call, worlds, sandbox)]
    except ProofError:
        return None
    read = [world for world, state in zip(worlds, states, strict=True) if state != "same"]
    if not read:
        return None
    [(key, altered)] = read[rng.randrange(len(read))].bends.items()
    done = next(d for d in outcome.calls if call_key(d.tool, d.args) == key)
    item = next((c for c in task.evidence if c.tool == done.tool and same(c.args, done.args)), None)
    return (item, altered) if item else None


def _altered(result: Json, path: FieldPath) -> Iterator[Json]:
    """The result with one occurrence of a field altered a little, far above and far below."""
    values = column([result], path)
    for chosen in (i for i, value in enumerate(values) if value is not None):
        for new in (corrupted, *FAR.values()):
            [altered] = change([result], path, lambda v, n, c=chosen, f=new: f(v, n) if n == c else v)
            if not same(altered, result):
                yield altered


def unchanged(task: Task, tool: str) -> bool:
    """No tool is of another version than it was."""
    return False


def live(
    tasks: Iterable[Task], call: CallFn, blobs: BlobReader, other: Callable[[Task, str], bool] = unchanged
) -> Live:
    """Executes every recorded call again, each once, and compares.

    Args:
        tasks: whose calls.
        call: runs a tool.
        blobs: reads recorded results.
        other: whether a task's tool is of another version now.
    """
    seen: set[str] = set()
    counts: Counter[tuple[bool, bool]] = Counter()
    for task in tasks:
        for item in task.evidence:
            key = call_key(item.tool, item.args)
            if key not in seen:
                seen.add(key)
                counts[other(task, item.tool), _same_live(item, _result(item, blobs), call)] += 1
    return Live(
        tried=counts[False, True] + counts[False, False], same=counts[False, True],
        other_tried=counts[True, True] + counts[True, False], other_same=counts[True, True],
    )  # fmt: skip


def _result(item: Call, blobs: BlobReader) -> Json | Failure:
    try:
        return read_result(item.result, blobs)
    except ProofError as error:
        return Failure("broke", str(error))


def _same_live(item: Call, result: Json | Failure, call: CallFn) -> bool:
    try:
        return not isinstance(result, Failure) and same(call(item.tool, item.args), result)
    except ToolError:
        return False
