"""CIDEr-D against the field's own scorer."""

import random
import time
from typing import Any

import numpy as np
import pytest
from pycocoevalcap.cider.cider_scorer import CiderScorer

from stages.language.cider import DocumentFrequencies, cider_d, mutual_cider_d

Corpus = tuple[list[list[str]], list[list[list[str]]]]


def corpus(seed: int, photos: int, references: int = 5, words: int = 40, longest: int = 14) -> Corpus:
    """Random captions and references in which n-grams repeat, within a sentence and between photos."""
    chance = random.Random(seed)
    lexicon = [f"w{i}" for i in range(words)]

    def sentence() -> list[str]:
        return [lexicon[min(int(chance.expovariate(0.15)), words - 1)] for _ in range(chance.randint(1, longest))]

    return [sentence() for _ in range(photos)], [[sentence() for _ in range(references)] for _ in range(photos)]


def theirs(captions: list[list[str]], references: list[list[list[str]]]) -> Any:
    scorer = CiderScorer(n=4, sigma=6.0)
    for said, group in zip(captions, references, strict=True):
        scorer += (" ".join(said), [" ".join(words) for words in group])
    return scorer.compute_score()[1]


@pytest.mark.parametrize("seed", range(4))
def test_scores_equal_the_reference_implementations(seed: int) -> None:
    captions, references = corpus(seed, photos=60, references=1 + seed)
    captions[0], captions[1] = references[0][0], ["nobody", "says", "this", "nobody", "says", "this"]
    ours = cider_d(captions, references, DocumentFrequencies.count(references))
    np.testing.assert_allclose(ours, theirs(captions, references), atol=1e-6, rtol=0)


def test_photos_may_have_different_numbers_of_references_and_of_captions() -> None:
    captions, references = corpus(7, photos=30)
    references = [group[: 1 + place % 5] for place, group in enumerate(references)]
    frequencies = DocumentFrequencies.count(references)
    once = cider_d(captions, references, frequencies)
    np.testing.assert_allclose(once, theirs(captions, references), atol=1e-6, rtol=0)
    photos = [3, 3, 0, 29]
    again = cider_d([captions[photo] for photo in photos], references, frequencies, photos)
    np.testing.assert_allclose(again, once[photos], atol=1e-12)


def test_a_caption_equal_to_its_only_reference_scores_ten() -> None:
    sentence = ["a", "dog", "runs", "here"]
    frequencies = DocumentFrequencies.count([[sentence], [["two", "cats"]]])
    assert cider_d([sentence], [[sentence]], frequencies) == pytest.approx([10.0])


def test_saying_nothing_or_nothing_in_common_scores_zero() -> None:
    references = [[["a", "dog"]], [["a", "cat"]]]
    frequencies = DocumentFrequencies.count(references)
    assert cider_d([[], ["birds"]], references, frequencies).tolist() == [0.0, 0.0]
    assert cider_d([], [], frequencies).tolist() == []


@pytest.mark.slow
def test_the_rewards_of_a_batch_come_twenty_times_faster() -> None:
    captions, references = corpus(0, photos=80, words=2000)
    photos = [place // 5 for place in range(80)]  # five captions for each of sixteen photos
    frequencies = DocumentFrequencies.count(references)
    cider_d(captions, references[:16], frequencies, photos)
    began = time.perf_counter()
    for _ in range(20):
        cider_d(captions, references[:16], frequencies, photos)
    ours = (time.perf_counter() - began) / 20
    began = time.perf_counter()
    theirs(captions, [references[photo] for photo in photos])
    assert (time.perf_counter() - began) / ours > 20


def test_each_caption_scored_with_each_other_as_its_only_reference() -> None:
    captions, references = corpus(7, photos=6)
    captions += [captions[0], []]
    frequencies = DocumentFrequencies.count(references)
    found = mutual_cider_d(captions, frequencies)
    expected = [[cider_d([one], [[other]], frequencies)[0] for other in captions] for one in captions]
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert mutual_cider_d([], frequencies).shape == (0, 0)
