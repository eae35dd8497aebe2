"""Words of sentences, and sentences of words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import detokenise, tokenise


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("A man, on a horse.", "a man on a horse"),
        ("The dog's ball isn't red!", "the dog 's ball is n't red"),
        ("Two dogs' toys; 'quoted' words", "two dogs toys quoted words"),
        ("They’re in a T-shirt - number 3.5", "they 're in a t-shirt number 3.5"),
        ("end.Next sentence... (really?)", "end next sentence really"),
        ("10,000 people & a cat", "10,000 people & a cat"),
        ("Ein Mädchen läuft über die Straße", "ein mädchen läuft über die straße"),
        ("एक हिन्दी वाक्य।", "एक हिन्दी वाक्य"),
        ("- -- ' .", ""),
        ("   ", ""),
    ],
)
def test_a_sentence_becomes_its_words(sentence: str, words: str) -> None:
    assert " ".join(tokenise(sentence)) == words


def test_composed_and_decomposed_letters_are_the_same_word() -> None:
    assert tokenise(unicodedata.normalize("NFD", "Café")) == tokenise(unicodedata.normalize("NFC", "café"))


def test_a_sentence_has_a_capital_and_a_full_stop() -> None:
    assert detokenise(("the", "dog", "'s", "ball", "is", "n't", "red")) == "The dog's ball isn't red."
    assert detokenise(()) == ""


@given(st.text(max_size=60))
def test_words_survive_being_made_a_sentence_and_read_again(text: str) -> None:
    words = tokenise(text)
    assert tokenise(" ".join(words)) == words
    assert all(word and word == word.strip() and " " not in word for word in words)
