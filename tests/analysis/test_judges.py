"""How far judges agree, where questions are about many pairs of systems."""

import itertools

import numpy as np
import pytest

from stages.analysis.choices import Choice
from stages.analysis.judges import agreement


@pytest.mark.parametrize("systems", [2, 3, 10])
def test_judges_who_toss_coins_agree_as_chance_does_however_many_systems_there_are(systems: int) -> None:
    draw, pairs = np.random.default_rng(0), itertools.cycle(itertools.permutations("abcdefghij"[:systems], 2))
    choices = [
        Choice(f"question {place}", judge, f"photo {place}", pair, 1 if draw.random() < 0.5 else 2)
        for place, pair in zip(range(3000), pairs, strict=False)
        for judge in ("one", "other")
    ]
    assert agreement(choices) == pytest.approx(0.0, abs=0.05)


def test_judges_of_one_mind_agree() -> None:
    answers = [("one", 1), ("other", 1), ("one", 2), ("other", 2)]
    choices = [
        Choice(f"question {place // 2}", judge, "photo", ("a", "b"), 1 if side == 1 else 2)
        for place, (judge, side) in enumerate(answers)
    ]
    assert agreement(choices) == 1.0
