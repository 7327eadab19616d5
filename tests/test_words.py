"""words: numbers, dates, constants, units and names as a question writes them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dive.nouns import Json
from dive.registry import Registry
from dive.tree import Con
from dive.words import capital, date, joined, number, quantity, rounded, small, spell_constant, unit_of


@pytest.mark.parametrize(("value", "text"), [(0, "zero"), (3, "three"), (12, "twelve"), (13, "13"), (1500, "1,500")])
def test_small(value: int, text: str) -> None:
    assert small(value) == text


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0.5, 0, "1"), (1.5, 0, "2"), (2.5, 0, "3"), (2.675, 2, "2.68"), (-2.5, 0, "-3"), (1.005, 2, "1.01"),
        (0.1 + 0.2, 2, "0.30"), (1e22, 0, "10000000000000000000000"), (7, 2, "7.00"),
    ],
)  # fmt: skip
def test_rounding_goes_half_up_as_the_digits_stand(value: float, places: int, text: str) -> None:
    assert str(rounded(value, places)) == text


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_rounding_moves_by_half_a_digit_at_most(value: float, places: int) -> None:
    assert abs(rounded(value, places) - Decimal(repr(value))) <= Decimal(5).scaleb(-places - 1)


@pytest.mark.parametrize(
    ("value", "places", "grouped", "text"),
    [
        (1390, None, True, "1,390"), (1390.0, None, True, "1,390"), (0.25, None, True, "0.25"),
        (1969, None, False, "1969"), (1e-7, None, True, "0.0000001"), (1234.567, 1, True, "1,234.6"),
        (1e6, None, True, "1,000,000"), (-1390, None, True, "-1,390"),
    ],
)  # fmt: skip
def test_number(value: float, places: int | None, grouped: bool, text: str) -> None:
    assert number(value, places, grouped) == text


def test_dates_and_lists() -> None:
    assert date("2017-02-05") == "5 February 2017"
    assert (joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])) == ("a", "a and b", "a, b and c")
    assert (capital("lima"), capital(""), capital("Lima")) == ("Lima", "", "Lima")


@pytest.mark.parametrize(
    ("type_name", "value", "text"),
    [
        ("date", "2017-02-15", "15 February 2017"),
        ("count", 6, "six"),
        ("count", 20, "20"),
        ("year", 1992, "1992"),
        ("length:ft", 1000, "1,000 feet"),
        ("length:ft", 1, "1 foot"),
        ("length:ft", 0.5, "0.5 feet"),
        ("unit:type", "length:ft", "feet"),
        ("organ_system", "eye", "eye"),
    ],
)
def test_constants(registry: Registry, type_name: str, value: Json, text: str) -> None:
    assert spell_constant(registry, Con(type_name, value)) == text


def test_quantities(registry: Registry) -> None:
    assert quantity(registry, "length:ft", 1234.56, 1) == "1,234.6 feet"
    assert quantity(registry, "year", 1969) == "1969"
    assert quantity(registry, "", 1969) == "1,969"
    assert [unit_of(registry, t) for t in ("length:ft", "count", "year", "date", "")] == ["feet", "", "", "", ""]
