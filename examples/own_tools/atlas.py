"""Look-ups in a small atlas: countries, their cities, airports and neighbours."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

DATABASE = Path(__file__).with_name("atlas.sqlite")


class Neighbour(TypedDict):
    code: str
    name: str


@dataclass
class City:
    city_id: int
    name: str
    country_code: str
    population: int
    timezone: str


def _rows(sql: str, *values: object) -> list[dict]:
    database = sqlite3.connect(DATABASE)
    database.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in database.execute(sql, values)]
    finally:
        database.close()


def _one(sql: str, value: object) -> dict:
    found = _rows(sql, value)
    if not found:
        raise LookupError(f"nothing known under {value!r}")
    return found[0]


def get_country(code: str) -> dict:
    """A country by its two-letter code: name, capital, area in square kilometres, population, currency."""
    return _one(
        "select code, name, capital_id as capital_city_id, area_km2, population, currency from country where code = ?",
        code,
    )


def neighbours(country_code: str) -> list[Neighbour]:
    """The countries that share a land border with a country."""
    _one("select code from country where code = ?", country_code)
    return _rows(
        "select c.code, c.name from border b join country c on c.code = b.other where b.code = ? order by c.name",
        country_code,
    )


def largest_cities(country_code: str, limit: int = 6) -> list[dict]:
    """The cities of a country with the most inhabitants, the largest first."""
    return _rows(
        "select id as city_id, name, population from city where country_code = ? order by population desc limit ?",
        country_code,
        limit,
    )


def get_city(city_id: int) -> City:
    """A city by its number: name, country, population and time zone."""
    row = _one("select * from city where id = ?", city_id)
    return City(row["id"], row["name"], row["country_code"], row["population"], row["timezone"])


def large_airports_in_country(country_code: str) -> list[dict]:
    """The large airports of a country."""
    return _rows("select iata, name from airport where country_code = ? order by iata", country_code)


def get_airport(iata: str) -> dict:
    """An airport by its IATA code: name, country, elevation in feet, time zone."""
    return _one("select iata, name, country_code, elevation_ft, timezone from airport where iata = ?", iata)


def countries_with_currency(currency: str) -> list[str]:
    """The codes of all countries that pay in a currency, given by its three-letter code."""
    return [row["code"] for row in _rows("select code from country where currency = ? order by code", currency)]


def save_note(text: str) -> str:
    """Writes a note into the atlas."""
    with DATABASE.with_suffix(".notes").open("a") as notes:
        notes.write(text + "\n")
    return "saved"
