"""The one broad catch of flow: an exception becomes a record.

Takes whatever the body of a `with` raises; gives a `Failure`. Lets through what is no error: an interrupt, a
cancelled task, an exit. Does not know what failed.
"""

import traceback
from pathlib import Path
from types import TracebackType

from msgspec import Struct


class Failure(Struct, frozen=True):
    """An exception as a record: its class, and one line that ends with where it was raised."""

    reason: str
    detail: str


class Caught:
    """A context manager that turns any Exception of its body into `failure`."""

    failure: Failure | None = None

    def __enter__(self) -> "Caught":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if not isinstance(error, Exception):
            return False
        frames = traceback.extract_tb(error.__traceback__)
        place = f"({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
        said = " ".join(str(error).split())[:500]
        self.failure = Failure(type(error).__name__, f"{said} {place}".strip())
        return True
