"""Currencies of ISO 4217: codes, minor units, and the sovereign states that use them.

Codes and countries come from the `iso4217` package (SIX list of January 2026), English names from CLDR through
`babel`. Dependent territories are left out. Does not know exchange rates (`rates.py`) nor former currencies.
"""

import functools
import re
import unicodedata
from typing import Annotated, NotRequired, TypedDict

import msgspec

from dive.catalog.tables import accepted, fence, table
from dive.errors import ToolError
from dive.nouns import Entity
from dive.registry import Finding, Package, audit, entities, tool

ISO = Package("iso4217", "Public domain", "Public domain (SIX Group list); names: CLDR, Unicode licence", "SIX Group")
_TERRITORIES = (
    "AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH EU FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC NF NU "
    "PF PM PN PR PS RE SH SJ SX TC TF TK UM VG VI WF YT"
)
TERRITORIES = frozenset(_TERRITORIES.split())
"""ISO 3166 codes that are no sovereign states (or whose currency ISO 4217 does not list)."""
ISO_NAMES = {
    "bolivia plurinational": "BO", "brunei darussalam": "BN", "cabo verde": "CV", "congo": "CG",
    "congo democratic republic": "CD", "czechia": "CZ", "holy see": "VA", "iran islamic republic": "IR",
    "korea democratic peoples republic": "KP", "korea republic": "KR", "lao peoples democratic republic": "LA",
    "micronesia federated": "FM", "moldova republic": "MD", "myanmar": "MM", "russian federation": "RU",
    "syrian arab republic": "SY", "taiwan province china": "TW", "tanzania united republic": "TZ",
    "united kingdom great britain northern ireland": "GB", "united america": "US",
    "venezuela bolivarian republic": "VE", "viet nam": "VN", "turkiye": "TR", "cote divoire": "CI",
}  # fmt: skip
"""Names that SIX and CLDR write differently, as `_plain` leaves them."""
FORMER = ("BGN", "CYP", "EEK", "HRK", "LTL", "LVL", "MTL", "ROL", "SIT", "SKK", "TRL")
"""Currencies that are no more but stand in the ECB's rates."""
QUOTED = frozenset(
    """AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD PHP PLN RON SEK SGD THB TRY
    USD ZAR""".split()  # noqa: SIM905 - a table
)
"""The euro and the currencies for which the ECB publishes a rate at present."""
SHARED = range(3, 9)
PLURALS = {
    "AFN": "Afghan afghanis", "ALL": "Albanian lek", "AOA": "Angolan kwanza", "BDT": "Bangladeshi taka",
    "BRL": "Brazilian reais", "BWP": "Botswana pula", "CRC": "Costa Rican colones", "CZK": "Czech koruny",
    "ETB": "Ethiopian birr", "GEL": "Georgian lari", "GMD": "Gambian dalasi", "GTQ": "Guatemalan quetzales",
    "GYD": "Guyanese dollars", "KGS": "Kyrgyz som", "KZT": "Kazakhstani tenge", "LAK": "Lao kip",
    "LSL": "Lesotho maloti", "MGA": "Malagasy ariary", "MVR": "Maldivian rufiyaa", "MWK": "Malawian kwacha",
    "MZN": "Mozambican meticais", "NGN": "Nigerian naira", "PLN": "Polish zloty", "PYG": "Paraguayan guaraníes",
    "ROL": "old Romanian lei", "SHP": "Saint Helena pounds", "STN": "São Tomé and Príncipe dobras",
    "TJS": "Tajikistani somoni", "TRL": "old Turkish lira", "TRY": "Turkish lira",
    "TTD": "Trinidad and Tobago dollars", "VES": "Venezuelan bolívares", "VUV": "Vanuatu vatu",
    "ZMW": "Zambian kwacha",
}  # fmt: skip
"""Plurals where CLDR's is not what people write."""


class Row(msgspec.Struct, frozen=True):
    """One currency: English plural and singular, ISO number, minor-unit digits, sovereign states that use it."""

    name: str
    singular: str
    title: str
    number: str
    digits: int | None
    countries: list[str]


class Currency(TypedDict):
    """One currency."""

    currency: Annotated[str, "currency:iso4217"]
    numeric_code: Annotated[str, "currency_number:iso4217"]
    decimals: Annotated[int, "count"]
    country_count: NotRequired[Annotated[int, "count"]]
    country: NotRequired[Annotated[str, "country:iso2"]]


class CurrencyFound(TypedDict):
    """The currency that a code stands for."""

    currency: Annotated[str, "currency:iso4217"]


class Users(TypedDict):
    """Countries that use one currency."""

    countries: list[Annotated[str, "country:iso2"]]


def _build() -> dict[str, Row]:
    import iso4217
    from babel import Locale
    from babel.numbers import get_currency_name

    codes = {_plain(name): code for code, name in Locale("en").territories.items() if len(code) == 2} | ISO_NAMES
    rows = {}
    for item in iso4217.Currency:
        users = {code for name in item.country_names if (code := codes.get(_plain(name)))}
        plural = PLURALS.get(item.code) or get_currency_name(item.code, count=2, locale="en")
        singular = get_currency_name(item.code, count=1, locale="en")
        states = sorted(users - TERRITORIES)
        rows[item.code] = Row(plural, singular, item.currency_name, f"{item.number:03d}", item.exponent, states)
    return dict(sorted(rows.items()))


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z]+", " ", text.replace("'", "").replace("st. ", "saint ")).split()
    return " ".join(w for w in words if w not in ("the", "and", "of", "state", "states"))


@functools.cache
def currencies_table() -> dict[str, Row]:
    """All codes of ISO 4217, those of fenced rows too."""
    return table("currencies", ("iso4217", "babel"), dict[str, Row], _build)


@functools.cache
def _by_number() -> dict[str, str]:
    return {row.number: code for code, row in currencies_table().items() if code not in fence("finance", "currency")}


def current(code: str) -> Row:
    """The row of a currency in use; raises ToolError for others."""
    row = currencies_table().get(code)
    if row is None:
        raise ToolError("not_found", f"{code!r} is no current ISO 4217 code")
    if reason := fence("finance", "currency").get(code):
        raise ToolError("refused", f"{code}: {reason}")
    return row


def users(code: str) -> list[str]:
    """Sovereign states that use the currency, without fenced pairs."""
    out = fence("finance", "currency_country")
    return [country for country in current(code).countries if f"{code}/{country}" not in out]


@entities("currency:iso4217")
def currencies() -> list[Entity]:
    """Currencies in use; seeds are those that the ECB quotes or that several states share. Former ones have a name
    only because the ECB's table still holds them."""
    from babel.numbers import get_currency_name

    out = fence("finance", "currency")
    made = [
        Entity(
            type="currency:iso4217", id=code, name=row.name,
            seed=code not in out and (code in QUOTED or len(row.countries) in SHARED),
            aliases=tuple(sorted({row.singular, code, row.title} - {row.name})),
        )
        for code, row in currencies_table().items()
    ]  # fmt: skip
    former = {code: PLURALS.get(code) or get_currency_name(code, count=2, locale="en") for code in FORMER}
    return made + [
        Entity(type="currency:iso4217", id=code, name=name, aliases=(code,), seed=False)
        for code, name in former.items()
    ]


@entities("currency_number:iso4217")
def numbers() -> list[Entity]:
    """The three-digit codes of the currencies in use."""
    return [
        Entity(type="currency_number:iso4217", id=number, name=number, seed=bool(currencies_table()[code].countries))
        for number, code in _by_number().items()
    ]


@tool("R", ISO)
def currency_record(currency: Annotated[str, "currency:iso4217"]) -> Currency:
    """Looks up a currency by its ISO 4217 letters: three-digit number, decimal places, number of sovereign states that
    use it, and which one if there is just one."""
    row, states = current(currency), users(currency)
    made: Currency = {"currency": currency, "numeric_code": row.number, "decimals": row.digits or 0}
    if states:
        made["country_count"] = len(states)
    if len(states) == 1:
        made["country"] = states[0]
    return made


@tool("R", ISO)
def currency_by_number(number: Annotated[str, "currency_number:iso4217"]) -> CurrencyFound:
    """Finds the currency that a three-digit ISO 4217 code such as "756" stands for."""
    code = _by_number().get(number)
    if code is None:
        raise ToolError("not_found", f"no currency in use has the ISO 4217 number {number!r}")
    return {"currency": code}


@tool("R", ISO)
def countries_using(currency: Annotated[str, "currency:iso4217"]) -> Users:
    """Lists the sovereign states (ISO 3166 alpha-2) for which ISO 4217 names the currency, in order of their codes."""
    states = users(currency)
    if not states:
        raise ToolError("not_found", f"no sovereign state uses {currency}")
    return {"countries": states}


@audit("currency_country")
def audit_users() -> list[Finding]:
    """Compares ISO's countries with CLDR's tender on 1 October 2026: each gap is a question."""
    import datetime

    from babel.numbers import get_territory_currencies

    pairs = {f"{code}/{c}" for code, row in currencies_table().items() for c in row.countries}
    found = []
    for pair in sorted(pairs):
        code, country = pair.split("/")
        tender = get_territory_currencies(country, start_date=datetime.date(2026, 10, 1))
        out = pair in fence("finance", "currency_country") or code in fence("finance", "currency")
        if pair in accepted("finance", "currency_country"):
            continue
        if code not in tender or (len(tender) > 1 and out):
            found.append(Finding("currency_country", pair, f"CLDR gives {tender}", out))
    return found
