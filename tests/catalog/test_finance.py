"""Finance tools: schema, facts that hold in the world, audits, and ids that other domains' tables must know."""

import math

import pytest

from dive.catalog import load
from dive.errors import ToolError

REGISTRY = load()
TOOLS = sorted(name for name, item in REGISTRY.tools.items() if item.tool.domain == "finance")


def run(tool, **args):
    return REGISTRY.tool(tool).run(**args)


@pytest.mark.parametrize("name", TOOLS)
def test_examples_fit_the_schema_and_differ(name, check_result):
    tool = REGISTRY.tool(name)
    results = [check_result(tool, args) for args in tool.tool.examples]
    assert len({repr(result) for result in results}) >= 6


@pytest.mark.parametrize("table", ["currency_country", "ecb_rates", "closures", "company", "prices"])
def test_audits_find_only_what_is_accepted(table):
    assert not [finding for finding in REGISTRY.audits[table]() if not finding.fenced]


def test_currencies():
    assert run("currency_record", currency="JPY") == {
        "currency": "JPY", "numeric_code": "392", "decimals": 0, "country_count": 1, "country": "JP",
    }  # fmt: skip
    assert run("currency_by_number", number="756")["currency"] == "CHF"
    assert run("countries_using", currency="XAF")["countries"] == ["CF", "CG", "CM", "GA", "GQ", "TD"]
    euro = run("countries_using", currency="EUR")["countries"]
    assert {"BG", "HR", "MC", "ME"} <= set(euro)
    assert not {"DK", "RO", "GF", "EU"} & set(euro)
    assert "HT" not in run("countries_using", currency="USD")["countries"]
    for code, kind in (("XAU", "refused"), ("SVC", "refused"), ("HRK", "not_found")):
        with pytest.raises(ToolError) as caught:
            run("currency_record", currency=code)
        assert caught.value.kind == kind


def test_every_currency_number_leads_back():
    for entity in REGISTRY.pools["currency:iso4217"]().values():
        if entity.seed:
            number = run("currency_record", currency=entity.id)["numeric_code"]
            assert run("currency_by_number", number=number)["currency"] == entity.id


def test_reference_rates():
    assert run("fx_rate_on", currency="USD", date="1999-01-04")["rate"] == 1.1789
    franc = run("fx_year", currency="CHF", year=2015)
    assert (franc["low_on"], franc["high_on"]) == ("2015-01-23", "2015-01-02")
    assert franc["gain"] == pytest.approx(10.97, abs=0.01)
    saturday = run("fx_convert", from_currency="USD", to_currency="EUR", amount=100, date="2015-01-17")
    assert saturday["published"] == "2015-01-16"
    assert saturday["amount"] == pytest.approx(100 / 1.1588, abs=0.5)
    there = run("fx_convert", from_currency="SEK", to_currency="NOK", amount=100, date="2020-03-17")["amount"]
    back = run("fx_convert", from_currency="NOK", to_currency="SEK", amount=there, date="2020-03-17")["amount"]
    assert back == pytest.approx(100)
    for args in ({"currency": "EUR", "date": "2020-01-02"}, {"currency": "ISK", "date": "2012-01-03"},
                 {"currency": "RUB", "date": "2023-01-03"}, {"currency": "PEN", "date": "2020-01-02"}):  # fmt: skip
        with pytest.raises(ToolError):
            run("fx_rate_on", **args)


def test_exchanges():
    assert run("exchange_record", exchange="XNYS")["currency"] == "USD"
    assert run("trading_year", exchange="XNYS", year=2024)["sessions"] == 252
    assert run("trading_year", exchange="XPAR", year=2024)["sessions"] == 256
    assert run("trading_year", exchange="XTKS", year=2019)["longest_pause"] == 10
    assert run("session_after", exchange="XNYS", date="2024-07-03", n=2)["session"] == "2024-07-08"
    assert run("session_after", exchange="XETR", date="2023-12-29", n=1)["session"] == "2024-01-02"
    assert {"XHEL", "XSTO", "XSWX"} <= set(run("exchanges_closed_on", date="2024-05-09")["exchanges"])
    with pytest.raises(ToolError):
        run("exchanges_closed_on", date="2024-05-11")


def test_exchanges_by_place():
    assert run("exchange_in_city", city="Oslo, Norway")["exchange"] == "XOSL"
    with pytest.raises(ToolError):
        run("exchange_in_city", city="New York City, United States")
    near = run("exchanges_near", exchange="XPAR", n=4)["exchanges"]
    assert [row["exchange"] for row in near] == ["XBRU", "XLON", "XAMS", "XETR"]
    assert near[0]["distance"] == pytest.approx(264, abs=5)


def test_currencies_that_moved_alike():
    alike = run("currencies_moving_like", currency="HKD", year=2023, n=4)["currencies"]
    assert "USD" in {row["currency"] for row in alike}
    assert all(
        row["gain"] == pytest.approx(run("fx_year", currency=row["currency"], year=2023)["gain"]) for row in alike
    )
    with pytest.raises(ToolError):
        run("currencies_moving_like", currency="PEN", year=2023)


def test_companies_of_a_year_and_of_a_state():
    names = run("companies_of_same_year", company="Alphabet")["companies"]
    years = {run("company_profile", company=name)["founded"] for name in [*names, "Alphabet"]}
    assert len(names) >= 3 and len(years) == 1
    assert "Dollar General" in run("companies_in_state", state="TN")["companies"]
    assert run("company_record", company="Nike")["state"] == "OR"
    with pytest.raises(ToolError, match="not_found"):
        run("companies_in_state", state="WY")


def test_consumer_prices():
    assert "SEFH" in run("items_of_price_group", group="breakfast")["items"]
    eggs = run("price_inflation", item="SEFH", year=2022)["inflation"]
    assert eggs == pytest.approx(32.2, abs=0.1), "as the Bureau of Labor Statistics published it"
    assert run("price_decade", item="SERA01", year=2019)["inflation"] < -80, "televisions"
    assert run("price_decade", item="SEFH", year=2024)["steepest"] == 2022
    assert run("price_months", item="SETB01", year=2008)["dearest"] == "July"
    later = run("price_later", item="SETB01", amount=100, year=2002)["cost"]
    assert later == pytest.approx(100 * 292.9 / 116.0, rel=0.02)
    for args in ({"item": "SEFH", "year": 1999}, {"item": "XX", "year": 2010}):
        with pytest.raises(ToolError, match="not_found"):
            run("price_inflation", **args)


def test_companies():
    siemens = run("company_record", company="Siemens")
    assert (siemens["city"], siemens["country"]) == ("Munich, Germany", "DE")
    assert run("company_profile", company="Siemens")["founded"] == 1847
    assert run("company_profile", company="Nokia")["founded"] == 1865
    assert run("company_by_ticker", ticker="7974.T")["company"] == "Nintendo"
    assert "Toyota" in run("companies_in_sector", sector="Nikkei 225: automotive")["companies"]
    assert {"Allianz", "BMW", "Siemens"} <= set(run("companies_in_city", city="Munich, Germany")["companies"])
    for entity in REGISTRY.pools["ticker:symbol"]().values():
        name = run("company_by_ticker", ticker=entity.id)["company"]
        assert run("company_record", company=name)["ticker"] == entity.id


def test_formulas():
    assert run("loan_payment", principal=250000, annual_rate=3.5, years=25)["payment"] == pytest.approx(
        1251.56, abs=0.01
    )
    assert run("savings_value", amount=1000, annual_rate=5, years=2)["value"] == pytest.approx(1102.5)
    assert run("present_value", amount=1102.5, annual_rate=5, years=2)["value"] == pytest.approx(1000)
    par = run("bond_price", coupon_rate=6, yield_rate=6, years=8)
    assert par["price"] == pytest.approx(100)
    assert par["duration"] == pytest.approx(6.5824, abs=1e-4)


@pytest.mark.parametrize("foreign", ["country:iso2", "city:geonames", "timezone:iana"])
def test_ids_of_other_domains_exist(foreign):
    pool = REGISTRY.pools[foreign]()
    used = set()
    for tool, entity in (("exchange_record", "exchange:mic"), ("company_record", "company:name")):
        types = {key: field.type for key, field in REGISTRY.tool(tool).fields.items()}
        for name in REGISTRY.pools[entity]():
            result = REGISTRY.tool(tool).run(name)
            used |= {value for key, value in result.items() if types[key] == foreign}
    assert used <= set(pool), sorted(used - set(pool))


def test_enough_seeds():
    count = {kind: sum(e.seed for e in REGISTRY.pools[kind]().values()) for kind in REGISTRY.pools}
    assert count["company:name"] >= 1000
    assert count["currency:iso4217"] >= 30
    assert count["exchange:mic"] >= 30


def test_movements():
    assert run("currencies_of_group", group="nordic")["currencies"] == ["DKK", "ISK", "NOK", "SEK"]
    day = run("fx_best_and_worst_day", currency="CHF", year=2015)
    assert (day["rise_on"], round(day["rise"], 1)) == ("2015-01-15", 16.8), "the end of the franc's cap"
    assert run("fx_best_and_worst_day", currency="GBP", year=2016)["fall_on"] == "2016-06-24"
    five = run("fx_five_years", currency="TRY", year=2021)["gain"]
    one = [1 + run("fx_year", currency="TRY", year=year)["gain"] / 100 for year in range(2017, 2022)]
    assert five == pytest.approx((math.prod(one) - 1) * 100)
    with pytest.raises(ToolError, match="not_found"):
        run("currencies_of_group", group="g7")


def test_companies_by_age_and_hours_of_exchanges():
    assert run("companies_of_same_decade", company="Ericsson")["companies"] == ["Atlas Copco"]
    swedish = run("companies_founded_before", country="SE", year=1900)["companies"]
    assert swedish == ["Atlas Copco", "Ericsson", "Sandvik"]
    tokyo = run("exchange_hours", exchange="XTKS")
    assert tokyo == {"opens": "09:00", "closes": "15:30", "trading_time": 330, "lunch_break": 60}
    assert not [finding for finding in REGISTRY.audits["currency_groups"]() if not finding.fenced]
