"""The language tools: shapes, facts that hold in the world, audits of their tables."""

import pytest

from dive.errors import ToolError

AUDITS = ["speakers", "letters", "scripts", "words"]


def run(registry, tool, **args):
    return registry.tool(tool).run(**args)


def test_examples_match_the_schema_and_differ(check_domain):
    check_domain("language")


@pytest.mark.parametrize("table", AUDITS)
def test_audits_find_nothing_unfenced(registry, table):
    assert [finding for finding in registry.audits[table]() if not finding.fenced] == []


def test_speakers(registry):
    german = run(registry, "language_speakers", language="de")
    assert german["main_country"] == "DE" and 90e6 < german["speakers"] < 160e6
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


def test_names_in_other_languages(registry):
    assert run(registry, "name_of_language_in", language="de", tongue="French") == {"word": "allemand"}
    assert run(registry, "weekday_in_language", language="fi", day="Sunday") == {"word": "sunnuntai"}
    assert run(registry, "month_in_language", language="cs", month="May") == {"word": "květen"}
    with pytest.raises(ToolError, match="not_found"):
        run(registry, "name_of_language_in", language="fr", tongue="French")


def test_scripts(registry):
    cherokee = run(registry, "script_record", script="Cher")
    assert (cherokee["country"], cherokee["added"], cherokee["characters"]) == ("US", 1999, 172)
    assert run(registry, "script_record", script="Arab")["direction"] == "right to left"
    assert run(registry, "scripts_from", country="PH")["scripts"] == ["Buhd", "Hano", "Tagb", "Tglg"]
    assert "Cher" in run(registry, "scripts_as_new_as", script="Mong")["scripts"]


def test_words(registry):
    assert run(registry, "rhymes_with", word="money")["words"] == ["funny", "honey", "sonny", "sunny"]
    assert "courageous" in run(registry, "synonyms_of", word="brave")["words"]
    assert run(registry, "anagrams_of", word="listen")["words"] == ["enlist", "silent"]
    assert run(registry, "word_sound", word="kindergarten")["syllables"] == 4
    assert run(registry, "word_meanings", word="castle")["meanings"] == 5
    assert run(registry, "scrabble_points", word="quiz") == {"letters": 4, "points": 22}
    with pytest.raises(ToolError, match="arguments"):
        run(registry, "scrabble_points", word="Quiz!")


def test_pools(registry):
    seeds = {name: len(registry.seeds(name)) for name, home in registry.homes.items() if home == "language"}
    assert sum(seeds.values()) > 2000
    assert seeds["language:iso639"] > 200 and seeds["word:english"] > 1500 and seeds["script:iso15924"] > 150


@pytest.mark.parametrize(
    ("tool", "argument"),
    [("language_speakers", "language"), ("language_profile", "language"), ("script_record", "script"),
     ("languages_in_family", "family"), ("word_meanings", "word"), ("scripts_from", "country")],
)  # fmt: skip
def test_unknown_input_is_not_found(registry, tool, argument):
    with pytest.raises(ToolError, match="not_found"):
        run(registry, tool, **{argument: "xxx"})
