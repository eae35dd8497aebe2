import pytest

from stages.language.attribute_kinds import attribute_kinds, denied, kind, may_be, visible
from stages.language.synonyms import canonical
from stages.vision.colour_names import COLOUR_NAMES


@pytest.mark.parametrize(
    ("word", "attribute"),
    [
        ("grey", "gray"),
        ("silver", "gray"),
        ("tan", "brown"),
        ("fluffy", "furry"),
        ("wood", "wooden"),
        ("tiny", "small"),
    ],
)
def test_words_are_merged(word, attribute):
    assert visible(word) == attribute


@pytest.mark.parametrize("word", ["domestic", "many", "other", "american", "parked", "ready"])
def test_what_no_box_shows_is_no_attribute(word):
    assert visible(word) is None
    assert kind(word) is None


def test_the_colours_are_those_that_can_be_told_by_name():
    assert {name for name, of in attribute_kinds().kind.items() if of == "colour"} == set(COLOUR_NAMES)


def test_a_colour_denies_others_but_not_those_it_is_mistaken_for():
    assert {"black", "red", "green"} <= denied("white")
    assert "gray" not in denied("white")
    assert "white" not in denied("white")
    assert "orange" not in denied("brown")


def test_denial_is_mutual():
    for one in attribute_kinds().kind:
        for other in denied(one):
            assert one in denied(other)


def test_states_deny_their_opposite_alone():
    assert denied("wet") == {"dry"}
    assert denied("furry") == denied("wooden") == denied("unheard of") == frozenset()


def test_no_word_of_the_table_is_lost_by_the_synonyms():
    table = attribute_kinds()
    for word, attribute in table.spelt.items():
        assert visible(canonical(word, "attributes")) == attribute


def test_what_does_not_live_is_not_young():
    assert all(may_be(label, "young") for label in ("person", "boy", "puppy", "potted plant", "Person"))
    assert not any(may_be(label, "young") for label in ("oven", "fire hydrant", "surfboard"))
    assert may_be("oven", "old")
    assert may_be("contraption", "young")  # no table knows it
    assert all(canonical(label) == label for labels in attribute_kinds().only.values() for label in labels)
