"""The language tools: shapes, facts that hold in the world, audits of their tables."""

import pytest

from dive.errors import ToolError

AUDITS = ["speakers", "letters", "scripts", "words", "names"]


def run(registry, tool, **args):
    return registry.tool(tool).run(**args)


def test_examples_match_the_schema_and_differ(check_domain):
    check_domain("language")


@pytest.mark.parametrize("table", AUDITS)
def test_audits_find_nothing_unfenced(registry, table):
    assert [finding for finding in registry.audits[table]() if not finding.fenced] == []


def test_speakers(registry):
    german = run(registry, "language_speakers", language="de")
    assert 90e6 < german["speakers"] < 160e6
    home = run(registry, "language_home", language="de")
    assert home["country"] == "DE" and 50 < home["share"] < 80
    assert "country" not in run(registry, "language_home", language="en")
    swiss = {row["language"]: row["share"] for row in run(registry, "languages_spoken_in", country="CH")["languages"]}
    assert {"de", "fr", "it"} <= set(swiss) and swiss["de"] > swiss["fr"] > swiss["it"]
    most = run(registry, "countries_with_most_speakers", language="pt", n=4)["countries"]
    assert (most[0]["country"], len(most)) == ("BR", 4)
    assert [row["speakers"] for row in most] == sorted((row["speakers"] for row in most), reverse=True)
    with pytest.raises(ToolError, match="refused"):
        run(registry, "languages_spoken_in", country="GT")
    with pytest.raises(ToolError, match="refused"):
        run(registry, "language_speakers", language="cop")


def test_languages(registry):
    assert run(registry, "language_profile", language="fi") == {
        "language": "fi", "family": "fiu", "script": "Latn", "own_name": "suomi",
    }  # fmt: skip
    assert "script" not in run(registry, "language_profile", language="sr"), "Serbian is written in two scripts"
    assert run(registry, "language_alphabet", language="de")["letters"] == 30
    assert run(registry, "languages_in_family", family="gmq")["languages"] == ["da", "fo", "is", "no", "sv"]
    assert "pl" in run(registry, "languages_related_to", language="cs")["languages"]
    assert run(registry, "languages_written_in", script="Hebr")["languages"] == ["he", "lad", "yi"]
    with pytest.raises(ToolError, match="refused"):
        run(registry, "languages_written_in", script="Deva")


def test_largest_languages(registry):
    turkic = run(registry, "largest_languages_in_family", family="trk", n=4)["languages"]
    assert turkic[0] == "tr" and "uz" in turkic
    assert run(registry, "largest_relatives", language="tr", n=4)["languages"] != turkic
    india = [row["language"] for row in run(registry, "most_spoken_languages", country="IN", n=4)["languages"]]
    assert india[0] == "hi"
    assert run(registry, "languages_spoken_beside", language="ta", n=4)["languages"] == india
    with pytest.raises(ToolError, match="refused"):
        run(registry, "largest_relatives", language="sw", n=5)
    with pytest.raises(ToolError, match="not_found"):
        run(registry, "languages_spoken_beside", language="en")


def test_names_in_other_languages(registry):
    german = run(registry, "names_of_language", language="de")
    assert (german["french"], german["finnish"], "german" in german) == ("allemand", "saksa", False)
    assert run(registry, "weekdays_in_language", language="fi")["sunday"] == "sunnuntai"
    assert run(registry, "weekdays_in_language", language="ur")["friday"] == "جمعہ"
    assert run(registry, "month_in_language", language="cs", month="May") == {"word": "květen"}
    with pytest.raises(ToolError, match="not_found"):
        run(registry, "weekdays_in_language", language="en")


def test_scripts(registry):
    cherokee = run(registry, "script_record", script="Cher")
    assert (cherokee["country"], cherokee["added"], cherokee["characters"]) == ("US", 1999, 172)
    assert run(registry, "script_record", script="Arab")["direction"] == "right to left"
    assert run(registry, "scripts_from", country="PH")["scripts"] == ["Buhd", "Hano", "Tagb", "Tglg"]
    assert "Cher" in run(registry, "scripts_as_new_as", script="Mong")["scripts"]


def test_words(registry):
    assert {"funny", "honey", "sunny"} <= set(run(registry, "rhymes_with", word="money")["words"])
    assert {"blew", "shoe", "two"} <= set(run(registry, "rhymes_with", word="new")["words"])
    assert {"cord", "lord", "word"} <= set(run(registry, "words_one_letter_from", word="ford")["words"])
    brave = run(registry, "synonyms_of", word="brave")
    assert "courageous" in brave["words"] and len(brave["words"]) == brave["number"]
    assert run(registry, "word_sound", word="grandmother")["syllables"] == 3
    assert run(registry, "word_meanings", word="castle")["meanings"] == 5
    assert run(registry, "scrabble_points", word="quiz") == {"letters": 4, "points": 22}
    with pytest.raises(ToolError, match="not_found"):
        run(registry, "word_meanings", word="them")
    with pytest.raises(ToolError, match="arguments"):
        run(registry, "scrabble_points", word="Quiz!")


def test_pools(registry):
    seeds = {name: len(registry.seeds(name)) for name, home in registry.homes.items() if home == "language"}
    assert sum(seeds.values()) > 2000
    assert seeds["language:iso639"] > 200 and seeds["word:english"] > 2000


@pytest.mark.parametrize(
    ("tool", "argument"),
    [("language_speakers", "language"), ("language_profile", "language"), ("script_record", "script"),
     ("languages_in_family", "family"), ("word_meanings", "word"), ("scripts_from", "country"),
     ("weekdays_in_language", "language")],
)  # fmt: skip
def test_unknown_input_is_not_found(registry, tool, argument):
    with pytest.raises(ToolError, match="not_found"):
        run(registry, tool, **{argument: "qqq"})
