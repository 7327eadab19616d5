"""What models did to finished tasks, in figures: rewordings, and how far a second grader agrees with the typed one.

Takes counts that draws journaled (`phrase:reworded`, `phrase:kept:<why>`, `grade:<typed>/<said>`); gives `Phrased`,
`Agreement` and lines for people. A draw counts here even if it was dropped later.
"""

from collections.abc import Mapping

from msgspec import Struct

from dive.grade.agreement import Agreement, agreement

KEPT = "phrase:kept:"


class Phrased(Struct, frozen=True):
    """Questions that a model reworded, and those that stayed the grammar's, by the kind of the last fault."""

    reworded: int
    fell_back: dict[str, int]


def phrased(counts: Mapping[str, int]) -> Phrased | None:
    """None, if nobody was asked to reword."""
    kept = {name.removeprefix(KEPT): n for name, n in counts.items() if name.startswith(KEPT)}
    made = counts.get("phrase:reworded", 0)
    by_number = dict(sorted(kept.items(), key=lambda item: (-item[1], item[0])))
    return Phrased(made, by_number) if made or kept else None


def grading(counts: Mapping[str, int]) -> Agreement | None:
    """None, if nobody was asked to grade."""
    table = {name: counts.get(f"grade:{name}", 0) for name in (
        "right/right", "right/wrong", "wrong/right", "wrong/wrong", "right/none", "wrong/none",
    )}  # fmt: skip
    both, missed, taken, neither, *unsaid = table.values()
    return agreement(both, missed, taken, neither, sum(unsaid)) if any(table.values()) else None


def summary(reworded: Phrased | None, graded: Agreement | None) -> list[str]:
    """For a summary; none where neither was asked for."""
    told: list[str] = []
    if reworded is not None:
        why = ", ".join(f"{name} {n:,}" for name, n in reworded.fell_back.items())
        kept = f"; {sum(reworded.fell_back.values()):,} stay as the grammar said them ({why})" if why else ""
        told.append(f"Phrase    {reworded.reworded:,} questions reworded{kept}")
    if graded is not None:
        told.append(f"Grade     {graded.answers:,} answers graded twice, {graded.no_verdict:,} once: no second verdict")
        if graded.agreement is not None and graded.agreement_95 is not None:
            apart = f"{graded.false_right:,} wrong ones taken, {graded.false_wrong:,} right ones refused"
            told.append(f"          agreement {graded.agreement:.1%} ({_between(graded.agreement_95, '.1%')}), {apart}")
        if graded.kappa is not None and graded.kappa_95 is not None:
            told.append(f"          Cohen's kappa {graded.kappa:.2f} ({_between(graded.kappa_95, '.2f')})")
    return told


def _between(interval: tuple[float, float], form: str) -> str:
    return f"95 %: {interval[0]:{form}} to {interval[1]:{form}}"
