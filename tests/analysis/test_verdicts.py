"""What is said of every pair of systems."""

from itertools import combinations

import numpy as np
import pytest

from pipeline.config import NoOptions
from stages.analysis.randomisation import holm, p_values
from stages.analysis.verdicts import verdicts
from stages.metrics.rouge import Rouge
from tests.analysis.results import result

METRIC = Rouge(NoOptions())


def test_the_better_system_stands_first_and_only_clear_differences_are_separable() -> None:
    draw = np.random.default_rng(0)
    base = draw.random((1, 50, 1))
    noise = 0.01 * draw.standard_normal((1, 50, 1))
    results = {name: result(METRIC, rows) for name, rows in (("low", base), ("same", base + noise), ("high", base + 1))}
    names = [("low", "same"), ("low", "high"), ("same", "high")]
    pairs = {(first, second): (results[first], results[second]) for first, second in names}
    told = verdicts(METRIC, pairs)
    assert [(one.higher, one.lower, one.separable) for one in told[1:]] == [
        ("high", "low", True),
        ("high", "same", True),
    ]
    assert {told[0].higher, told[0].lower} == {"low", "same"}
    assert not told[0].separable
    assert told[1].difference == pytest.approx(1.0)
    raw = np.array([p["ROUGE-L"] for p in p_values(METRIC, pairs).values()])
    assert [one.p for one in told] == pytest.approx(raw.tolist())
    assert [one.adjusted for one in told] == pytest.approx(holm(raw).tolist())
    assert {(one.metric, one.references, one.photos) for one in told} == {("ROUGE-L", "leave_one_out", 50)}


def test_many_clearly_different_systems_are_all_separable() -> None:
    base = np.random.default_rng(0).random((1, 60, 1))
    systems = {f"system {place}": result(METRIC, base + place) for place in range(25)}
    pairs = {names: (systems[names[0]], systems[names[1]]) for names in combinations(systems, 2)}
    told = verdicts(METRIC, pairs)
    assert len(told) == 300
    assert all(one.separable for one in told)


def test_a_pair_without_a_difference_is_not_told() -> None:
    rows = np.random.default_rng(0).random((3, 1, 20, 1))
    rows[2] = np.nan
    a, b, silent = (result(METRIC, one) for one in rows)
    told = verdicts(METRIC, {("a", "b"): (a, b), ("a", "silent"): (a, silent), ("b", "silent"): (b, silent)})
    assert [{one.higher, one.lower} for one in told] == [{"a", "b"}]
    assert told[0].adjusted == told[0].p
