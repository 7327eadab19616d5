"""`python -m bench.steering [DRAWS]`: what steering by blocks changes, on the same draws. One JSON object a line.

Takes the number of draws (2,000); prints for steered and unsteered runs how many tasks came out, the effective number
(Hill, q = 1) of needed tools, pairs, topologies, last moves and domains, the share of the most frequent tool, and the
number of call sequences.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from dive import ledger
from dive.config import Config, DrawSection, to_toml
from dive.diversity import hill
from dive.report import Told
from dive.street import run
from dive.tally import Facts, last_move

DRAWS = 2000
SEED = 7


def main(draws: int) -> None:
    """Runs both, unsteered first."""
    for steer in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            section = DrawSection(count=draws, steer=steer)
            config = Config(name="steering", seed=SEED, out=f"{folder}/run", draw=section)
            run(config, to_toml(config), lambda *_: None)
            line = measured(f"steer = {str(steer).lower()}", draws, told(Path(config.out)))
        sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        sys.stdout.flush()


def told(directory: Path) -> list[Facts]:
    """The facts of the tasks in the ledger."""
    kept = {task.key for task in ledger.tasks(directory)}
    made = {r.key: msgspec.json.decode(r.facts, type=Told | None) for r in ledger.journal(directory) if r.key in kept}
    return [seen.told for seen in made.values() if seen and seen.told]


def measured(bench: str, draws: int, facts: list[Facts]) -> dict[str, object]:
    """One line of output."""
    tools = counted(name for each in facts for name in each.tools)
    beside = {
        "draws": draws,
        "tasks": len(facts),
        "tools_covered": len(tools),
        "top_tool": max(tools, key=lambda name: tools[name]),
        "top_tool_share_of_tasks": round(max(tools.values()) / len(facts), 4),
        "pairs_effective": effective(name for each in facts for name in each.pairs),
        "sequences": len({each.sequence for each in facts}),
        "topologies_effective": effective(each.topology for each in facts),
        "moves_effective": effective(last_move(each.pattern) for each in facts),
        "domains": counted(name for each in facts for name in each.domains),
        "domains_effective": effective(name for each in facts for name in each.domains),
    }
    return {"bench": bench, "value": round(hill(tools), 2), "unit": "effective needed tools", "beside": beside}


def counted(names: Iterable[str]) -> Counter[str]:
    """How often each name occurs, sorted by name."""
    return Counter(dict(sorted(Counter(names).items())))


def effective(names: Iterable[str]) -> float:
    """The effective number of the names."""
    return round(hill(Counter(names)), 2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS)
