"""Document frequencies of n-grams."""

import math
from pathlib import Path

import pytest

from pipeline.config import NoOptions
from pipeline.records import Truth
from pipeline.stage import Resources
from stages.language.cider import cider_d
from stages.resources.idf import Idf

TRUTH = (
    Truth("a", ("a dog runs", "a dog sits")),
    Truth("b", ("a cat sits",)),
    Truth("c", ("two dogs",)),
    Truth("nobody described this"),
)


def test_a_photo_counts_once_for_an_ngram_however_many_captions_have_it() -> None:
    idf = Idf(NoOptions()).fit(TRUTH, Resources())
    assert idf.photos_ == 3
    # distinct n-grams: a, dog, runs, sits, cat, two, dogs; bigrams and trigrams below; none of four words
    bigrams = {"a dog", "dog runs", "dog sits", "a cat", "cat sits", "two dogs"}
    trigrams = {"a dog runs", "a dog sits", "a cat sits"}
    assert len(idf.ngrams_) == 7 + len(bigrams) + len(trigrams)
    # in two photos: "a" and "sits"; everything else in one
    assert sorted(idf.counts_)[-2:] == [2, 2]
    assert idf.counts_.sum() == len(idf.ngrams_) + 2


def test_an_unseen_ngram_weighs_as_one_seen_once() -> None:
    frequencies = Idf(NoOptions()).fit(TRUTH, Resources()).frequencies
    strangers = frequencies.ngrams + 1  # next to known fingerprints, themselves unknown
    assert frequencies.idf(strangers) == pytest.approx(math.log(3))
    assert frequencies.idf(frequencies.ngrams).min() == pytest.approx(math.log(3 / 2))


def test_it_is_the_same_after_saving(tmp_path: Path) -> None:
    idf = Idf(NoOptions()).fit(TRUTH, Resources())
    idf.save_state(tmp_path)
    again = Idf(NoOptions()).load_state(tmp_path)
    said, references = [("a", "dog")], [[("a", "dog", "runs")]]
    assert (cider_d(said, references, again.frequencies) == cider_d(said, references, idf.frequencies)).all()
    assert again.ngrams_.dtype == idf.ngrams_.dtype
