"""What a check says: rows, planned calls, links.

Takes nothing; gives frozen shapes. Does not know how anything is checked.
"""

from typing import Literal

from msgspec import Struct

from dive.nouns import Json


class Link(Struct, frozen=True):
    """An output field of one tool put into a parameter of another: values tried, how many gave a result, and why the
    first that did not gave none.
    """

    tool: str
    field: str
    to: str
    param: str
    tried: int = 0
    worked: int = 0
    why: str = ""


class Row(Struct, frozen=True):
    """One verdict. `never`: a tool that may change something was not called.

    `ms` is the slowest warm call, `first_ms` the first call, with whatever it had to load; `links` are those into the
    tool.
    """

    name: str
    verdict: Literal["pass", "fail", "never"]
    reason: str = ""
    ms: float = 0.0
    first_ms: float = 0.0
    links: tuple[Link, ...] = ()


class Planned(Struct, frozen=True):
    """A call that a check makes, and the kinds of error that it may end in (none: it must succeed)."""

    tool: str
    args: dict[str, Json]
    expect: tuple[str, ...] = ()
