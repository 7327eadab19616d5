"""What `dive tools import` does, without its words; and the command line in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from dive import sources
from dive.config import Config
from dive.sources import Imported
from dive.tools import Toolbox


def imported(made: Config) -> list[Imported]:
    """What `dive tools import` does."""
    done = []
    for offered in sources.listed(made).values():
        box = Toolbox(sources.bare(offered))
        done.append(sources.explore(offered, box.call))
        offered.connection.close()
    return done


def dive(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in a process that proved nothing before, so that its workers may prove."""
    command = [sys.executable, "-c", "from dive.cli import main; main()", *map(str, words)]
    return subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)


def shapes(tasks: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    """What programs do, whatever the fields and tools: for questions of a model, which have no pattern."""
    found: set[tuple[str, ...]] = set()
    for task in tasks:
        proof = task["proof"]
        made = [re.sub(r"'\w+'", "_", step.get("let", "each" if "each" in step else "call")) for step in proof["steps"]]
        found.add((*made, re.sub(r"'\w+'", "_", proof["program"])))
    return found
