"""`dive prove DIR`: the proofs of a run directory, checked again.

Takes a run directory, the registry and the grader's match; gives counts. Calls tools only when asked to.
"""

import random
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from dive import ledger
from dive.nouns import Task
from dive.prove.judge import Match
from dive.prove.recheck import Progress, Recheck, live, recheck, silent, tamper
from dive.prove.sandbox import Sandbox
from dive.registry import BUILTIN, Registry, package_version
from dive.tools import Toolbox


def rerun(
    directory: Path,
    registry: Registry,
    match: Match,
    *,
    live_calls: bool = False,
    tampered: int = 0,
    seed: int = 0,
    progress: Progress = silent,
) -> Recheck:
    """Checks every verified task of a run.

    Args:
        directory: the run directory.
        registry: the tools, for `live_calls`.
        match: the grader.
        live_calls: call every tool again, too.
        tampered: how many tasks to tamper with.
        seed: decides which, and where.
        progress: told (done, in all, passed).
    """
    tasks = list(ledger.tasks(directory))
    call = Toolbox(registry).call if live_calls else None

    def blobs(name: str) -> bytes:
        return ledger.blob(directory, name)

    with Sandbox() as sandbox:
        told = recheck(tasks, blobs, sandbox, match, progress)
        if tampered:
            made = tamper(tasks, tampered, random.Random(seed), blobs, sandbox, match, call)
            told = replace(told, tamper=made)
    versions = _versions(tasks)
    told = replace(told, versions={name: text for name, (text, _) in versions.items()})
    if call is None:
        return told

    def other(task: Task, tool: str) -> bool:
        package = registry.tools[tool].tool.package if tool in registry.tools else ""
        return task.proof.data.get(package, "") in versions.get(package, ("", ()))[1]

    return replace(told, live=live(tasks, call, blobs, other))


def _versions(tasks: Iterable[Task]) -> dict[str, tuple[str, list[str]]]:
    """Packages that are not what some proof was made with: what to say, and the versions of those proofs."""
    made: dict[str, set[str]] = {}
    for task in tasks:
        for package, version in task.proof.data.items():
            made.setdefault(package, set()).add(version)
    found: dict[str, tuple[str, list[str]]] = {}
    for package, versions in sorted(made.items()):
        now = package_version(package)
        others = sorted(versions - {now})
        if others:
            here = "it is not installed" if now == BUILTIN else f"{now} is installed"
            found[package] = f"proofs were made with {', '.join(others)}, {here}", others
    return found
