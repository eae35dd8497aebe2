"""The words a captioner may say."""

from pathlib import Path

import pytest

from pipeline.errors import BadData
from pipeline.records import Truth
from pipeline.stage import Resources
from stages.resources.vocabulary import END, PAD, SPECIAL, START, UNKNOWN, Config, Vocabulary

TRUTH = (
    Truth("a", ("A dog runs.", "the dog's ball")),
    Truth("b", ("A cat runs", "a dog")),
    Truth("c"),
)


def fitted(**options: int) -> Vocabulary:
    return Vocabulary(Config(**options)).fit(TRUTH, Resources())


def test_words_are_kept_from_their_least_count_on() -> None:
    assert set(fitted(min_count=2).words_) == {"a", "dog", "runs"}
    assert set(fitted(min_count=1).words_) == {"a", "dog", "runs", "the", "'s", "ball", "cat"}


def test_order_is_by_count_and_then_by_alphabet_whatever_the_order_of_the_captions() -> None:
    turned = Vocabulary(Config(min_count=1)).fit(tuple(reversed(TRUTH)), Resources())
    assert fitted(min_count=1).words_ == turned.words_ == ("a", "dog", "runs", "'s", "ball", "cat", "the")


def test_ids_and_words_are_each_others_inverse_and_strangers_are_unknown() -> None:
    vocabulary = fitted(min_count=2)
    assert (PAD, START, END, UNKNOWN) == (0, 1, 2, 3)
    assert vocabulary.decode(vocabulary.encode(("a", "dog", "flies"))) == ("a", "dog", "<unk>")
    assert len(vocabulary) == len(SPECIAL) + 3


def test_a_vocabulary_without_words_is_refused() -> None:
    with pytest.raises(BadData, match="min_count"):
        fitted(min_count=50)


def test_it_is_the_same_after_saving(tmp_path: Path) -> None:
    vocabulary = fitted(min_count=1)
    vocabulary.save_state(tmp_path)
    again = Vocabulary(Config(min_count=1)).load_state(tmp_path)
    assert again.words_ == vocabulary.words_
    assert again.encode(("cat",)) == vocabulary.encode(("cat",))
