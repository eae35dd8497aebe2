"""Objects mentioned against objects present."""

import pytest

from stages.analysis.mentions import Mentions, object_mentions

LABELS = ("aeroplane", "dog", "person", "sofa", "bird")


def test_synonyms_plurals_and_several_mentions_count_once_a_photo() -> None:
    captions = ["A puppy and another dog sit on a couch.", "Two planes over a lake.", "Nothing to see here."]
    found = object_mentions(captions, [{"dog", "sofa"}, {"aeroplane", "person"}, {"bird"}], LABELS)
    assert found == Mentions(right=3, said=3, true=5)
    assert found.precision == 1.0
    assert found.recall == pytest.approx(3 / 5)


def test_what_is_not_there_counts_against_and_what_is_not_asked_about_does_not() -> None:
    found = object_mentions(["A man rides a horse by a bird."], [{"person", "horse"}], LABELS)
    assert found == Mentions(right=1, said=2, true=1)


def test_nothing_said_and_nothing_there_are_no_division_by_zero() -> None:
    nothing = object_mentions(["A view."], [set()], LABELS)
    assert (nothing.precision, nothing.recall) == (0.0, 0.0)
