"""`dive doctor`: what is installed, what is missing and how to get it, where data lie, how fast this machine will be.

Takes nothing, or a run file; gives text or JSON. The probe is a short run in a temporary directory.
"""

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import click
from msgspec import Struct

from dive import __version__, catalog
from dive.catalog.tables import folder
from dive.cli.printing import json, meter, say
from dive.cli.street import built
from dive.config import Config, DrawSection, FlowSection, to_toml
from dive.registry import BUILTIN, Registry, install, normal, package_version, required
from dive.street import run as run_street
from dive.toolcheck import remembered, tool_mark

PROBE = 96
"""Draws of the probe."""


class Part(Struct, frozen=True):
    """A package: its version, or the command that installs it; `needed_by` says what works only with it."""

    name: str
    version: str
    install: str
    needed_by: str


class Probe(Struct, frozen=True):
    """A short run: seconds until the first draw, then draws and tasks a second, and memory of all processes."""

    workers: int
    start_s: float
    draws_per_s: float
    tasks_per_s: float
    peak_rss_mb: float


class Health(Struct, frozen=True):
    """All that doctor says."""

    dive: str
    python: str
    cores: int
    memory_gb: float
    packages: list[Part]
    tools: int
    tools_passed: int
    tables: str
    tables_mb: float
    free_gb: float
    probe: Probe | None = None


@click.command()
@click.option("--no-probe", is_flag=True, help="Leave the short run out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(no_probe: bool, as_json: bool) -> None:
    """Say what is installed, what is missing, where data lie, and how fast this machine will be.

    \b
    dive doctor
    dive doctor --no-probe --json
    """
    registry = catalog.load()
    probe = None if no_probe else _probe(_cores())
    seen = remembered()
    rows = [seen.get(tool_mark(loaded.tool)) for loaded in registry.tools.values()]
    kept = list(folder().glob("*")) if folder().exists() else []
    health = Health(
        dive=__version__, python=platform.python_version(), cores=_cores(), memory_gb=_memory_gb(),
        packages=_packages(registry), tools=len(rows), tools_passed=sum(bool(r) and r.verdict == "pass" for r in rows),
        tables=str(folder()), tables_mb=round(sum(path.stat().st_size for path in kept) / 1e6, 1),
        free_gb=round(shutil.disk_usage(_existing(folder())).free / 1e9, 1), probe=probe,
    )  # fmt: skip
    if as_json:
        json(health)
    else:
        say(_text(health))


def _packages(registry: Registry) -> list[Part]:
    """What DIVE and its tools ask for, the missing first; data that ship with DIVE are no package."""
    tools: dict[str, int] = {}
    for loaded in registry.tools.values():
        name = normal(loaded.tool.package)
        tools[name] = tools.get(name, 0) + 1
    names = sorted(required().keys() | {name for name in tools if package_version(name) != BUILTIN})
    parts = [Part(name, _version(name), install(name), _needed_by(name, tools)) for name in names]
    return sorted(parts, key=lambda part: (bool(part.version), part.needed_by == "DIVE itself", part.name))


def _needed_by(name: str, tools: Mapping[str, int]) -> str:
    if name in tools:
        return f"{tools[name]} tool{'s' if tools[name] > 1 else ''}"
    return "[[sources]] that are MCP servers" if required()[name].extra == "mcp" else "DIVE itself"


def _version(name: str) -> str:
    version = package_version(name)
    return "" if version == BUILTIN else version


def _probe(workers: int) -> Probe:
    with tempfile.TemporaryDirectory() as name:
        made = Config(name="probe", out=str(Path(name) / "run"), draw=DrawSection(count=PROBE),
                      flow=FlowSection(workers=workers))  # fmt: skip
        began = time.monotonic()
        street = built(made)
        start_s = time.monotonic() - began
        tasks = 0
        with meter("probe", "tasks") as progress:

            def note(done: int, total: int, accepted: int) -> None:
                nonlocal tasks
                tasks = accepted
                progress(done, total, accepted)

            speed = run_street(made, to_toml(made), note, street=street)
    rate = PROBE / speed.wall_s
    return Probe(workers, round(start_s, 1), round(rate, 1), round(tasks / speed.wall_s, 1), round(speed.peak_rss_mb))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory_gb() -> float:
    """Physical memory; 0 where the system does not say."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (ValueError, OSError):
        return 0.0


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())


def _text(health: Health) -> str:
    missing = [part for part in health.packages if not part.version]
    lines = [f"DIVE {health.dive} on Python {health.python}, {health.cores} cores, {health.memory_gb:g} GB of memory"]
    lines += ["", "Packages"]
    lines += [f"  {part.name:<20} missing; needed by {part.needed_by}: {part.install}" for part in missing]
    lines += [f"  {p.name:<20} {p.version:<10} {p.needed_by}" for p in health.packages if p.version]
    lines += ["", "Tools", f"  {health.tools_passed} of {health.tools} have passed `dive tools check` as they are now"]
    lines += ["", "Data", f"  {health.tables}   built tables, {health.tables_mb:g} MB; {health.free_gb:g} GB are free"]
    lines += ["  out/NAME   a run, unless its file says otherwise"]
    if health.probe:
        p = health.probe
        lines += [
            "",
            "Speed",
            f"  {p.tasks_per_s:g} tasks/s of {p.draws_per_s:g} draws/s with flow.workers={p.workers}",
        ]
        lines.append(f"  {p.start_s:g} s to start, {p.peak_rss_mb:,.0f} MB at most")
        if p.tasks_per_s:
            lines.append(f"  1,000 tasks in about {_span(1000 / p.tasks_per_s)}")
    return "\n".join(lines)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
