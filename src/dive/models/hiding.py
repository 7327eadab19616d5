"""Takes secrets out of bytes that are about to be written or shown: as they are, and as others spell them.

Takes the secrets that this process knows; gives a function of bytes. Spellings: plain, escaped for JSON, quoted for
URLs, hex, and base64 at each of its three offsets. Does not look for secrets that it was not told.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

from dive.models.settings import Secret

SHORTEST = 8
"""Shorter ones are placeholders such as "EMPTY"; hiding them would garble other words."""
MARK = b"***"


def hider(secrets: Iterable[Secret]) -> Callable[[bytes], bytes]:
    """A function that replaces every spelling of the secrets by `***`."""
    values = {secret.reveal() for secret in secrets}
    spelled = {text for value in values if len(value) >= SHORTEST for text in _spellings(value)}
    if not spelled:
        return bytes
    longest_first = sorted(spelled, key=lambda text: (-len(text), text))
    pattern = re.compile("|".join(re.escape(text) for text in longest_first).encode(), re.IGNORECASE)
    return lambda data: pattern.sub(MARK, data)


def _spellings(value: str) -> Iterator[str]:
    yield from (value, json.dumps(value)[1:-1], quote(value, safe=""), quote_plus(value), value.encode().hex())
    yield value[::-1]
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * offset + value.encode()).decode().rstrip("=")
            head = (0, 2, 3)[offset]  # characters that depend on what stands before
            tail = -1 if (offset + len(value)) % 3 else None  # and the one that depends on what stands after
            yield text[head:tail]
