"""Agreement of two graders, against values worked out by hand."""

import pytest

from dive.grade.agreement import agreement, wilson
from dive.minds.figures import grading, phrased, summary


def test_a_textbook_table() -> None:
    """20 both, 5 and 10 apart, 15 neither: 35 of 50 agree, chance 0.5 x 0.6 + 0.5 x 0.4 = 0.5, kappa 0.2 / 0.5."""
    made = agreement(20, 5, 10, 15, no_verdict=3)
    assert (made.answers, made.no_verdict, made.false_wrong, made.false_right) == (50, 3, 5, 10)
    assert (made.agreement, made.kappa) == (0.7, 0.4)
    assert made.agreement_95 == (0.5625, 0.809)
    assert made.kappa_95 == pytest.approx((0.125, 0.6179), abs=2e-4)


def test_agreement_no_better_than_chance_is_zero_and_worse_is_below() -> None:
    assert agreement(25, 25, 25, 25).kappa == 0.0
    assert agreement(0, 10, 10, 0).kappa == -1.0


def test_few_answers_leave_a_wide_interval() -> None:
    """All 20 agree: Wilson's lower end is 1 / (1 + z² / 20) = 0.8389, and so kappa's (0.8389 - 0.5) / 0.5."""
    made = agreement(10, 0, 0, 10)
    assert (made.kappa, made.agreement_95) == (1.0, (0.8389, 1.0))
    assert made.kappa_95 == pytest.approx((0.6777, 1.0), abs=2e-4)
    assert wilson(0, 4)[0] == 0.0


def test_where_chance_agrees_always_there_is_no_kappa() -> None:
    made = agreement(9, 0, 0, 0)
    assert (made.agreement, made.kappa, made.kappa_95) == (1.0, None, None)
    none = agreement(0, 0, 0, 0, no_verdict=7)
    assert (none.answers, none.no_verdict, none.agreement, none.kappa) == (0, 7, None, None)


def test_counts_become_figures_and_lines() -> None:
    counts = {"grade:right/right": 20, "grade:right/wrong": 5, "grade:wrong/right": 10, "grade:wrong/wrong": 15,
              "grade:right/none": 1, "grade:wrong/none": 2, "phrase:reworded": 7, "phrase:kept:number": 2,
              "phrase:kept:off_format": 3, "candidates": 9}  # fmt: skip
    graded, reworded = grading(counts), phrased(counts)
    assert graded == agreement(20, 5, 10, 15, no_verdict=3)
    assert reworded is not None
    assert (reworded.reworded, reworded.fell_back) == (7, {"off_format": 3, "number": 2})
    text = "\n".join(summary(reworded, graded))
    for part in ("7 questions reworded", "5 stay as the grammar said them (off_format 3, number 2)",
                 "50 answers graded twice, 3 once", "70.0% (95 %: 56.2% to 80.9%)", "10 wrong ones taken",
                 "Cohen's kappa 0.40 (95 %: 0.12 to 0.62)"):  # fmt: skip
        assert part in text, text
    assert (grading({}), phrased({}), summary(None, None)) == (None, None, [])
