from itertools import pairwise, product

import numpy as np
import pytest

from stages.captions._gap_crf import GapCrf, described, learnt

NOTHING: dict[tuple[str, str], str] = {}


def test_the_normaliser_is_the_sum_over_all_sequences() -> None:
    rng = np.random.default_rng(0)
    unary, transition = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
    scores = [
        sum(unary[at, gap] for at, gap in enumerate(path)) + sum(transition[a, b] for a, b in pairwise(path))
        for path in product(range(3), repeat=4)
    ]
    crf = GapCrf({}, np.zeros((0, 3)), transition)
    assert crf.log_normaliser(unary) == pytest.approx(np.log(np.exp(scores).sum()))


def test_it_learns_what_stands_between_which_nouns() -> None:
    known = ("a", "rides a", "is on the", ".")
    riding = described(("person", "horse"), ("one", "one"), frozenset(), NOTHING)
    lying = described(("dog", "grass"), ("one", "mass"), frozenset({"grass"}), NOTHING)
    names, state, transition = learnt(
        [riding, lying] * 5, [("a", "rides a", "."), ("a", "is on the", ".")] * 5, known, l1=0.0, l2=0.1
    )
    crf = GapCrf({name: at for at, name in enumerate(names)}, state, transition)
    for seen, gap in ((riding, "rides a"), (lying, "is on the")):
        unary = crf.unary(seen)
        scores = {
            path: sum(unary[at, g] for at, g in enumerate(path)) + sum(transition[a, b] for a, b in pairwise(path))
            for path in product(range(4), repeat=3)
        }
        best = max(scores, key=lambda path: scores[path])
        assert [known[g] for g in best] == ["a", gap, "."]
        assert np.exp(scores[best] - crf.log_normaliser(unary)) > 0.8


def test_no_sentence_to_learn_from_gives_no_preference() -> None:
    names, state, transition = learnt([], [], ("a", "."), l1=0.0, l2=0.1)
    assert names == ()
    assert state.shape == (0, 2)
    assert not transition.any()
