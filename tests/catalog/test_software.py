"""The software tools: shapes, facts that hold in the world, audits of their tables."""

import pytest

from dive.errors import ToolError

AUDITS = ["features", "releases", "code_languages", "blocks", "colors", "emoji", "mdn", "systems"]


def run(registry, tool, **args):
    return registry.tool(tool).run(**args)


def test_examples_match_the_schema_and_differ(check_domain):
    check_domain("software")


@pytest.mark.parametrize("table", AUDITS)
def test_audits_find_nothing_unfenced(registry, table):
    assert [finding for finding in registry.audits[table]() if not finding.fenced] == []


def test_web_features(registry):
    has = run(registry, "web_feature_record", feature="has")
    assert (has["group"], has["baseline_date"], has["baseline_month"]) == ("selectors", "2023-12-19", "2023-12")
    support = run(registry, "web_feature_support", feature="has")
    assert (support["firefox"], support["safari"]) == ("Firefox 121", "Safari 15.4")
    dates = run(registry, "web_feature_dates", feature="has")
    assert dates["last"] == "Firefox"
    assert dates["firefox"] == run(registry, "browser_release_record", release="Firefox 121")["date"] == "2023-12-19"
    assert "has" in run(registry, "web_features_new_in", release="Firefox 121")["recent"]
    assert "has" in run(registry, "web_features_baseline_in", month="2023-12")["features"]
    group = run(registry, "web_features_in_group", group="grid")
    assert set(group["recent"]) <= set(group["features"]) and len(group["features"]) == group["number"]


def test_browser_releases(registry):
    assert run(registry, "browser_releases_in", browser="Safari", year=2016)["releases"][0] == "Safari 9.1"
    after = run(registry, "browser_releases_after", release="Edge 79", n=4)["releases"]
    assert after == ["Edge 80", "Edge 81", "Edge 83", "Edge 84"], "there was no Edge 82"
    assert run(registry, "browser_release_record", release="Edge 83")["previous"] == "Edge 81"
    with pytest.raises(ToolError, match="not_found"):
        run(registry, "browser_releases_after", release="Edge 82")


def test_languages_and_colours(registry):
    python = run(registry, "code_language_record", language="Python")
    assert python["color"] == "#3572a5"
    assert run(registry, "css_color_name", color=python["color"])["name"] == "steelblue"
    assert run(registry, "color_contrast", color="#000000") == {"on_white": pytest.approx(21), "on_black": 1}
    assert run(registry, "color_contrast", color="#777777")["on_white"] == pytest.approx(4.48, abs=0.01)
    objective = {"MATLAB", "Objective-C", "Wolfram Language"}
    assert objective <= set(run(registry, "code_languages_with_extension", extension=".m")["languages"])
    assert {"C", "C++"} <= set(run(registry, "code_languages_sharing_with", language="Objective-C")["languages"])
    assert run(registry, "code_language_contrast", language="Python")["on_white"] > 4.5
    with pytest.raises(ToolError, match="arguments"):
        run(registry, "color_contrast", color="blue")


def test_named_colours(registry):
    teal = run(registry, "css_color_record", name="teal")
    assert (teal["hex_code"], teal["red"], teal["green"]) == ("#008080", 0, 128)
    tone = run(registry, "css_color_tone", name="teal")
    assert (tone["hue"], tone["saturation"], tone["lightness"]) == pytest.approx((180, 100, 25.1), abs=0.01)
    assert "hue" not in run(registry, "css_color_tone", name="silver")
    assert run(registry, "css_color_contrast", name="white") == {"on_white": 1, "on_black": pytest.approx(21)}
    assert run(registry, "css_colors_called", word="orchid")["names"] == ["darkorchid", "mediumorchid"]
    assert run(registry, "css_colors_like", name="tomato", n=4)["names"][0] == "coral"


def test_emoji(registry):
    crab = run(registry, "emoji_record", emoji="🦀")
    assert (crab["subgroup"], crab["version"], crab["year"]) == ("animal-marine", "1.0", 2015)
    assert crab["shortcode"] == ":crab:"
    assert run(registry, "emoji_encoding", emoji="🧑‍🚀") == {"utf8_bytes": 11, "utf16_bytes": 10, "code_points": 3}
    assert run(registry, "emoji_encoding", emoji="☕")["utf8_bytes"] == 3, "no variation selector"
    assert run(registry, "emoji_code_point", emoji="🦀") == {
        "code_point": "U+1F980", "padded": "01F980", "block": "Supplemental Symbols and Pictographs",
    }  # fmt: skip
    assert run(registry, "names_of_emoji", emoji="🦀")["german"] == "Krebs"
    assert "🐍" in run(registry, "emoji_in_subgroup", subgroup="animal-reptile")["emoji"]
    assert "🐍" not in run(registry, "emoji_filed_with", emoji="🐍")["emoji"]
    assert run(registry, "emoji_added_in", version="16.0")["number"] == 8
    with pytest.raises(ToolError, match="refused"):
        run(registry, "emoji_code_point", emoji="🧑‍🚀")


def test_css_and_javascript(registry):
    assert run(registry, "javascript_support", member="Array.prototype.flat") == {
        "chrome": "Chrome 69", "edge": "Edge 79", "firefox": "Firefox 62", "safari": "Safari 12",
        "nodejs": "Node.js 11.0.0",
    }  # fmt: skip
    flat = run(registry, "javascript_dates", member="Array.prototype.flat")
    assert (flat["last"], flat["edge"]) == ("Edge", "2020-01-15")
    assert "Array.prototype.toSorted" in run(registry, "javascript_new_in", release="Firefox 115")["members"]
    assert run(registry, "css_property_support", property="accent-color")["firefox"] == "Firefox 92"
    assert "Array.prototype.flatMap" in run(registry, "javascript_new_with", member="Array.prototype.flat")["members"]
    assert "gap" not in run(registry, "css_properties_new_with", property="gap")["properties"]
    assert "accent-color" in run(registry, "css_properties_new_in", release="Chrome 93")["properties"]


def test_systems(registry):
    jammy = run(registry, "system_release_record", release="Ubuntu 22.04 LTS")
    assert (jammy["released"], jammy["codename"]) == ("2022-04-21", "Jammy Jellyfish")
    assert run(registry, "system_release_support", release="Debian 12")["ends"] == "2026-07-11"
    after = run(registry, "system_releases_after", release="Debian 8", n=4)["releases"]
    assert after == ["Debian 9", "Debian 10", "Debian 11", "Debian 12"]


def test_media_types(registry):
    assert run(registry, "media_type_of", extension=".webp")["media_type"] == "image/webp"
    assert set(run(registry, "media_type_extensions", media_type="image/jpeg")["extensions"]) >= {".jpg", ".jpeg"}


def test_unicode_blocks(registry):
    assert run(registry, "unicode_block_record", block="Cyrillic") == {
        "block": "Cyrillic", "characters": 256, "script": "Cyrl",
    }  # fmt: skip
    assert run(registry, "unicode_block_range", block="Emoticons")["first"] == "U+1F600"
    assert run(registry, "unicode_blocks_of_same_script", block="Cyrillic")["blocks"][0] == "Cyrillic Supplement"
    assert run(registry, "unicode_blocks_of", script="Grek")["blocks"][:2] == ["Greek and Coptic", "Greek Extended"]


def test_pools(registry):
    seeds = {name: len(registry.seeds(name)) for name, home in registry.homes.items() if home == "software"}
    assert sum(seeds.values()) > 2400
    assert seeds["web_feature:webdx"] > 600 and seeds["browser_release:version"] > 300
    assert seeds["code_language:linguist"] > 400


@pytest.mark.parametrize(
    ("tool", "argument"),
    [("web_feature_record", "feature"), ("browser_release_record", "release"), ("code_language_record", "language"),
     ("unicode_block_record", "block"), ("media_type_of", "extension"), ("web_features_baseline_in", "month"),
     ("emoji_record", "emoji"), ("css_color_record", "name"), ("css_property_support", "property"),
     ("javascript_dates", "member"), ("system_release_record", "release")],
)  # fmt: skip
def test_unknown_input_is_not_found(registry, tool, argument):
    with pytest.raises(ToolError, match="not_found"):
        run(registry, tool, **{argument: "no such thing"})
