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
from dive.models.hiding import hider
from dive.sources import references

_KEY_OF = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}


def opened(made: Config) -> tuple[Opener | None, Callable[[bytes], bytes]]:
    """What opens the models that the run file uses, and what hides their keys and the sources' secrets."""
    used = {alias: made.models[alias] for alias in made.minds.aliases}
    secrets: dict[str, Secret] = {}
    for alias, settings in used.items():
        variable = settings.key_env or ("" if settings.base_url else _KEY_OF[settings.api])
        if not variable:
            continue
        value = os.environ.get(variable, "")
        if not value:
            raise ModelSetupError(f"models.{alias}: the environment variable {variable} holds no key; set it")
        secrets[alias] = Secret(value)
    known = [*secrets.values(), *(value for source in made.sources for value in references.secrets(source, os.environ))]
    return (networked(used, secrets, made.minds.calling) if used else None), hider(known)
