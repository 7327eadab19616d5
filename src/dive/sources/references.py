"""`${NAME}` in what a run file says of a server: the environment variable NAME, whose value no file ever holds.

Takes a `[[sources]]` table and variables; gives the table with the values in place, for the moment of connecting, and
functions that take the values, and those of a run's keys, out of whatever is said. Does not read the environment.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from dive.config import Config, SourceSection
from dive.errors import ConfigError
from dive.models.hiding import hider
from dive.models.settings import Secret

REFERENCE = re.compile(r"\$\{(\w+)\}")


def named(source: SourceSection) -> dict[str, str]:
    """The variables that a source refers to, each with the key that does so first."""
    found: dict[str, str] = {}
    for key, text in _texts(source):
        for name in REFERENCE.findall(text):
            found.setdefault(name, key)
    return found


def filled(source: SourceSection, variables: Mapping[str, str]) -> SourceSection:
    """The source with the values of its variables.

    Raises:
        ConfigError: a variable that is not set or empty; the message says which, and what refers to it.
    """
    for name, key in named(source).items():
        if not variables.get(name):
            raise ConfigError(f"source {source.name!r}: {key} refers to the environment variable {name}, which is not "
                              "set; set it")  # fmt: skip

    def fill(text: str) -> str:
        return REFERENCE.sub(lambda found: variables[found[1]], text)

    return replace(
        source, url=fill(source.url), command=tuple(map(fill, source.command)),
        env={key: fill(text) for key, text in source.env.items()},
        headers={key: fill(text) for key, text in source.headers.items()},
    )  # fmt: skip


def secrets(source: SourceSection, variables: Mapping[str, str]) -> list[Secret]:
    """The values of the variables that a source refers to, and their words."""
    values = {variables[name] for name in named(source) if variables.get(name)}
    return [Secret(word) for word in sorted({word for value in values for word in (value, *value.split())})]


def hidden(source: SourceSection, variables: Mapping[str, str]) -> Callable[[bytes], bytes]:
    """What takes the values out of bytes; also each word of a value such as "Bearer abc...".

    Raises:
        ConfigError: a value that is not one line of printable ASCII.
    """
    try:
        return hider(secrets(source, variables))
    except ConfigError:
        told = f"source {source.name!r}: the values of {', '.join(named(source))} must be one line of printable ASCII"
        raise ConfigError(told) from None


def hiding(config: Config, variables: Mapping[str, str]) -> Callable[[bytes], bytes]:
    """What takes all secrets of a run out of bytes: those of its sources, and its models' keys."""
    keys = [variables[one.variable] for one in config.models.values() if variables.get(one.variable)]
    own = [secret for source in config.sources for secret in secrets(source, variables)]
    return hider([*own, *map(Secret, keys)])


def _texts(source: SourceSection) -> Iterator[tuple[str, str]]:
    yield "url", source.url
    yield from (("command", word) for word in source.command)
    yield from ((f"env.{key}", text) for key, text in source.env.items())
    yield from ((f"headers.{key}", text) for key, text in source.headers.items())
