"""Recall and median rank, counted by hand."""

import numpy as np

from stages.analysis.retrieval import retrieval


def test_the_first_right_answer_counts() -> None:
    scores = np.array([[0.9, 0.1, 0.5, 0.2], [0.9, 0.3, 0.2, 0.1]])
    right = np.array([[False, True, True, False], [False, False, False, True]])
    found = retrieval(scores, right)  # ranks 2 and 4
    assert found.recall == {1: 0.0, 5: 1.0, 10: 1.0}
    assert found.median_rank == 3.0


def test_a_model_that_gives_everything_one_score_finds_nothing_first() -> None:
    found = retrieval(np.zeros((12, 12)), np.eye(12, dtype=bool))
    assert found.recall == {1: 0.0, 5: 0.0, 10: 0.0}
    assert found.median_rank == 12.0
