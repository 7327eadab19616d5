"""Words in names: things, plurals, what a tool's name says."""

import pytest

from dive.sources import names


@pytest.mark.parametrize(
    ("one", "more"),
    [("city", "cities"), ("box", "boxes"), ("class", "classes"), ("person", "people"), ("day", "days"),
     ("home address", "home addresses"), ("size", "sizes"), ("series", "series"), ("branch", "branches")],
)  # fmt: skip
def test_singular_and_plural_are_each_others_way_back(one: str, more: str) -> None:
    assert names.plural(one) == more
    *before, last = more.split()
    assert " ".join([*before, names.singular(last)]) == one


@pytest.mark.parametrize(
    ("name", "owner", "thing"),
    [("customer_id", "", "customer"), ("customerId", "order", "customer"), ("id", "order", "order"),
     ("country", "", "country"), ("name", "artist", "artist_name"), ("iata", "airport", "airport"),
     ("home_city_code", "", "home_city"), ("track_ids", "", "track")],
)  # fmt: skip
def test_a_name_stands_for_a_thing(name: str, owner: str, thing: str) -> None:
    assert names.concept(name, owner) == thing


@pytest.mark.parametrize(
    ("tool", "words", "joint"),
    [("get_customer_orders", ["customer", "orders"], "of"), ("airports_in_country", ["airports"], "in"),
     ("listTopTracksByGenre", ["top", "tracks"], "of"), ("find", ["find"], "of")],
)  # fmt: skip
def test_a_tools_name_says_what_it_gives(tool: str, words: list[str], joint: str) -> None:
    assert names.head(tool) == (words, joint)


def test_fields_belong_to_members_then_to_the_subject_then_to_what_is_given() -> None:
    assert names.owner_of("get_order", "lines.price", "order") == "line"
    assert names.owner_of("list_orders", "result.id", "customer") == "order"
    assert names.owner_of("country_facts", "name", "country") == "country"
    assert names.owner_of("get_capital", "name", "country") == "capital"
