"""`dive run` and the stages one by one: draw, synthesize, verify, export.

Takes a run file and overrides; gives a run directory, and says where it lies and what to do next.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from dive import config, report, sources, summary
from dive.catalog.tables import folder
from dive.cli.models import opened
from dive.cli.printing import fail, json, meter, note, say
from dive.cli.registry import tools_of
from dive.config import Config
from dive.export import export as export_run
from dive.minds.estimate import PROBE, Cost, Estimate, estimate, words
from dive.pools import check_names
from dive.sources import references
from dive.street import Street
from dive.street import run as run_street

INTERRUPTED = 130

_file = click.argument("file", metavar="RUN.toml", type=click.Path(path_type=Path))
_overrides = click.argument("overrides", metavar="[section.key=value]...", nargs=-1)
_json = click.option("--json", "as_json", is_flag=True, help="Print report.json instead of a summary.")


def _verb(function: Callable[..., Any]) -> click.Command:
    return click.command()(_file(_overrides(_json(function))))


@click.command()
@_file
@_overrides
@_json
@click.option("--estimate", "estimated", is_flag=True, help="Say what models will take; probes ten draws first.")
def run(file: Path, overrides: tuple[str, ...], as_json: bool, estimated: bool) -> None:
    """Make a data set: draw, synthesize, verify.

    RUN.toml says how much of what; a word such as draw.count=50 overrides a key of it. The same command goes on
    where an earlier one stopped; nothing that is done is done again.

    \b
    dive run runs/first.toml
    dive run runs/first.toml draw.count=2000                 more of the same
    dive run runs/first.toml name=geo 'draw.domains=["geography"]'

    \b
    With a model, whose alias is that of a [models.ALIAS] table:
    minds.collect minds.derive   it looks around and writes questions with proofs
    minds.phrase                 it rewords the last question of a composed task
    minds.read                   it reads what a model wrote: a second program, solvers
    minds.judge                  gate: is the question clear and natural?
    minds.closed_book            gate: without tools it must fail
    minds.leave_one_out          gate: without a needed tool it must fail
    minds.grade                  it grades answers; the report says how far it agrees
    """
    if estimated:
        _estimate(config.load(file, overrides), as_json)
        return
    done = _until("verify", config.load(file, overrides), file, overrides, as_json)
    if not as_json:
        say(f"\nTasks     {done.out}/3-verify.jsonl")
        say(f"Look      dive show {done.out} --random 5")
        say(f"Check     dive prove {done.out}")
        say(f"Train     dive export {file}   what a trainer reads")
        say(f"Next      dive run {file} draw.count={2 * max(done.draw.count, 1)}   for twice as many draws")


@_verb
def verify(file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """As `run`, as long as this is the last stage."""
    _until("verify", config.load(file, overrides), file, overrides, as_json)


@_verb
def draw(file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Draw only: seeds, toolsets, exemplars.

    They go to OUT-draw and are no part of a later run.
    """
    _until("draw", _aside(config.load(file, overrides), "draw"), file, overrides, as_json)


@_verb
def synthesize(file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Draw and synthesize; judge nothing.

    The drafts go to OUT-synthesize and are no part of a later run.
    """
    _until("synthesize", _aside(config.load(file, overrides), "synthesize"), file, overrides, as_json)


def _aside(made: Config, until: str) -> Config:
    """A part of the street gets a directory of its own, since its keys are done when that part is."""
    return replace(made, out=f"{made.out}-{until}")


def _until(until: str, made: Config, file: Path, overrides: tuple[str, ...], as_json: bool) -> Config:
    try:
        lent = opened(made)  # a missing key is said before tables are built
        street = built(made, until)
        with meter(until, "tasks" if until == "verify" else "") as progress:
            speed = run_street(made, config.to_toml(made), progress, until, street, *lent)
        told = report.build(Path(made.out), street.registry)
        report.save(Path(made.out), told)
    except KeyboardInterrupt:
        words = " ".join(["dive", "run" if until == "verify" else until, str(file), *overrides])
        fail(f"interrupted; what is done is kept in {made.out}; go on with: {words}")
        click.get_current_context().exit(INTERRUPTED)
    if as_json:
        json(told)
    else:
        say(summary.text(told))
        note(f"{speed.computed:,} draws in {speed.wall_s:.1f} s, {speed.peak_rss_mb:,.0f} MB at most")
    if speed.ended:
        note(f"ended early: {speed.ended}; what is done is kept, raise the budget and run it again to go on")
    return made


def _estimate(made: Config, as_json: bool) -> None:
    """What the whole run will take, from what is done of it; its first ten draws are made if there are none."""
    out = Path(made.out)
    told = estimate(out, made.draw.count) if (out / "manifest.json").exists() else None
    if told is None and made.minds.aliases:
        few = replace(made, draw=replace(made.draw, count=min(PROBE, made.draw.count)))
        with meter("probe", "tasks") as progress:
            speed = run_street(few, config.to_toml(made), progress, "verify", built(few), *opened(few))
        if speed.ended:
            note(f"the probe ended early: {speed.ended}")
        told = estimate(out, made.draw.count)
    told = told or Estimate(seen=0, draws=made.draw.count, cost=Cost())
    if as_json:
        json(told)
    else:
        say(f"{told.draws:,} draws will take about {words(told.cost)}; from {told.seen:,} draws of this run")


def built(made: Config, until: str = "verify") -> Street:
    """The street, its tables loaded and its tools checked; what is done for the first time is said."""
    registry = sources.load(made, os.environ)
    check_names(registry, made)
    sources.compared(made, os.environ)
    if not any(folder().glob("closure*.table")):
        note(f"building tables in {folder()}; this happens once")
        with meter("tables", "") as progress:
            for number, name in enumerate(registry.pools, 1):
                registry.seeds(name)
                progress(number, len(registry.pools), 0)
        note("checking each tool and calling it on samples, once for this set of tools")
    with meter("check", "pass") as progress:
        street = Street(made, until, progress, os.environ)
    for name, reason in street.unfit.items():
        if registry.tools[name].tool.effect != "write":
            note(f"not drawn, since it has not passed its check: {name} ({reason})")
    return street


@_verb
def export(file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Write what a trainer reads: OUT/exports/rl.jsonl and tools.json.

    One line a task: prompt, names of the tools it is offered, typed answer, wrong answers. The tools stand by name in
    tools.json. Tasks that are only proved stay out.

    \b
    dive export runs/first.toml
    dive export runs/model.toml export.allow_proved=true
    """
    made = config.load(file, overrides)
    told = export_run(
        Path(made.out), tools_of(Path(made.out)), made.export.allow_proved, references.hiding(made, os.environ)
    )
    if as_json:
        json(told)
        return
    say(f"{told.tasks:,} tasks, {told.tools:,} tools")
    if told.proved_left_out:
        say(f"{told.proved_left_out:,} tasks that are only proved are left out; export.allow_proved=true takes them in")
    say(f"Tasks     {told.directory}/rl.jsonl")
    say(f"Tools     {told.directory}/tools.json")
    say("Reward    dive.export.reward(completions, answer)")


COMMANDS = (run, draw, synthesize, verify, export)
