"""The grader accepts the reference in every spelling it is printed in, refuses what is near it, and never raises."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dive.grade import grade, match, read_number, spoken
from dive.grade.dates import find_dates, read_date
from dive.grade.numbers import find_numbers
from dive.grade.text import same_name
from dive.nouns import Answer

SALAK = Answer(type="entity", value="Salak Airport (MVR)", aliases=("MVR", "Salak Airport"))
FEET = Answer(type="number", value=1389.6, unit="feet", decimals=0)
BOTH = Answer(type="record", value={"first": SALAK, "second": FEET})
CAPITALS = Answer(
    type="set",
    value=[
        Answer(type="entity", value=name)
        for name in ("Washington, D.C.", "Port of Spain, Trinidad and Tobago", "Málaga", "Bonn")
    ],
)

letters = st.sampled_from("abcdéñÅZX")
names = st.builds("{}{}{}".format, letters, st.text("abcdefgh éñÅ-'&,.ZX12()", min_size=1, max_size=14), letters)
numbers = st.one_of(
    st.integers(-(10**12), 10**12).map(lambda n: Answer(type="number", value=n)),
    st.builds(
        lambda x, d: Answer(type="number", value=x, decimals=d, unit="feet"), st.floats(-1e9, 1e9), st.integers(0, 4)
    ),
)
days = st.dates(dt.date(1000, 1, 1)).map(lambda day: Answer(type="date", value=day.isoformat()))
entities = st.builds(lambda n, a: Answer(type="entity", value=n, aliases=tuple(a)), names, st.lists(names, max_size=2))
bools = st.booleans().map(lambda b: Answer(type="bool", value=b))
strings = names.map(lambda n: Answer(type="string", value=n))
singles = st.one_of(numbers, days, entities, bools, strings)
lists = st.lists(entities, min_size=1, max_size=5).map(lambda members: Answer(type="list", value=members))
sets = st.lists(entities, min_size=1, max_size=5).map(lambda members: Answer(type="set", value=members))
records = st.lists(singles, min_size=1, max_size=3).map(
    lambda parts: Answer(type="record", value={f"part {chr(97 + k)}": part for k, part in enumerate(parts)})
)
answers = st.one_of(singles, lists, sets, records)


def raw(answer: Answer) -> object:
    """The answer as a program would give it."""
    if isinstance(answer.value, dict):
        return {name: raw(part) for name, part in answer.value.items()}
    if isinstance(answer.value, list):
        return [raw(part) for part in answer.value]
    return answer.value


@given(answers)
def test_the_reference_is_accepted_as_value_and_in_every_spelling(answer: Answer) -> None:
    text = spoken(answer)
    assert match(raw(answer), answer)
    for said in (text, f"**{text}**.", f"I looked it up. The final answer is: {text}", f"Answer: {text}\n"):
        assert grade(said, answer).passed, said


@given(st.one_of(numbers), st.floats(1.01, 50), st.booleans())
def test_numbers_off_by_more_than_the_tolerance_are_rejected(answer: Answer, times: float, below: bool) -> None:
    assert isinstance(answer.value, int | float)
    last = 10.0 ** -(answer.decimals or 0)
    off = max(times * last, abs(answer.value) * 1e-6)
    assert not match(answer.value - off if below else answer.value + off, answer)


@given(sets)
def test_a_set_has_any_order_and_nothing_more_or_less(answer: Answer) -> None:
    assert isinstance(answer.value, list)
    texts = [spoken(member) for member in answer.value]
    assert match("\n".join(f"- {text}" for text in reversed(texts)), answer)
    assert match(texts[::-1], answer)
    assert not match([*texts, "something else"], answer)
    assert not match("; ".join([*texts, "something else"]), answer)
    assert not match(texts[1:], answer)


@given(lists)
def test_a_list_has_one_order(answer: Answer) -> None:
    assert isinstance(answer.value, list)
    texts = [spoken(member) for member in answer.value]
    swapped = texts[::-1]
    if not all(match(text, member) for text, member in zip(swapped, answer.value, strict=True)):
        assert not match(swapped, answer)


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
texts = st.one_of(
    st.text(st.characters(), max_size=60),
    st.text(st.sampled_from("0123456789.,:;-−/ ()[]{}\"'*eE×^$€\n%kmft"), max_size=40),
)


@given(st.one_of(junk, texts, texts.map(lambda t: f"The final answer is: {t}")), answers)
@settings(max_examples=300)
def test_nothing_that_is_given_raises(value: object, answer: Answer) -> None:
    grade(value, answer)
    if isinstance(value, str):
        read_number(value)
        list(find_numbers(value))
        list(find_dates(value))


@pytest.mark.parametrize(
    "text", ["[" * 20_000, " " * 20_000, "```" + " " * 19_000, "a;" * 9_000, "1," * 9_000, "answer " * 3_000]
)
@pytest.mark.parametrize("answer", [FEET, SALAK, BOTH, CAPITALS], ids=lambda a: a.type)
def test_long_texts_are_judged_quickly(text: str, answer: Answer) -> None:
    assert not grade(text, answer).passed


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", "1234.5"), ("1 234.5", "1234.5"), ("1\u202f234.5", "1234.5"), ("−3.2", "-3.2"), ("+7", "7"),
        ("12 km", "12"), ("$5.20", "5.20"), ("EUR 5", "5"), ("-$3", "-3"), ("€1,000", "1000"), ("5 million", "5000000"),
        ("6.02e23", "6.02E23"), ("6.02 × 10^23", "6.02E23"), ("1.2×10⁻⁵", "1.2E-5"), ("five", "5"), (".5", "0.5"),
        ("3 m2", "3"), ("1,390 (feet)", "1390"),
        ("1,39", None), ("13,90", None), ("5-7", None), ("5 of 7", None), ("2017-02-15", None), ("12:30", None),
        ("1/2", None), ("about 5", None), ("", None), ("1.2.3", None), ("Q75", None), ("--5", None), ("-$-5", None),
    ],
)  # fmt: skip
def test_numbers_are_read(text: str, number: str | None) -> None:
    assert read_number(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    "said", ["1,390", "1390 ft", "1,390 feet", "1390 foot", "1389.6", "1 390 feet above sea level", "1390 (FT)"]
)
def test_a_unit_may_be_spelled_or_left_out(said: str) -> None:
    assert match(said, FEET)


@pytest.mark.parametrize(
    "said", ["1390 m", "424 metres", "1390 square feet", "1390 feet per second", "1,389", "1390 to 1391", "NOT 1390"]
)
def test_another_unit_is_another_answer(said: str) -> None:
    assert not match(said, FEET)


def test_units_by_case_compound_and_currency() -> None:
    assert match("5 MW", Answer(type="number", value=5, unit="megawatts"))
    assert not match("5 mW", Answer(type="number", value=5, unit="megawatts"))
    assert match("£5", Answer(type="number", value=5, unit="pounds sterling"))
    assert not match("$5", Answer(type="number", value=5, unit="euros"))
    assert match("7 km²", Answer(type="number", value=7, unit="square kilometres"))
    assert match("9 gene", Answer(type="number", value=9, unit="genes"))
    assert match("5 airports", Answer(type="number", value=5))
    assert not match("0.12%", Answer(type="number", value=0.12, decimals=2))
    assert not match(True, Answer(type="number", value=1))
    assert not match(1, Answer(type="bool", value=True))
    assert not match(float("nan"), FEET)


def test_the_tolerance_is_half_of_the_last_digit_or_as_stated() -> None:
    assert match(2.68, Answer(type="number", value=2.675, decimals=2))
    assert not match(2.66, Answer(type="number", value=2.675, decimals=2))
    assert match(103, Answer(type="number", value=100.0, tolerance=3.0))
    assert not match(104, Answer(type="number", value=100.0, tolerance=3.0))
    assert not match(5.4, Answer(type="number", value=5))


@pytest.mark.parametrize(
    "said",
    ["MVR", "salak airport", "the Salak Airport.", "MVR (Salak Airport)", '"Salak  Airport"', "Salak Airport (mvr)"],
)
def test_an_entity_has_many_names(said: str) -> None:
    assert match(said, SALAK)


@pytest.mark.parametrize("said", ["Salak", "Salak Airport (LIM)", "Salak Airport, LIM", "not MVR", "", "MVR or LIM"])
def test_other_names_are_other_entities(said: str) -> None:
    assert not match(said, SALAK)


def test_accents_may_be_left_out_but_not_changed() -> None:
    assert same_name("Malaga", "Málaga")
    assert same_name("Malmö", "Malmo")
    assert same_name("Tromso", "Tromsø")
    assert not same_name("Màlaga", "Málaga")


def test_dates_in_their_spellings() -> None:
    day = Answer(type="date", value="2017-02-15")
    for said in ("2017-02-15", "15 February 2017", "February 15, 2017", "15 Feb 2017", "15/02/2017", "02/15/2017",
                 "Wednesday, 15 February 2017", "the final answer is 15th of February 2017.", "2017/2/15"):  # fmt: skip
        assert grade(said, day).passed, said
    for said in ("2017-02-16", "February 2017", "15 February", "15 February 2017 or so", "2017-02-15T10:00"):
        assert not grade(said, day).passed, said
    assert read_date("02/03/2017") is None
    assert read_date("31 Feb 2017") is None
    assert read_date("5 Sept 2017") == dt.date(2017, 9, 5) == read_date("September 5, 2017")


def test_a_record_by_name_in_order_and_labelled() -> None:
    assert spoken(BOTH) == "Salak Airport (MVR); 1,390"
    for said in ("Salak Airport; 1,390", "MVR, 1,390 feet", "Second: 1390 ft; first: MVR", "MVR and 1,390 ft",
                 "Airport: MVR\nElevation: 1,390 ft", '{"first": "MVR", "second": 1390}', "1. MVR\n2. 1390",
                 '```json\n{"second": "1,390 ft", "first": "MVR"}\n```', "\\boxed{MVR; 1390}"):  # fmt: skip
        assert grade(said, BOTH).passed, said
    for said in ("1,390; MVR", "MVR", "MVR; 1390; 7", "first: 1390; second: MVR", '{"first": "MVR"}', "MVR; 1390 m"):
        assert not grade(said, BOTH).passed, said


def test_members_keep_their_own_commas() -> None:
    said = "Malaga, Bonn, Port of Spain, Trinidad and Tobago, and Washington, D.C."
    assert match(said, CAPITALS)
    assert not match(said.replace("Bonn, ", ""), CAPITALS)
    assert not match(said + ", Berlin", CAPITALS)
    assert not match(said.replace("Bonn", "Malaga"), CAPITALS)
    assert match("1,390, 2,000", Answer(type="set", value=[Answer(type="number", value=n) for n in (2000, 1390)]))


def test_a_verdict_says_what_was_expected() -> None:
    verdict = grade("LIM", SALAK)
    assert (verdict.by, verdict.passed, verdict.score) == ("grade", False, 0.0)
    assert verdict.reason == "given 'LIM', expected 'Salak Airport (MVR)'"


def test_years_are_printed_without_a_comma() -> None:
    assert spoken(Answer(type="number", value=1969)) == "1969"
    assert spoken(Answer(type="number", value=1969, unit="genes")) == "1,969"
    assert spoken(Answer(type="number", value=2.675, decimals=2)) == "2.68"
    assert spoken(Answer(type="bool", value=True)) == "yes"
