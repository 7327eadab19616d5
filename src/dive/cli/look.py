"""`dive show`, `report`, `prove`, `digest`: what lies in a run directory.

Takes a directory and which tasks; gives text or JSON. Changes nothing but `report.json`.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from dive import ledger, report, summary
from dive.cli.printing import json, plain, say
from dive.cli.registry import tools_of
from dive.errors import RunDirError, UnknownName
from dive.nouns import Drop, Task
from dive.pools import generator
from dive.prove.sandbox import Sandbox
from dive.replay import recorded, replayed
from dive.show import compact_text, task_text

BLOCK = 256
NEARBY = 4

_dir = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@_dir
@click.argument("task_id", metavar="[ID]", default="")
@click.option("--random", "count", type=click.IntRange(1), help="Question and answer of N tasks drawn at random.")
@click.option("--seed", default="0", help="Which N; any word.")
@click.option("--lineage", is_flag=True, help="Show the proofs of earlier rounds, too.")
@_json
def show(directory: Path, task_id: str, count: int | None, seed: str, lineage: bool, as_json: bool) -> None:
    """Show a task, or N at random.

    One task: question, answer, evidence as a tree, proof, verdicts, rounds, drops nearby.

    ID is a task's id, the beginning of one, or its key. Drafts that were dropped can be shown by key.

    \b
    dive show out/first --random 5
    dive show out/first 3f9a --lineage
    dive show out/first 7/000012 --json
    """
    if bool(task_id) == bool(count):
        raise click.UsageError("give either an ID or --random N")
    found = [_find(directory, task_id)] if task_id else _sample(directory, count or 0, seed)
    if as_json:
        json(found[0] if task_id else found)
    elif task_id:
        with Sandbox() as sandbox:
            replay = replayed(found[0].proof, recorded(directory, found[0]), sandbox, values=True)
        say(task_text(found[0], replay, _nearby(directory, found[0].key), lineage))
    else:
        plain(compact_text(found))


def _sample(directory: Path, count: int, seed: str) -> list[Task]:
    tasks = list(ledger.tasks(directory))
    return generator("show", seed).sample(tasks, min(count, len(tasks)))


def _find(directory: Path, wanted: str) -> Task:
    known: dict[str, None] = {}
    for stage in ("verify", "synthesize"):
        tasks = list(ledger.tasks(directory, stage))
        hits = [t for t in tasks if wanted in (t.id, t.key)] or [t for t in tasks if t.id.startswith(wanted)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise RunDirError(f"{len(hits)} tasks begin with {wanted!r}: {', '.join(t.id for t in hits[:5])}")
        known |= dict.fromkeys(t.id for t in tasks)
    raise UnknownName("task", wanted, known)


def _nearby(directory: Path, key: str) -> list[Drop]:
    """Drops of the same block, the nearest first."""
    index = _index(key)
    drops = [d for d in ledger.drops(directory) if _index(d.key) // BLOCK == index // BLOCK]
    return sorted(drops, key=lambda drop: (abs(_index(drop.key) - index), drop.key))[:NEARBY]


def _index(key: str) -> int:
    return int(key.rpartition("/")[2])


@click.command("report")
@_dir
@_json
def report_command(directory: Path, as_json: bool) -> None:
    """What a run gave, in figures.

    Stages, reasons of drops, gates, diversity, speed. Writes DIR/report.json anew.
    """
    told = report.build(directory, tools_of(directory))
    report.save(directory, told)
    if as_json:
        json(told)
    else:
        say(summary.text(told))


@click.command()
@_dir
def digest(directory: Path) -> None:
    """One hash per ledger: equal runs, equal hashes."""
    found = ledger.digest(directory)
    if not found:
        raise RunDirError(f"{directory} holds no ledgers; is it the directory of a run?")
    for name, sha in found.items():
        plain(f"{sha}  {name}")


COMMANDS: Sequence[click.Command] = (show, report_command, digest)
