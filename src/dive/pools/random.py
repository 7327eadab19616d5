"""One generator per (seed, index, stage, step). Takes any parts that have a repr; gives a generator."""

import hashlib
import random


def generator(*parts: object) -> random.Random:
    """The generator of these parts: order and concurrency never change what it gives."""
    return random.Random(hashlib.sha256(repr(parts).encode()).digest())
