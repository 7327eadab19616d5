import pytest

from dive.errors import ToolError


def run(registry, tool, **args):
    return registry.tool(tool).run(**args)


def test_examples_match_their_schemas(check_domain):
    check_domain("general")


def test_audits_find_nothing(registry):
    for name in ("holidays", "timezone", "names"):
        assert [finding for finding in registry.audits[name]() if not finding.fenced] == []


def test_holidays(registry):
    found = run(registry, "public_holidays", country="DE", year=2024)
    assert found["number"] == len(found["holidays"]) == 9
    assert {"date": "2024-10-03", "name": "German Unity Day"} in found["holidays"]
    assert [h["date"] for h in found["holidays"]] == sorted(h["date"] for h in found["holidays"])
    juneteenth = run(registry, "public_holidays", country="US", year=2022)
    assert not any("observed" in h["name"] for h in juneteenth["holidays"])
    with pytest.raises(ToolError, match="refused"):
        run(registry, "public_holidays", country="CH", year=2024)
    with pytest.raises(ToolError, match="not_found"):
        run(registry, "public_holidays", country="TD", year=2024)  # dates of two feasts are estimates


def test_dates(registry):
    facts = run(registry, "date_facts", date="2024-12-30")
    assert facts == {"weekday": "Monday", "day_of_year": 365, "iso_week": 1, "year": 2024}
    assert run(registry, "days_between", start="2024-02-28", end="2024-03-01")["days"] == 2
    assert run(registry, "shift_date", date="2023-12-31", days=60)["date"] == "2024-02-29"
    for wrong in ("2023-02-29", "tomorrow", ""):
        with pytest.raises(ToolError, match="arguments"):
            run(registry, "date_facts", date=wrong)


def test_feasts(registry):
    feasts = run(registry, "feast_dates", year=2024)
    assert feasts == {
        "easter": "2024-03-31", "orthodox_easter": "2024-05-05", "pentecost": "2024-05-19", "passover": "2024-04-23",
        "rosh_hashanah": "2024-10-03", "yom_kippur": "2024-10-12",
    }  # fmt: skip


def test_other_calendars(registry):
    assert run(registry, "hebrew_date", date="2024-10-03") == {"day": 1, "month": "Tishrei", "year": 5785}
    assert run(registry, "hebrew_date", date="2024-03-24") == {"day": 14, "month": "Adar II", "year": 5784}
    assert run(registry, "islamic_date", date="2024-03-11") == {"day": 1, "month": "Ramadan", "year": 1445}
    with pytest.raises(ToolError, match="arguments"):
        run(registry, "islamic_date", date="1900-01-01")


def test_clocks(registry):
    assert run(registry, "utc_offset", timezone="Asia/Kathmandu", date="2024-01-15")["offset"] == 345
    assert run(registry, "utc_offset", timezone="America/New_York", date="2024-07-04")["offset"] == -240
    for wrong in ("Mars/Phobos", "../etc/passwd", "", "Europe"):
        with pytest.raises(ToolError, match="not_found"):
            run(registry, "utc_offset", timezone=wrong, date="2024-01-15")


def test_units(registry):
    def convert(value, from_unit, to_unit):
        return run(registry, "convert_unit", value=value, from_unit=from_unit, to_unit=to_unit)["value"]

    assert convert(26.2, "length:mi", "length:km") == pytest.approx(42.1648, abs=1e-4)
    assert convert(37, "temperature:c", "temperature:f") == pytest.approx(98.6)
    assert convert(0, "temperature:k", "temperature:c") == pytest.approx(-273.15)
    assert convert(1, "area:mi2", "area:km2") == pytest.approx(2.589988, abs=1e-6)
    with pytest.raises(ToolError, match="different quantities"):
        convert(1, "length:mi", "area:km2")


def test_first_names(registry):
    top = run(registry, "top_ten_names", cohort="1985 F")["names"]
    assert top[:3] == ["Jessica F", "Ashley F", "Jennifer F"] and len(top) == 10
    assert run(registry, "top_names_with_initial", cohort="1985 M", letter="J")["names"][0] == "Joshua M"
    assert "Rosalie F" in run(registry, "names_beginning_alike", name="Rosa F")["names"]
    assert run(registry, "name_in_year", name="Linda F", year=1947) == {"children": 99686, "place": 1}
    assert run(registry, "name_peak", name="Linda F")["year"] == 1947
    assert run(registry, "name_history", name="Michael M")["top_years"] > 60
    assert run(registry, "name_trend", name="Emma F", year=2010)["change"] > 0
    with pytest.raises(ToolError, match="not_found"):
        run(registry, "name_in_year", name="Zzyzx F", year=2000)


def test_seeds_of_the_general_domain(registry):
    assert len(registry.seeds("first_name:ssa")) + len(registry.seeds("birth_cohort:us")) >= 800
