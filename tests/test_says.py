"""says: every part of a line, every error, and every form derived from it, class by class."""

import pytest

from dive.errors import CatalogError
from dive.says import (
    FLAGS,
    HIGH,
    Says,
    again,
    article,
    dated,
    fill,
    gap,
    having,
    parse,
    phrase,
    question,
    sorting,
    superlative,
)

X = frozenset({"x", "year", "it"})
ADJ = "the area of {x} | adj large larger largest small smaller smallest"
VERB = "the elevation of {x} | verb lie high higher highest low lower lowest"
HIGHS = "the population of {x} | high"
RATE = "the rate of {x} | high steep steeper steepest mild milder mildest"
MANY = "the number of trading days of {x} | many trading days"
LINKED = "the number of genes of {x} | many genes: is/are linked to"
EVENT = "the year in which {x} was discovered | event was/were discovered"
JOINED = "the year in which {x} joined | event joined/join the Union"


def says(line: str) -> Says:
    return parse(line, X, "tool.field")


def test_the_phrase_alone() -> None:
    made = says("the capital of {x}")
    assert (made.phrase, made.head, made.ask, made.cls, made.places) == ("the capital of {x}", "capital", "", "", None)
    assert (made.flags, made.is_list, made.when, made.sorted_by, made.via) == (frozenset(), False, "", "", ("", ""))


def test_every_part() -> None:
    line = "the rise of {x} | ask how far did {x} rise? | head climb | places 2 | when in {year}"
    made = says(line + " | list city | sorted distance | via lies in/lie in | ordered")
    assert (made.ask, made.head, made.places, made.when) == ("how far did {x} rise", "climb", 2, "in {year}")
    assert (made.is_list, made.member, made.sorted_by) == (True, "city", "distance")
    assert (made.via, made.flags) == (("lies in", "lie in"), {"ordered"})
    assert says("countries that border {x} | list").member == ""


@pytest.mark.parametrize("flag", sorted(FLAGS))
def test_every_flag(flag: str) -> None:
    assert says(f"the area of {{x}} | {flag}").flags == {flag}


def test_a_transparent_field_speaks_as_its_subject() -> None:
    assert says("| transparent").phrase == "{x}"
    assert says("the place of {x} | transparent").phrase == "the place of {x}"


def test_an_underscore_is_a_space_inside_a_form() -> None:
    made = says("the price of {x} | adj dear more_expensive most_expensive cheap cheaper cheapest")
    assert superlative(made, "max") == "is the most expensive"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("the area of {x} | colour red", "unknown part 'colour red'"),
        ("the area of {x} | Mean", "unknown part 'Mean'"),
        ("the area of {x} | means", "unknown part 'means'"),
        ("the area of {x} |", "unknown part ''"),
        ("the area of {x} | adj large larger largest", "6 forms expected, 3 given"),
        ("the area of {x} | verb lie high higher highest", "7 forms expected, 4 given"),
        ("the area of {x} | high high higher", "6 forms expected, 2 given"),
        ("the area of {x} | places two", "`places two` needs a number of digits"),
        ("the area of {x} | places", "needs a number of digits"),
        ("the area of {x} | many genes: is linked to", "needs both verb forms"),
        ("the area of {x} | event joined", "needs two forms"),
        ("the area of {x} | via lies", "2 forms expected, 1 given"),
        ("the area of {y}", "slot 'y' is no parameter"),
        ("the area of {x} | ask how big is {city}", "slot 'city' is no parameter"),
        ("the area of {x} | when in {century}", "slot 'century' is no parameter"),
    ],
)
def test_every_error_says_where_and_what(line: str, complaint: str) -> None:
    with pytest.raises(CatalogError, match=r"^tool\.field: ") as error:
        says(line)
    assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("line", "most", "least", "more_than", "fewer_than"),
    [
        (ADJ, "is the largest", "is the smallest", "are larger than 5", "is smaller than 5"),
        (VERB, "lies highest", "lies lowest", "lie higher than 5", "lies lower than 5"),
        (HIGHS, "has the highest population", "has the lowest population", "have a population above 5",
         "has a population below 5"),
        (RATE, "has the steepest rate", "has the mildest rate", "have a rate steeper than 5",
         "has a rate milder than 5"),
        (MANY, "has the most trading days", "has the fewest trading days", "have more than 5 trading days",
         "has fewer than 5 trading days"),
        (LINKED, "is linked to the most genes", "is linked to the fewest genes", "are linked to more than 5 genes",
         "is linked to fewer than 5 genes"),
        (EVENT, "was discovered last", "was discovered first", "were discovered after 5", "was discovered before 5"),
        (JOINED, "joined the Union last", "joined the Union first", "joined the Union after 5",
         "joined the Union before 5"),
    ],
)  # fmt: skip
def test_predicates(line: str, most: str, least: str, more_than: str, fewer_than: str) -> None:
    made = says(line)
    assert superlative(made, "max") == most
    assert superlative(made, "min") == least
    assert having(made, True, "5", plural=True) == more_than
    assert having(made, False, "5", plural=False) == fewer_than


@pytest.mark.parametrize(
    ("line", "second", "order", "beyond"),
    [
        (ADJ, "is the second largest", "from largest to smallest", "are larger than gold"),
        (VERB, "lies second highest", "by elevation, from highest to lowest", "lie higher than gold"),
        (HIGHS, "has the second highest population", "by population, from highest to lowest",
         "have a higher population than gold"),
        (MANY, "has the second most trading days", "by number of trading days, from most to fewest",
         "have more trading days than gold"),
        (JOINED, "joined the Union second", "by when they joined the Union, latest first",
         "joined the Union after gold"),
    ],
)  # fmt: skip
def test_the_second_an_order_and_what_lies_beyond(line: str, second: str, order: str, beyond: str) -> None:
    made = says(line)
    assert superlative(made, "max", place="second") == second
    assert sorting(made, top=True) == order
    assert having(made, True, "gold", plural=True, other=True) == beyond


@pytest.mark.parametrize(
    ("line", "plural"),
    [
        (ADJ, "are the largest"), (VERB, "lie highest"), (HIGHS, "have the highest population"),
        (MANY, "have the most trading days"), (LINKED, "are linked to the most genes"),
        (EVENT, "were discovered last"), (JOINED, "joined the Union last"),
    ],
)  # fmt: skip
def test_predicates_of_several(line: str, plural: str) -> None:
    assert superlative(says(line), "max", plural=True) == plural


@pytest.mark.parametrize(
    ("line", "asked", "told", "in_1992"),
    [
        (ADJ, "how much larger is A than B", "how much larger A is than B", "how much larger was A than B in 1992"),
        (VERB, "how much higher does A lie than B", "how much higher A lies than B",
         "how much higher does A lie than B in 1992"),
        (HIGHS, "how much higher is the population of A than that of B",
         "how much higher the population of A is than that of B",
         "how much higher was the population of A than that of B in 1992"),
        (MANY, "how many more trading days does A have than B", "how many more trading days A has than B",
         "how many more trading days did A have than B in 1992"),
        (LINKED, "how many more genes is A linked to than B", "how many more genes A is linked to than B",
         "how many more genes was A linked to than B in 1992"),
        (EVENT, "how many years after B was A discovered", "how many years later than B A was discovered",
         "how many years after B was A discovered in 1992"),
        (JOINED, "how many years after B did A join the Union", "how many years later than B A joined the Union",
         "how many years after B did A join the Union in 1992"),
    ],
)  # fmt: skip
def test_gaps(line: str, asked: str, told: str, in_1992: str) -> None:
    made = says(line)
    assert gap(made, "A", "B") == asked
    assert gap(made, "A", "B", asked=False) == told
    assert gap(made, "A", "B", when="in 1992") == in_1992


@pytest.mark.parametrize(
    ("line", "lesser"),
    [
        (ADJ, "how much smaller is B than A"), (VERB, "how much lower does B lie than A"),
        (HIGHS, "how much lower is the population of B than that of A"),
        (MANY, "how many fewer trading days does B have than A"), (EVENT, "how many years before A was B discovered"),
    ],
)  # fmt: skip
def test_gaps_said_of_the_lesser_side(line: str, lesser: str) -> None:
    assert gap(says(line), "A", "B", down=True) == lesser


@pytest.mark.parametrize(
    ("line", "short"),
    [
        (ADJ, "how much larger is it than B"), (VERB, "how much higher does it lie than B"),
        (HIGHS, "how much higher is it than that of B"), (MANY, "how many more does it have than B"),
    ],
)  # fmt: skip
def test_a_gap_after_the_thing_measured_was_said(line: str, short: str) -> None:
    assert gap(says(line), "it", "B", again=True) == short


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        ("", "how many does it have"), (": borders/border", "how many does it border"),
        (": is/are linked to", "how many is it linked to"),
    ],
)  # fmt: skip
def test_a_number_whose_noun_was_said(verb: str, asked: str) -> None:
    assert again(says(f"the number of countries of {{x}} | many countries{verb}"), top=True, past=False) == asked


@pytest.mark.parametrize(
    ("line", "top", "past", "asked"),
    [
        (MANY, True, True, "how many did it have"),
        (VERB, False, False, "how high does it lie"),
        (ADJ, False, False, "how large is it"),
        (RATE, True, True, "how steep was it"),
        (RATE, False, False, "how mild is it"),
        (f"{RATE} | again what is it", False, False, "what is it"),
    ],
)
def test_the_figure_of_what_was_just_picked_by_it(line: str, top: bool, past: bool, asked: str) -> None:
    assert again(says(line), top=top, past=past) == asked


@pytest.mark.parametrize(
    ("line", "when", "text"),
    [
        (MANY, "in 2017", "by number of trading days in 2017, from most to fewest"),
        (LINKED, "", "by how many genes they are linked to, from most to fewest"),
        (f"{LINKED} | sort number of genes", "", "by number of genes, from most to fewest"),
        (ADJ, "", "from largest to smallest"),
    ],
)
def test_a_list_is_sorted_by_something(line: str, when: str, text: str) -> None:
    assert sorting(says(line), top=True, when=when) == text


def test_a_gap_of_a_stated_time_bends_its_own_verb_only() -> None:
    """The names of the two sides have verbs too."""
    told = gap(says(MANY), "the exchange that is based in Rome", "that one", asked=False, when="in 2019")
    assert told == "how many more trading days the exchange that is based in Rome had than that one in 2019"


@pytest.mark.parametrize(
    ("predicate", "past"),
    [
        ("has the highest share", "had the highest share"), ("have a share above 5", "had a share above 5"),
        ("is the largest", "was the largest"), ("are larger than 5", "were larger than 5"),
        ("was discovered last", "was discovered last"), ("is what is meant", "was what is meant"),
    ],
)  # fmt: skip
def test_a_stated_time_puts_a_predicate_into_the_past(predicate: str, past: str) -> None:
    assert dated(predicate, "in 1992") == f"{past} in 1992"
    assert dated(predicate, "") == predicate


def test_questions() -> None:
    slots = {"x": "Lima"}
    assert question(says("the capital of {x}"), slots) == "what is the capital of Lima"
    assert question(says("the capital of {x}"), slots, past=True) == "what was the capital of Lima"
    asked = says("the elevation of {x} | ask how high does {x} lie, as it is now?")
    assert question(asked, slots) == "how high does Lima lie, as it is now"
    assert question(asked, slots, past=True) == "how high did Lima lie, as it is now"


def test_phrases() -> None:
    made = says("the population of {x} in {year}")
    assert phrase(made, {"x": "Peru", "year": "1992", "it": "it"}) == "the population of Peru in 1992"
    with pytest.raises(KeyError):
        fill("the area of {x}", {})


@pytest.mark.parametrize(("verb", "third"), [("lie", "lies"), ("stretch", "stretches"), ("fly", "flies"),
                                             ("stay", "stays"), ("go", "goes"), ("pass", "passes")])  # fmt: skip
def test_the_third_person(verb: str, third: str) -> None:
    made = says(f"the reach of {{x}} | verb {verb} far farther farthest near nearer nearest")
    assert made.verb == (third, verb)
    assert superlative(made, "max") == f"{third} farthest"


def test_the_default_words_of_high() -> None:
    assert says(HIGHS).words == HIGH
    assert (article("area"), article("share"), article("Elevation")) == ("an", "a", "an")
