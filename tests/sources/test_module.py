"""A Python module as a source: what is a tool, how arguments and results cross, what is told of mistakes."""

from pathlib import Path
from typing import Any

import pytest

from dive.errors import ConfigError
from dive.sources.module import Module

CODE = '''
"""A module."""
import asyncio, collections, enum, sqlite3
from dataclasses import dataclass
from typing import Literal, Optional, TypedDict

class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"

@dataclass
class Order:
    number: int
    lines: list[str]

class Filter(TypedDict):
    low: float
    high: float

def plain(a: int, b: str = "x", c: Optional[float] = None, d: Literal["up", "down"] = "up") -> dict:
    """Plain values."""
    print("noise")
    return {"a": a, "b": b, "c": c, "d": d}

def rich(size: Size, within: Filter, order: Order, tags: list[str]) -> Order:
    """Values with a shape."""
    assert isinstance(size, Size) and isinstance(order, Order) and within["low"] <= within["high"]
    return Order(order.number + 1, [*tags, size.value])

def row() -> list:
    """Rows of a database."""
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    return base.execute("select 1 as one, 'b' as two").fetchall()

async def later(n: int) -> int:
    """Answers in its own time."""
    await asyncio.sleep(0)
    return n + 1

def undocumented(a: int) -> int:
    return a

def unannotated(a, b: int = 1):
    """Says nothing of a."""
    return a

def odd(a: collections.Counter, *rest: int) -> int:
    """Takes what is no plain value."""
    return 1

def strange(a: object = sqlite3) -> int:
    """Its default is no plain value, so the parameter is never given."""
    return 1

def _private(a: int) -> int:
    """Not a tool."""
    return a'''


@pytest.fixture
def module(tmp_path: Path) -> Module:
    (tmp_path / "some.py").write_text(CODE)
    return Module("own", "some.py", tmp_path)


def test_public_functions_with_docstring_and_annotations_are_tools(module: Module) -> None:
    listing = module.listing()
    assert set(listing.tools) == {"later", "plain", "rich", "row", "strange"}
    assert listing.left_out["undocumented"] == "it has no docstring"
    assert "'a' has no annotation" in listing.left_out["unannotated"]
    assert "'a' is no plain value" in listing.left_out["odd"]
    assert listing.tools["strange"].input["properties"] == {}
    plain = listing.tools["plain"]
    assert plain.description == "Plain values."
    assert plain.input["required"] == ["a"]
    assert plain.input["properties"]["d"] == {"enum": ["down", "up"], "default": "up"}
    assert listing.server.startswith("some.py@")


@pytest.mark.parametrize(
    ("name", "args", "result"),
    [
        ("plain", {"a": 1}, {"a": 1, "b": "x", "c": None, "d": "up"}),
        ("plain", {"a": 1, "b": "y", "c": 2, "d": "down"}, {"a": 1, "b": "y", "c": 2.0, "d": "down"}),
        ("rich", {"size": "l", "within": {"low": 1, "high": 2}, "order": {"number": 4, "lines": []}, "tags": ["t"]},
         {"number": 5, "lines": ["t", "l"]}),
        ("row", {}, [{"one": 1, "two": "b"}]),
        ("later", {"n": 1}, 2),
    ],
)  # fmt: skip
def test_arguments_and_results_cross_as_json(
    module: Module, capsys: pytest.CaptureFixture[str], name: str, args: dict[str, Any], result: Any
) -> None:
    assert module.call(name, args) == result
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("where", "code", "says"),
    [
        ("gone.py", None, "there is no file"),
        ("bad.py", "def f(:", "SyntaxError"),
        ("bad.py", "import no_such_module_anywhere", "no_such_module_anywhere"),
        ("bad.py", "1 / 0", "ZeroDivisionError"),
        ("no_such_package.module", None, "no_such_package"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told_in_one_line(
    tmp_path: Path, where: str, code: str | None, says: str
) -> None:
    if code is not None:
        (tmp_path / where).write_text(code)
    with pytest.raises(ConfigError, match="cannot import") as caught:
        Module("own", where, tmp_path).listing()
    assert says in str(caught.value)


def test_an_installed_module_can_be_a_source() -> None:
    listing = Module("words", "textwrap", Path()).listing()
    assert listing.tools == {}
    assert "annotation" in listing.left_out["dedent"]
