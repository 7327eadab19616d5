"""How far two graders agree: the share of equal verdicts and Cohen's kappa, each with a 95 % interval.

Takes a table of counts; gives `Agreement`. Items on which one of the two gave no verdict are counted and left out.
The interval of the share is Wilson's; that of kappa is the same, carried over with chance agreement as observed, which
is too narrow where items of one task hang together.
"""

import math

from msgspec import Struct

Z = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


class Agreement(Struct, frozen=True, kw_only=True):
    """Two graders on the same answers.

    Attributes:
        answers: judged by both.
        no_verdict: judged by the typed grader alone; in none of the shares.
        false_right, false_wrong: what the other one calls so and the typed grader does not.
        kappa: None where chance alone would agree always.
    """

    answers: int
    no_verdict: int
    agreement: float | None = None
    agreement_95: tuple[float, float] | None = None
    kappa: float | None = None
    kappa_95: tuple[float, float] | None = None
    false_right: int = 0
    false_wrong: int = 0


def agreement(both_right: int, false_wrong: int, false_right: int, both_wrong: int, no_verdict: int = 0) -> Agreement:
    """From the two-by-two table. `false_right`: wrong for the typed grader, right for the other."""
    n = both_right + false_wrong + false_right + both_wrong
    if not n:
        return Agreement(answers=0, no_verdict=no_verdict)
    share = (both_right + both_wrong) / n
    typed, other = (both_right + false_wrong) / n, (both_right + false_right) / n
    chance = typed * other + (1 - typed) * (1 - other)
    low, high = wilson(both_right + both_wrong, n)
    sure = math.isclose(chance, 1.0)
    return Agreement(
        answers=n, no_verdict=no_verdict, agreement=round(share, 4), agreement_95=(round(low, 4), round(high, 4)),
        kappa=None if sure else _beyond(share, chance),
        kappa_95=None if sure else (_beyond(low, chance), _beyond(high, chance)),
        false_right=false_right, false_wrong=false_wrong,
    )  # fmt: skip


def wilson(hits: int, n: int, z: float = Z) -> tuple[float, float]:
    """Wilson's interval of a share of `n` > 0."""
    share, spread = hits / n, z * z / n
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def _beyond(share: float, chance: float) -> float:
    return round((share - chance) / (1 - chance), 4)
