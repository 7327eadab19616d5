"""What `dive tools import` does, without its words; and the command line in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

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
