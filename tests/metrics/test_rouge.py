"""ROUGE-L against the formula worked by hand: F = (1 + b^2) P R / (R + b^2 P), b = 1.2."""

import numpy as np
import pytest

from pipeline.config import NoOptions
from stages.metrics.rouge import Rouge


def value(caption: str, *references: str) -> float:
    return float(Rouge(NoOptions()).statistics([caption], [list(references)])[0, 0])


def test_the_subsequence_may_have_gaps_but_keeps_its_order() -> None:
    # longest common subsequence "a b d": 3 of 4 words of the caption, 3 of 5 of the reference
    precision, recall = 3 / 4, 3 / 5
    expected = (1 + 1.44) * precision * recall / (recall + 1.44 * precision)
    assert value("a b c d", "d a x b d") == pytest.approx(expected)


def test_best_precision_and_best_recall_may_come_from_two_references() -> None:
    # against "a b": P 2/4, R 1; against the longer one: P 3/4, R 3/8
    assert value("a b c d", "a b", "a b c e f g h i") == pytest.approx(2.44 * 0.75 / (1 + 1.44 * 0.75))


def test_equal_sentences_score_one_and_disjoint_ones_zero() -> None:
    assert value("a dog runs", "a dog runs") == pytest.approx(1.0)
    assert value("a dog runs", "two cats") == 0.0


def test_a_caption_without_words_scores_zero_even_beside_an_empty_reference() -> None:
    assert value("", "a dog") == value("", "") == 0.0


def test_the_corpus_value_is_the_mean_of_the_rows() -> None:
    assert Rouge(NoOptions()).aggregate(np.array([[0.2], [0.6]])) == {"ROUGE-L": pytest.approx(0.4)}


def test_no_caption_gives_no_row() -> None:
    assert Rouge(NoOptions()).statistics([], []).shape == (0, 1)
