"""Whose tools a command is about: those that ship with DIVE, those of a run file, those of a run directory.

Takes a path; gives a registry. Prints nothing.
"""

import os
from pathlib import Path

from dive import catalog, config, sources
from dive.registry import Registry


def tools_for(run: Path | None) -> Registry:
    """The tools of a run file; without one those that ship with DIVE."""
    return sources.load(config.load(run), os.environ) if run else catalog.load()


def tools_of(directory: Path) -> Registry:
    """The tools of the run that made a directory."""
    made = directory / "config.toml"
    return tools_for(made if made.is_file() else None)
