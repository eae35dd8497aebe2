import pytest
from hypothesis import given
from hypothesis import strategies as some

from stages.language.inflection import article, is_mass, is_plural_only, number, ordinal, plural, value

WORDS = some.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("dog", "dogs"),
        ("bus", "buses"),
        ("bench", "benches"),
        ("toothbrush", "toothbrushes"),
        ("box", "boxes"),
        ("sky", "skies"),
        ("boy", "boys"),
        ("key", "keys"),
        ("person", "people"),
        ("woman", "women"),
        ("snowman", "snowmen"),
        ("human", "humans"),
        ("child", "children"),
        ("sheep", "sheep"),
        ("mouse", "mice"),
        ("knife", "knives"),
        ("bookshelf", "bookshelves"),
        ("giraffe", "giraffes"),
        ("couch", "couches"),
        ("tomato", "tomatoes"),
        ("skis", "skis"),
        ("wine glass", "wine glasses"),
        ("traffic light", "traffic lights"),
        ("hot dog", "hot dogs"),
    ],
)
def test_plurals_are_those_of_the_dictionary(one: str, many: str) -> None:
    assert plural(one) == many


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("dog", "a"),
        ("orange", "an"),
        ("elephant", "an"),
        ("umbrella", "an"),
        ("uniform", "a"),
        ("european car", "a"),
        ("one-eyed cat", "a"),
        ("hour", "an"),
        ("horse", "a"),
        ("old horse", "an"),
        ("urinal", "a"),
        ("uranium mine", "a"),
        ("usual day", "a"),
        ("urban street", "an"),
        ("urn", "an"),
        ("ups truck", "a"),
        ("upset child", "an"),
        ("usb-stick", "a"),
        ("SUV", "an"),
        ("lcd tv", "an"),
        ("x-ray", "an"),
        ("t-shirt", "a"),
        ("", "a"),
    ],
)
def test_articles_follow_the_sound(words: str, right: str) -> None:
    assert article(words) == right


@given(WORDS, WORDS)
def test_only_the_last_word_of_a_name_is_inflected(first: str, last: str) -> None:
    assert plural(f"{first} {last}") == f"{first} {plural(last)}"


@given(some.integers(0, 12))
def test_number_words_are_read_back(count: int) -> None:
    assert value(number(count)) == count


@given(some.integers(13, 10_000))
def test_large_numbers_are_digits_and_read_back(count: int) -> None:
    assert number(count) == str(count)
    assert value(number(count)) == count


def test_ordinals_end_as_they_should() -> None:
    assert [ordinal(place) for place in (1, 2, 10, 11, 12, 13, 21, 22, 103, 111)] == [
        "first", "second", "tenth", "11th", "12th", "13th", "21st", "22nd", "103rd", "111th",
    ]  # fmt: skip


def test_what_is_not_counted_is_told_apart() -> None:
    assert is_mass("grass")
    assert not is_mass("dog")
    assert is_plural_only("scissors")
    assert not is_plural_only("bus")
