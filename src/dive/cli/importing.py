"""`dive tools import`: connects to the sources of a run file, finds out what their tools take and give, drafts wording.

Takes a run file; gives text: what was found, what stays uncalled, what to do next. A call that overstays its deadline
is broken off by an alarm, since there is no worker here that could be ended.
"""

import os
import signal
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from dive import config, sources
from dive.cli.printing import meter, say
from dive.errors import ConfigError, ToolError
from dive.nouns import Json
from dive.sources import Imported, Offered, references
from dive.tools import Toolbox


@click.command("import")
@click.argument("file", metavar="RUN.toml", type=click.Path(path_type=Path))
@click.option("--list", "only_list", is_flag=True, help="Connect and list; call nothing, write nothing.")
def import_tools(file: Path, only_list: bool) -> None:
    """Import your own tools: those of the [[sources]] of a run file.

    Lists them, calls those that may be called (effect read or pure) on seeds and on each other's results, infers what
    they take and give, drafts how results are spoken of, and keeps that beside the run file. A tool that counts as
    `write` is never called. Run it again after a change; what you wrote into the wording file stays.

    \b
    dive tools import RUN.toml --list      first, to see what there is
    dive tools import RUN.toml
    """
    made = config.load(file)
    if not made.sources:
        raise ConfigError(f"{file}: there is no [[sources]] table; README.md shows one")
    hide = references.hiding(made, os.environ)
    for name, offered in sources.listed(made, os.environ).items():
        try:
            if only_list:
                say(_listed(name, offered))
            else:
                say(_told(name, offered, _explored(offered, hide), file))
        finally:
            offered.connection.close()
    if not only_list:
        sources.load(made)  # whatever a run would refuse is told now


def _explored(offered: Offered, hide: Callable[[bytes], bytes]) -> Imported:
    box = Toolbox(sources.bare(offered))
    box.hide = hide
    with meter(f"calling {offered.source.name}", "") as progress:
        count = 0

        def call(tool: str, args: Mapping[str, Json]) -> Json:
            nonlocal count
            count += 1
            progress(count, 0, 0)
            with _alarm(offered.source.call_s * (2 if offered.source.module else 10), tool):
                return box.call(tool, args)

        return sources.explore(offered, call)


@contextmanager
def _alarm(seconds: float, tool: str) -> Generator[None]:
    """Breaks the body off after so many seconds."""

    def ring(signum: int, frame: object) -> None:
        raise ToolError("deadline", f"{tool}: no result within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _listed(name: str, offered: Offered) -> str:
    lines = [f"{name}   {offered.listing.server}"]
    allowed = sources.effects(offered.source, offered.listing.tools)
    for tool, listed in offered.listing.tools.items():
        lines.append(f"  {allowed[tool]:<6} {tool:<32} {' '.join(listed.description.split())[:70]}")
    lines += [f"  left out: {tool}: {reason}" for tool, reason in offered.listing.left_out.items()]
    return "\n".join(lines)


def _told(source: str, offered: Offered, done: Imported, file: Path) -> str:
    allowed = sources.effects(offered.source, offered.listing.tools)
    uncalled = [tool for tool, effect in allowed.items() if effect == "write"]
    found = done.found
    lines = [f"{source}   {offered.listing.server}"]
    for tool, made in found.tools.items():
        takes = ", ".join(made.takes.get(p, p) for p in (*made.takes, *(s for s in made.states if s not in made.takes)))
        gives = ", ".join(dict.fromkeys(made.gives.values()))
        lines.append(f"  {tool:<32} {takes or 'nothing'} -> {gives or 'nothing that can be spoken of'}")
    lines += [f"  {tool:<32} no result: {reason}" for tool, reason in done.errors.items()]
    lines += [f"  {tool:<32} left out: {reason}" for tool, reason in offered.listing.left_out.items()]
    lines += ["", "Things"]
    lines += [f"  {name:<32} {len(pool):,} known, such as {_some(pool)}" for name, pool in found.pools.items()]
    if uncalled:
        lines += ["", f"Never called: {', '.join(uncalled)}"]
        lines += [f'  they count as write; if one only reads, say so in {file}: effects = {{ NAME = "read" }}']
    lines += ["", "Kept", f"  {done.kept}   what was found; import again to renew it"]
    lines += [f'  {done.says}   the wording, {done.added} lines added: read it, mend it, silence lines with ""']
    return "\n".join([*lines, "", f"Next   dive tools check --run {file}   then   dive run {file}"])


def _some(pool: Mapping[str, str]) -> str:
    return ", ".join(list(pool.values())[:3])
