"""Krippendorff's alpha against his worked example, and its bounds."""

import pytest

from stages.analysis.agreement import alpha


def test_it_is_that_of_the_published_example() -> None:
    # Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), C: four observers, twelve units, gaps.
    rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    units = [[value for value in column if value is not None] for column in zip(*rows, strict=True)]
    assert alpha(units) == pytest.approx(0.743, abs=5e-4)


def test_full_agreement_is_one_and_systematic_disagreement_is_below_zero() -> None:
    assert alpha(["aa", "bb", "aa"]) == 1.0
    assert (alpha(["ab", "ab", "ab"]) or 0.0) < 0.0


def test_it_is_unknown_where_nobody_answered_twice_or_all_said_one_thing() -> None:
    assert alpha(["a", "b"]) is None
    assert alpha(["aa", "aaa"]) is None
    assert alpha([]) is None
