"""The words that name a label."""

from stages.language.naming import naming
from stages.language.synonyms import match, meaning, synonyms

WORDS = ("a", "man", "women", "people", "dog", "puppies", "light", "lights", "traffic", "duck", "bird", "walks")


def test_a_label_is_named_by_whatever_means_it_or_something_narrower_in_singular_or_plural() -> None:
    assert naming("person", WORDS) == {"man", "women", "people"}
    assert naming("dog", WORDS) == {"dog", "puppies"}
    assert naming("bird", WORDS) == {"bird", "duck"}


def test_a_label_of_several_words_is_named_by_its_last() -> None:
    assert naming("traffic light", WORDS) == {"light", "lights"}


def test_what_no_word_means_is_named_by_none() -> None:
    assert naming("giraffe", WORDS) == frozenset()


def test_what_means_a_label_is_what_finds_it() -> None:
    table = synonyms()
    words = {*table.canonical["objects"], *table.broader}
    for label in ("person", "bird", "tvmonitor", "aeroplane", "duck", "sheep"):
        assert meaning(label) == {label} | {word for word in words if match(word, (label,))}
