"""minds: a draw's way where a model collects or derives, and a run of many such draws.

Takes what the street has built; gives records as the street's own workers do. The street decides what is drawn, what is
folded and where it is kept. Does not know the command line or the environment.
"""

from dive.minds.run import Opener, Stage, run

__all__ = ["Opener", "Stage", "run"]
