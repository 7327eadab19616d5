"""What a run will take: calls, tokens and cost for each draw so far, times the draws that are asked for.

Takes a run directory; gives an `Estimate` from the replies in its journal to the draws that are done. Asks no model.
"""

from collections.abc import Collection
from pathlib import Path

from msgspec import Struct

from dive import ledger

PROBE = 10
"""Draws that are enough for a first estimate."""


class Cost(Struct, frozen=True, kw_only=True):
    """What models took. `unpriced`: replies whose price is not known and that `usd` leaves out."""

    calls: int = 0
    tokens: int = 0
    cached: int = 0
    output: int = 0
    usd: float = 0.0
    unpriced: int = 0


class Estimate(Struct, frozen=True, kw_only=True):
    """What `draws` draws will take, from the `seen` ones."""

    seen: int
    draws: int
    cost: Cost


def cost(directory: Path, keys: Collection[str] | None = None) -> Cost:
    """The sum over all replies in the journal, or over those to these draws."""
    calls = tokens = cached = output = unpriced = 0
    usd = 0.0
    for said in ledger.replies(directory):
        if keys is not None and said.key not in keys:
            continue
        calls, tokens, cached = calls + said.calls, tokens + said.tokens, cached + said.cached
        output, usd, unpriced = output + said.output, usd + (said.cost or 0.0), unpriced + (said.cost is None)
    return Cost(calls=calls, tokens=tokens, cached=cached, output=output, usd=round(usd, 6), unpriced=unpriced)


def estimate(directory: Path, draws: int) -> Estimate | None:
    """What so many draws will take; None if no draw is done."""
    done = {record.key for record in ledger.journal(directory)}
    if not done:
        return None
    seen = len(done)
    each, so_far = draws / seen, cost(directory, done)
    whole = Cost(
        calls=round(so_far.calls * each), tokens=round(so_far.tokens * each), cached=round(so_far.cached * each),
        output=round(so_far.output * each), usd=round(so_far.usd * each, 4), unpriced=round(so_far.unpriced * each),
    )  # fmt: skip
    return Estimate(seen=seen, draws=draws, cost=whole)


def words(cost: Cost) -> str:
    """In a line: "1,200 calls, 3,400,000 tokens (2,100,000 from the cache), 4.20 US dollars"."""
    cached = f" ({cost.cached:,} from the cache)" if cost.cached else ""
    unpriced = f"; {cost.unpriced:,} calls have no price" if cost.unpriced else ""
    return f"{cost.calls:,} calls, {cost.tokens:,} tokens{cached}, {cost.usd:,.2f} US dollars{unpriced}"
