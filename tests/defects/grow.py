"""Writes `good.toml` anew: tasks that the real street makes and verifies, as toolset, moves and trees.

Takes nothing; gives the file beside it. To be run (`python tests/defects/grow.py`) and read over when patterns or tools
change so much that the old trees cannot be spoken any more. Wording is not stored.
"""

import re
import tempfile
import textwrap
from collections import Counter
from pathlib import Path

from notation import tree, written

from dive import ledger
from dive.catalog import load
from dive.config import Config, DrawSection, SynthesizeSection, ToolFilter, to_toml
from dive.nouns import Task
from dive.registry import Registry
from dive.street import run
from dive.tree import Get, walk

STEADY = tuple(re.findall(r"\w+", """
airport_by_icao airport_record airports_near cities_near city_record convert_unit countries_speaking countries_using
country_borders country_by_dialling_code country_by_tld country_development country_facts country_languages
country_of_capital currency_by_number currency_record date_facts days_between distance_between element_by_atomic_number
element_record elements_discovered_in elements_in_group elements_next_to fx_rate_on hebrew_date islamic_date
isotopes_lasting_years largest_cities largest_countries natural_isotopes nuclide_record public_holidays shift_date
us_state_record us_states_joined utc_offset exchange_record gene_diseases disease_record feature_record
"""))  # fmt: skip
"""Tools that are not likely to go away."""
SEED, DRAWS, COUNT, TOOLS = 20_261_123, 1_200, 100, 20
PLAIN, PER_MOVE, CHANCE = 260, 25, 0.15
"""Longest text of a tree and best chance of a guess, so that a task outlives changes of grammar and calibration; most
tasks that end in one move."""


def grow() -> str:
    """The text of `good.toml`."""
    rows: list[str] = []
    moves: Counter[str] = Counter()
    for task in (task for rounds in (3, 2) for task in _made(rounds)):
        move = task.pattern.rpartition(">")[2]
        row = _row(task, load())
        chance = max(v.score or 0.0 for r in (*task.lineage, task) for v in r.verdicts if v.by == "guessable")
        plain = chance <= CHANCE and max(map(len, row.splitlines())) <= PLAIN
        if len(rows) < COUNT and moves[move] < PER_MOVE and plain:
            moves[move] += 1
            rows.append(row)
    return "\n".join([f"# {len(rows)} good tasks, made by grow.py; wording is not stored.", *rows])


def _made(rounds: int) -> list[Task]:
    """What the street makes of a fixed seed."""
    section = DrawSection(count=DRAWS, tools=ToolFilter(allow=STEADY))
    with tempfile.TemporaryDirectory() as out:
        config = Config(
            name="good", seed=SEED + rounds, out=out, draw=section, synthesize=SynthesizeSection(rounds=rounds)
        )
        run(config, to_toml(config), lambda *_: None)
        return list(ledger.tasks(Path(out)))


def _row(task: Task, registry: Registry) -> str:
    rounds = [*task.lineage, task]
    trees = [written(r.tree, registry) for r in rounds if r.tree is not None]
    assert [tree(text, registry) for text in trees] == [r.tree for r in rounds], trees
    used = {node.tool for r in rounds if r.tree is not None for node in walk(r.tree) if isinstance(node, Get)}
    others = [name for name in task.toolset if name not in used]
    tools = sorted([*used, *others[: max(0, TOOLS - len(used))]])
    lines = "\n".join(f"  {_text(text)}," for text in trees)
    offered = textwrap.fill(" ".join(tools), 116)
    head = f'key = "{task.key}"\nmoves = "{task.pattern}"\ntools = """\n{offered}"""'
    return f"\n[[good]]\n{head}\ntrees = [\n{lines}\n]"


def _text(value: str) -> str:
    return f"'''{value}'''" if "'" in value else f'"{value}"'


if __name__ == "__main__":
    (Path(__file__).parent / "good.toml").write_text(grow() + "\n", encoding="utf-8")
