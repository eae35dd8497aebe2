"""The meaning space and the four numbers of an edge, counted by hand."""

import numpy as np
import pytest

from stages.language.meaning import NOTHING
from stages.triplets._teaching import agreed, fullest, shares
from stages.triplets._values import Corpus, Values, learnt

CAPTIONS = [
    [("dog", "run", "grass")],
    [("dog", "run", "grass"), ("person", "watch", "grass")],
    [("dog", "sit", "sofa")],
    [("cat", NOTHING, "sofa")],
    [("bird", "fly", NOTHING)],
]
VALUES = Values((("dog", "cat"), ("run", "sit", NOTHING), ("grass", "sofa", NOTHING)))


def test_values_are_what_enough_captions_name_most_first() -> None:
    values = learnt(CAPTIONS, 2, (10, 10, 10))
    assert values.names == (("dog",), ("run", NOTHING), ("grass", "sofa", NOTHING))
    assert learnt(CAPTIONS, 1, (2, 2, 1)).names == (("dog", "bird"), ("run", "fly", NOTHING), ("grass", NOTHING))


def test_nothing_said_is_always_a_value_of_actions_and_scenes_and_never_of_objects() -> None:
    assert learnt([], 1, (5, 5, 5)).names == ((), (NOTHING,), (NOTHING,))


def test_unknown_objects_are_left_out_and_unknown_actions_and_scenes_are_nothing() -> None:
    assert VALUES.places([("dog", "run", "sofa"), ("bird", "run", "sofa")]) == [(0, 0, 1)]
    assert VALUES.places([("cat", "sleep", "bed"), ("cat", NOTHING, NOTHING)]) == [(1, 2, 2)]


# Four triplets: dog run grass, dog run grass, dog sit sofa, cat none sofa.
SAID = [(0, 0, 0), (0, 0, 0), (0, 1, 1), (1, 2, 1)]


def test_edge_numbers_are_those_of_a_hand_counted_corpus() -> None:
    doing, being, where = Corpus.count(SAID, VALUES.sizes).statistics()
    np.testing.assert_allclose(doing[0, 0], [3 / 4, 2 / 4, 2 / 4, (2 / 4) / (3 / 4 * 2 / 4)])
    np.testing.assert_allclose(doing[1, 2], [1 / 4, 1 / 4, 1 / 4, 4])
    np.testing.assert_allclose(doing[1, 0], [1 / 4, 2 / 4, 0, 0])
    np.testing.assert_allclose(being[0, 1], [3 / 4, 2 / 4, 1 / 4, (1 / 4) / (3 / 4 * 2 / 4)])
    np.testing.assert_allclose(being[0, 2], [3 / 4, 0, 0, 0])
    np.testing.assert_allclose(where[1, 1], [1 / 4, 2 / 4, 1 / 4, 2])


def test_counts_without_a_photo_are_counts_of_the_others() -> None:
    left = Corpus.count(SAID, VALUES.sizes).without([SAID[0], SAID[3]])
    others = Corpus.count([SAID[1], SAID[2]], VALUES.sizes)
    for mine, theirs in zip(left.statistics(), others.statistics(), strict=True):
        np.testing.assert_allclose(mine, theirs)


def test_a_corpus_of_nothing_has_numbers_of_zero() -> None:
    for edge in Corpus.count([], VALUES.sizes).statistics():
        assert not edge.any()


def test_the_triplet_agreed_upon_has_the_elements_said_most() -> None:
    # Votes: objects dog 3, cat 1; actions run 2, sit 1; scenes grass 2, sofa 2. (0, 0, 0) has 3 + 2 + 2.
    assert agreed([(1, 2, 1), (0, 1, 1), (0, 0, 0), (0, 0, 0)], VALUES.sizes) == (0, 0, 0)
    assert agreed([(0, 0, 1), (0, 1, 0)], VALUES.sizes) == (0, 0, 1)


def test_silence_about_action_and_scene_is_no_vote() -> None:
    # Three say no action of the dog, one says that it runs; all are counted for the dog.
    assert agreed([(0, 2, 2), (0, 2, 2), (0, 2, 2), (0, 0, 2)], VALUES.sizes) == (0, 0, 2)


def test_triplets_that_only_say_less_than_another_are_dropped() -> None:
    said = [(0, 2, 0), (0, 0, 0), (0, 0, 2), (0, 1, 2), (1, 2, 2), (0, 0, 0)]
    assert fullest(said, VALUES.sizes) == [(0, 0, 0), (0, 1, 2), (1, 2, 2)]


def test_what_is_taught_of_a_value_is_the_share_of_captions_that_name_it() -> None:
    two = [[CAPTIONS[0], CAPTIONS[2], [*CAPTIONS[0], *CAPTIONS[3]], CAPTIONS[4]], []]
    expected = [3 / 4, 1 / 4, 2 / 4, 1 / 4, 1 / 4, 2 / 4, 2 / 4, 0]
    assert shares(two, VALUES)[0].tolist() == pytest.approx(expected)
    assert not shares(two, VALUES)[1].any()
