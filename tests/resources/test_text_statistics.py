"""The potentials against counts made by hand from five captions."""

from itertools import product
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.records import Truth
from pipeline.stage import Resources
from stages.language.english import parse
from stages.language.synonyms import Kind, canonical
from stages.resources.parses import Parses
from stages.resources.text_statistics import NONE, TextStatistics, TextStatisticsConfig

TRUTH = (
    Truth("a", ("A brown dog sits on the green grass.", "A puppy is on the grass.", "The dog is brown.")),
    Truth("b", ("A red car is near a dog.", "A dog lies under a car.")),
)


def _fitted(config: TextStatisticsConfig) -> TextStatistics:
    parses = Parses(NoOptions()).fit(TRUTH, Resources())
    return TextStatistics(config).fit(TRUTH, Resources({"parses": parses}))


@pytest.fixture(scope="module")
def parsed_only() -> TextStatistics:
    return _fitted(TextStatisticsConfig(phrases=0.0, prior=1.0))


def test_counts_merge_synonyms_and_tell_apart_what_is_named_without_an_attribute(parsed_only: TextStatistics) -> None:
    by_parse, by_phrase = parsed_only.attributes_
    assert by_parse == {"dog": {"brown": 2, NONE: 3}, "grass": {"green": 1, NONE: 1}, "car": {"red": 1, NONE: 1}}
    # The phrase "brown dog" is not in "The dog is brown."
    assert by_phrase == {"dog": {"brown": 1, NONE: 4}, "grass": {"green": 1, NONE: 1}, "car": {"red": 1, NONE: 1}}
    assert parsed_only.relations_[0] == {
        "dog": {"grass": {"on": 2}, "car": {"under": 1}},
        "car": {"dog": {"near": 1}},
    }


def test_attribute_potentials_are_smoothed_shares(parsed_only: TextStatistics) -> None:
    # brown: 2 of 9 attributes said; dog: 5 said, 2 of them brown; prior 1.
    assert parsed_only.attributes(["dog"], ["brown"])[0, 0] == pytest.approx((2 + 2 / 9) / (5 + 1))
    assert parsed_only.attributes(["puppy"], [NONE])[0, 0] == pytest.approx((3 + 5 / 9) / (5 + 1))
    # Of a boat nothing is said: it has the average.
    assert parsed_only.attributes(["boat"], ["red"])[0, 0] == pytest.approx(1 / 9)


def test_relation_potentials_are_smoothed_shares_of_both_directions(parsed_only: TextStatistics) -> None:
    # Four relations, one of them near. Of car as subject: 1 of 1 near; of dog as object: 1 of 1 near. prior 1.
    expected = ((1 + 1 / 4) / (1 + 1) + (1 + 1 / 4) / (1 + 1)) / 2
    table = parsed_only.relations(["car", "dog"], ["near", "under"])
    assert table[0, 1, 0] == pytest.approx((1 + expected / 2) / (2 + 1))
    # "dog near car" is never said: of dog as subject 0 of 3 near, of car as object 0 of 1.
    expected = ((0 + 1 / 4) / (3 + 1) + (0 + 1 / 4) / (1 + 1)) / 2
    assert table[1, 0, 0] == pytest.approx((0 + expected / 2) / (2 + 1))


def test_the_sources_are_mixed_by_weight() -> None:
    mixed = _fitted(TextStatisticsConfig(phrases=0.25, prior=1.0)).attributes(["dog"], ["brown"])[0, 0]
    by_parse, by_phrase = (2 + 2 / 9) / 6, (1 + 1 / 9) / 6
    assert mixed == pytest.approx(0.75 * by_parse + 0.25 * by_phrase)


def test_potentials_lie_between_0_and_1_and_add_up() -> None:
    text = _fitted(TextStatisticsConfig())
    labels, attributes = ["dog", "grass", "car", "boat"], ["brown", "green", "red", NONE]
    prepositions = ["on", "under", "near", "above"]
    for psi in (text.attributes(labels, attributes), text.relations(labels, prepositions)):
        assert psi.min() >= 0
        assert psi.max() <= 1
    np.testing.assert_allclose(text.attributes(labels, attributes).sum(axis=1), 1.0)
    both = text.relations(labels, prepositions).sum(axis=2)
    for one, two in product(range(4), repeat=2):
        if one != two:
            assert both[one, two] + both[two, one] == pytest.approx(1.0)


def test_prepositions_meet_their_synonyms(parsed_only: TextStatistics) -> None:
    table = parsed_only.relations(["dog", "grass"], ["on", "upon", "on top of"])
    assert table[0, 1, 0] == table[0, 1, 1] == table[0, 1, 2] > 0.5


def test_saved_and_loaded_statistics_answer_the_same(parsed_only: TextStatistics, tmp_path: Path) -> None:
    parsed_only.save_state(tmp_path)
    loaded = TextStatistics(parsed_only.config).load_state(tmp_path)
    np.testing.assert_array_equal(
        loaded.relations(["dog", "car"], ["near"]), parsed_only.relations(["dog", "car"], ["near"])
    )
    np.testing.assert_array_equal(loaded.attributes(["dog"], ["brown"]), parsed_only.attributes(["dog"], ["brown"]))


def test_every_word_known_is_a_word_of_a_training_caption(parsed_only: TextStatistics) -> None:
    said = {lemma for truth in TRUTH for one in parse(truth.captions) for lemma in one.lemmas}
    merged = {canonical(word, kind) for word in said for kind in get_args(Kind)}
    known: set[str] = set()
    for attributes, relations in zip(parsed_only.attributes_, parsed_only.relations_, strict=True):
        known.update(attributes, *attributes.values(), relations)
        known.update(
            word for others in relations.values() for other, counts in others.items() for word in (other, *counts)
        )
    assert known - {NONE} <= merged


def test_no_captions_at_all_give_potentials_of_0() -> None:
    parses = Parses(NoOptions()).fit((), Resources())
    text = TextStatistics(TextStatisticsConfig()).fit((), Resources({"parses": parses}))
    assert text.attributes(["dog"], ["brown"]).tolist() == [[0.0]]
    assert text.relations(["dog", "cat"], ["on"]).max() == 0.0
