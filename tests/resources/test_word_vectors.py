"""Words by their company: information counted by hand, likeness where company is shared."""

import math
from typing import Any

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.records import Truth
from pipeline.stage import Resources
from stages.resources.parses import Parses
from stages.resources.word_vectors import WordVectors, WordVectorsConfig, ppmi

CAPTIONS = (
    "A dog runs on the grass.",
    "A puppy sleeps on the grass.",
    "A cow runs on the grass.",
    "A cow sleeps on the grass.",
    "A red truck stops under the bridge.",
    "A red truck waits under the bridge.",
    "A red bus stops under the bridge.",
    "A red bus waits under the bridge.",
)


def fitted(*captions: str, **options: Any) -> WordVectors:
    truth = [Truth(f"t{at}", (caption,)) for at, caption in enumerate(captions)]
    resources = Resources({"parses": Parses(NoOptions()).fit(truth, Resources())})
    return WordVectors(WordVectorsConfig(**options)).fit(truth, resources)


def test_information_is_that_of_hand_counted_pairs() -> None:
    together = np.array([[0.0, 3.0, 1.0], [3.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    smooth = [4**0.75, 3**0.75, 1.0]
    shares = [number / sum(smooth) for number in smooth]
    found = ppmi(together)
    assert found[0, 1] == pytest.approx(math.log((3 / 8) / (4 / 8 * shares[1])))
    assert found[1, 0] == pytest.approx(math.log((3 / 8) / (3 / 8 * shares[0])))
    assert found[0, 2] == pytest.approx(max(0.0, math.log((1 / 8) / (4 / 8 * shares[2]))))
    assert found[1, 2] == found[0, 0] == 0.0
    assert not ppmi(np.zeros((2, 2))).any()


def test_pairs_are_counted_within_the_window_and_rare_words_hold_their_place() -> None:
    vectors = fitted("red red blue red", "blue green red", min_count=2, window=1)
    assert vectors.words_ == ("red", "blue")
    counts = vectors._together([("red", "red", "blue", "red"), ("blue", "green", "red")])
    np.testing.assert_array_equal(counts, [[2, 2], [2, 0]])


def test_words_that_keep_the_same_company_are_alike() -> None:
    vectors = fitted(*CAPTIONS, min_count=1, dimensions=6)
    cow, bus = vectors.likeness(["cow"], ["dog", "truck"])[0], vectors.likeness(["bus"], ["dog", "truck"])[0]
    assert cow[0] > cow[1] + 0.2
    assert bus[1] > bus[0] + 0.2


def test_synonyms_may_be_kept_apart() -> None:
    apart = fitted(*CAPTIONS, min_count=1, nouns="apart")
    assert {"dog", "puppy"} <= set(apart.words_)
    assert not np.allclose(apart.of(["dog"]), apart.of(["puppy"]))


def test_synonyms_are_one_word_and_equal_words_are_wholly_alike() -> None:
    vectors = fitted(*CAPTIONS, min_count=1)
    assert "puppy" not in vectors.words_
    assert "dog" in vectors.words_
    assert vectors.likeness(["unseen"], ["unseen", "dog", "other"]).tolist() == [[1.0, 0.0, 0.0]]
    alike = vectors.likeness(vectors.words_, vectors.words_)
    np.testing.assert_array_equal(np.diag(alike), 1.0)
    assert alike.min() >= 0.0
    assert alike.max() <= 1.0


def test_few_words_make_short_vectors_and_none_makes_none() -> None:
    assert fitted("dog cat", min_count=1).vectors_.shape == (2, 2)
    nobody = fitted("a dog", min_count=10)
    assert nobody.words_ == ()
    assert nobody.likeness(["dog"], ["dog", "cat"]).tolist() == [[1.0, 0.0]]
    assert nobody.likeness([], ["dog"]).shape == (0, 1)
