"""Printing: consoles, JSON, progress that works on a terminal and in a log.

Takes text; gives it to stdout (results) or stderr (progress and errors). Colours end with NO_COLOR or a pipe.
Starts no thread: workers are forked while progress is shown.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from dive.nouns import Json

OUT = Console(soft_wrap=True, highlight=False)
ERR = Console(soft_wrap=True, highlight=False, stderr=True)
Meter = Callable[[int, int, int], None]
LOG_STEPS = 10


def say(text: str) -> None:
    """A result; lines that do not start with a space are headings."""
    for line in text.splitlines():
        heading = bool(line) and not line.startswith((" ", "{"))
        OUT.print(f"[bold]{escape(line)}[/bold]" if heading else escape(line))


def plain(text: str) -> None:
    """A result as it is."""
    OUT.print(text, markup=False)


def json(value: Json | msgspec.Struct) -> None:
    """A result for scripts: sorted keys, indented."""
    text = msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2)
    OUT.out(text.decode(), highlight=False)


def note(text: str) -> None:
    """What is going on, beside the results."""
    ERR.print(f"[dim]{escape(text)}[/dim]")


def fail(text: str) -> None:
    """Why a command ends, on one line."""
    ERR.print(f"[bold red]error:[/bold red] {escape('; '.join(text.splitlines()))}")


@contextmanager
def meter(what: str, unit: str) -> Generator[Meter]:
    """Shows (done, in all, accepted) while the body runs: a bar on a terminal, a line now and then in a log."""
    if ERR.is_terminal:
        left, right = TextColumn("{task.description}"), TextColumn("{task.fields[note]}")
        columns = (left, BarColumn(), right, TimeRemainingColumn())
        with Progress(*columns, console=ERR, auto_refresh=False, transient=True) as bar:
            task = bar.add_task(what, total=None, note="")

            def draw(done: int, total: int, accepted: int) -> None:
                told = _told(done, total, accepted, unit)
                bar.update(task, completed=done, total=total or None, note=told, refresh=True)

            yield draw
        return
    last = 0

    def log(done: int, total: int, accepted: int) -> None:
        nonlocal last
        if total and done * LOG_STEPS // total > last:
            last = done * LOG_STEPS // total
            note(f"{what}: {_told(done, total, accepted, unit)}")

    yield log


def _told(done: int, total: int, accepted: int, unit: str) -> str:
    return f"{done:,}{f' of {total:,}' if total else ''}{f', {accepted:,} {unit}' if unit else ''}"
