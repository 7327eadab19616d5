"""Results as a model sees them: whole where they are short, else the first rows and figures for every column.

Takes a JSON value; gives text between marks that the value cannot contain. A view never says less than which keys
there are and how many rows. Does not know tools; proofs always refer to the whole result.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from dive.nouns import Json

WHOLE = 2_500
"""Bytes of JSON up to which a result is shown as it is."""
MOST = 6_000
ROWS = 3
PLAIN = 12
TEXT = 240
COMMON = 3


def marked(value: Json, id: str, what: str) -> str:
    """The view of a call's result as a block of data, named by the id under which expressions read it."""
    return block(view(value), f'result id="{id}" of="{what}"')


def block(text: str, head: str) -> str:
    """`text` as data: between marks that it cannot hold itself."""
    return f"<{head}>\n{text.replace('<', '‹')}\n</{head.partition(' ')[0]}>"


def view(value: Json, whole: int = WHOLE) -> str:
    """At most `MOST` characters about a JSON value."""
    text = _text(value)
    if len(text) <= whole:
        return text
    if isinstance(value, dict):
        lines = [f"{key}: {_part(item)}" for key, item in cast("dict[str, Json]", value).items()]
        return clipped("\n".join(lines), MOST)
    return clipped(_part(value), MOST)


def clipped(text: str, most: int) -> str:
    """`text`, or its beginning and how much of it is missing."""
    return text if len(text) <= most else f"{text[:most]} ... ({len(text) - most:,} more characters)"


def _part(value: Json) -> str:
    if isinstance(value, list):
        return _rows(cast("list[Json]", value))
    if isinstance(value, dict) and len(_text(value)) > TEXT:
        return "{ " + "; ".join(f"{k}: {_part(v)}" for k, v in cast("dict[str, Json]", value).items()) + " }"
    return clipped(_text(value), TEXT)


def _rows(rows: Sequence[Json]) -> str:
    if not rows or len(_text(list(rows))) <= TEXT:
        return _text(list(rows))
    if not all(isinstance(row, dict) for row in rows):
        shown = "\n".join(f"  {clipped(_text(row), TEXT)}" for row in rows[:PLAIN])
        return f"list of {len(rows)}\n{shown}\n  {_figures(rows)}" if len(rows) > PLAIN else f"list\n{shown}"
    records = cast("Sequence[Mapping[str, Json]]", rows)
    shown = "\n".join(f"  {clipped(_text(row), TEXT)}" for row in records[:ROWS])
    names = dict.fromkeys(name for row in records for name in row)
    columns = "\n".join(f"  column {name}: {_figures([row.get(name) for row in records])}" for name in names)
    return f"list of {len(rows)} rows, the first {min(ROWS, len(rows))}:\n{shown}\n{columns}"


def _figures(values: Sequence[Json]) -> str:
    """What a column holds: how many, how many none, least and greatest, how many different, the commonest."""
    present = [value for value in values if value is not None]
    parts = [f"n {len(values)}", *([f"none {len(values) - len(present)}"] if len(present) < len(values) else [])]
    numbers = [v for v in present if isinstance(v, int | float) and not isinstance(v, bool)]
    if present and len(numbers) == len(present):
        parts.append(f"min {min(numbers)}, max {max(numbers)}")
    counts = Counter(clipped(_text(value), 40) for value in present)
    parts.append(f"{len(counts)} different")
    common = [f"{text} x{count}" for text, count in counts.most_common(COMMON) if count > 1]
    return ", ".join([*parts, *common])


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
