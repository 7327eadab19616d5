"""`dive prove`: every proof of a run, checked anew and without a model.

Takes a run directory; gives counts. Exit code 1 if a proof does not hold.
"""

from collections.abc import Mapping
from pathlib import Path

import click

from dive.catalog import shared
from dive.cli.printing import json, meter, plain
from dive.cli.registry import tools_of
from dive.grade import match
from dive.prove.recheck import Recheck
from dive.prove.rerun import rerun

_dir = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))


@click.command()
@_dir
@click.option("--live", is_flag=True, help="Call every tool again, too, and compare the results.")
@click.option("--tamper", type=click.IntRange(1), default=None, help="Alter N values that proofs read; are they found?")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prove(directory: Path, live: bool, tamper: int | None, as_json: bool) -> None:
    """Re-check every proof, without a model.

    Each proof is run again on its recorded results and must give its answer.

    \b
    dive prove out/first
    dive prove out/first --live           call the tools again
    dive prove out/first --tamper 1000    corrupt the evidence and see that it is noticed
    """
    with meter("prove", "hold") as progress:
        registry = tools_of(directory) if live else shared()
        told = rerun(directory, registry, match, live_calls=live, tampered=tamper or 0, progress=progress)
    if as_json:
        json(told)
    else:
        plain(_text(told))
    if told.passed < told.tasks or told.live.same < told.live.tried:
        click.get_current_context().exit(1)


def _text(told: Recheck) -> str:
    lines = [f"{told.passed:,} of {told.tasks:,} proofs hold"]
    lines += [f"  {package}: {text}" for package, text in told.versions.items()]
    lines += [f"  failed {_counted(told.failed)}"] if told.failed else []
    lines += [f"  not checkable {_counted(told.not_checkable)}"] if told.not_checkable else []
    if told.live.tried:
        lines.append(f"{told.live.same:,} of {told.live.tried:,} calls give the same result again")
    if told.live.other_tried:
        lines.append(f"{told.live.other_same:,} of {told.live.other_tried:,} calls of other versions give the same")
    if told.tamper.tried:
        lines.append(f"{told.tamper.tried:,} values altered; found by {_counted(told.tamper.found_by)}")
    return "\n".join(lines)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
