"""The models of a run file for the command line: keys from the environment, and what hides them.

Takes a config; gives what opens its models, and a function that takes their keys and the secrets of sources out of
bytes. The only place that reads a key; it says which variable is missing.
"""

import os
from collections.abc import Callable

from dive.config import Config
from dive.errors import ModelSetupError
from dive.minds import Opener
from dive.minds.run import networked
from dive.models import Secret
from dive.sources import references


def opened(made: Config) -> tuple[Opener | None, Callable[[bytes], bytes]]:
    """What opens the models that the run file uses, and what hides their keys and the sources' secrets."""
    used = {alias: made.models[alias] for alias in made.minds.aliases}
    secrets: dict[str, Secret] = {}
    for alias, settings in used.items():
        variable = settings.variable
        if not variable:
            continue
        value = os.environ.get(variable, "")
        if not value:
            raise ModelSetupError(f"models.{alias}: the environment variable {variable} holds no key; set it")
        secrets[alias] = Secret(value)
    return (networked(used, secrets, made.minds.calling) if used else None), references.hiding(made, os.environ)
