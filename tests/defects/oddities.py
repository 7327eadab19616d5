"""Tools that cannot be relied on, as a registry of their own, and the fresh process that `stable` calls them in.

Each tells the height of a tower, always the same, and beside it a remark that depends on when, where or how often it is
asked. `python oddities.py STATE` is the fresh process. Real functions; what they remember lies in the folder STATE.
"""

import contextlib
import datetime as dt
import fcntl
import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Annotated, TypedDict

import msgspec
from msgspec.structs import replace

from dive import registry as reg
from dive.errors import ToolError
from dive.nouns import Entity, Json
from dive.registry import Registry, Type
from dive.tools import Toolbox
from dive.verify import Desk
from dive.verify.fresh import Fresh, serve

TOWERS = {"Alder Tower": 120, "Birch Tower": 85, "Cedar Tower": 64, "Elm Tower": 200, "Fir Tower": 97, "Oak Tower": 31}


class Tower(TypedDict):
    """A tower."""

    height: Annotated[int, "length:m"]
    remark: str


Tool = Callable[[Annotated[str, "tower:name"]], Tower]
_counts: dict[str, int] = {}
_locks: dict[str, IO[str]] = {}
_state: list[Path] = []


def _counted(tower: str) -> object:
    _counts[tower] = _counts.get(tower, 0) + 1
    return _counts[tower]


def _appended(tower: str) -> object:
    path = _state[-1] / f"visits-{tower}"
    with path.open("a", encoding="utf-8") as file:
        file.write("x")
    return path.stat().st_size


def _once(tower: str) -> object:
    path = _state[-1] / f"once-{tower}"
    if path.exists():
        raise ToolError("not_found", "it was there only once")
    path.touch()
    return "here"


def _owned(tower: str) -> bool:
    """Whether this process is the first to ask, which keeps a lock as long as it lives."""
    held = _locks.get(tower) or (_state[-1] / f"lock-{tower}").open("w", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    _locks[tower] = held
    return True


def _waiting(tower: str) -> object:
    if not _owned(tower):
        time.sleep(600)
    return "mine"


def _dying(tower: str) -> object:
    if not _owned(tower + "-d"):
        os._exit(3)
    return "alive"


def _flooding(tower: str) -> object:
    return "x" if _owned(tower + "-f") else "x" * 10_000_000


def _raising(tower: str) -> object:
    return "fine" if _owned(tower + "-r") else 1 // 0


def _lacking(tower: str) -> object:
    return "whole" if _owned(tower + "-l") else None


REMARKS: dict[str, Callable[[str], object]] = {
    "tower_record": lambda _: "steady",
    "tower_clock": lambda _: time.time_ns(),
    "tower_now": lambda _: dt.datetime.now().isoformat(),
    "tower_ticks": lambda _: time.monotonic_ns(),
    "tower_effort": lambda _: time.process_time_ns(),
    "tower_process": lambda _: os.getpid(),
    "tower_parent": lambda _: os.getppid(),
    "tower_program": lambda _: sys.argv[0],
    "tower_modules": lambda _: len(sys.modules),
    "tower_dice": lambda _: random.random(),
    "tower_ticket": lambda _: uuid.uuid4(),
    "tower_bytes": lambda _: os.urandom(4).hex(),
    "tower_salted": lambda tower: hash(tower),
    "tower_members": lambda _: ", ".join(set(TOWERS) | {f"{name} Annexe" for name in TOWERS}),
    "tower_calls": _counted,
    "tower_visits": _appended,
    "tower_once": _once,
    "tower_lock": _waiting,
    "tower_crash": _dying,
    "tower_flood": _flooding,
    "tower_error": _raising,
    "tower_schema": _lacking,
}


def _tool(name: str, remark: Callable[[str], object]) -> Tool:
    def run(tower: Annotated[str, "tower:name"]) -> Tower:
        """Looks up a tower."""
        said = remark(tower)
        return {"height": TOWERS[tower], "remark": said if said is None else str(said)}  # type: ignore[typeddict-item]

    run.__name__ = name
    return run


def registry() -> Registry:
    """The registry of the odd tools."""
    rows: dict[str, dict[str, Json]] = {
        "tower:name": {"noun": "tower", "plural": "towers", "example": "Elm Tower", "anaphor": "that tower"},
        "length:m": {"noun": "metre", "plural": "metres", "example": 12},
    }
    types = {name: msgspec.convert({"name": name, **row}, Type) for name, row in rows.items()}
    says = {"height": "the height of {x} | adj tall taller tallest short shorter shortest", "examples": list(TOWERS)}
    package = reg.Package("towers", "MIT", "MIT")
    tools = {
        name: reg.load_tool(name, reg.Declared(_tool(name, remark), "R", package, "pure", "geography"), says, types)
        for name, remark in REMARKS.items()
    }
    towers = {name: Entity(type="tower:name", id=name, name=name) for name in TOWERS}
    return Registry(tools, types, {"tower:name": lambda: towers}, {}, {"tower:name": "geography"})


@contextlib.contextmanager
def desk(like: Desk, state: Path) -> Iterator[Desk]:
    """A desk with these tools only, and a fresh process of theirs; both keep their state in the folder `state`."""
    _state.append(state)
    odd = registry()
    fresh = Fresh((sys.executable, __file__, str(state)), deadline_s=1.0)
    yield replace(like, registry=odd, call=Toolbox(odd).call, fresh=fresh, samples={})
    fresh.close()


if __name__ == "__main__":
    _state.append(Path(sys.argv[1]))
    serve(registry())
