"""Models: one protocol, two APIs, fakes; budget, patience and pace round each.

What others need to speak to a model, name one in a run file and bound what it costs. `open.open_models` gives the
models themselves; it is not imported here, since the network takes long to load. Does not read the environment or
files, and does not know what models are used for.
"""

from dive.models.budget import Budget, Limits, Spent
from dive.models.kinds import NO_TOOLS, Model, Reply, Request, Toolset, ToolSpec
from dive.models.settings import Price, Secret, Settings

__all__ = [
    "NO_TOOLS", "Budget", "Limits", "Model", "Price", "Reply", "Request", "Secret", "Settings", "Spent", "ToolSpec",
    "Toolset",
]  # fmt: skip
