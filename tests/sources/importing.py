"""What `dive tools import` does, without its words."""

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
