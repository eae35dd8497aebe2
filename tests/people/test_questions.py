"""What is asked is balanced, blind, and the same for the same seed."""

from collections import Counter

import pytest

from pipeline.errors import BadData
from tests.people.asking import SYSTEMS, asked, said
from workflows.people.questions import neat, page_id, questions


def test_every_two_systems_are_paired_equally_often() -> None:
    pairs = Counter(frozenset(question.systems) for question in asked(25, 0))
    assert sorted(pairs.values()) == [8, 8, 9]


def test_each_system_of_a_pair_is_on_either_side_equally_often() -> None:
    sides = Counter(question.systems for question in asked(27, 0))
    assert all(abs(sides[pair] - sides[pair[::-1]]) <= 1 for pair in sides)


def test_photos_that_were_used_less_come_first() -> None:
    assert max(Counter(question.photo for question in asked(30, 0)).values()) == 1
    assert len({question.photo for question in asked(60, 0)}) == 30


def test_captions_are_those_of_the_systems_under_that_photo() -> None:
    texts = said()
    for question in asked():
        assert question.captions == tuple(texts[system][question.photo] for system in question.systems)


@pytest.mark.parametrize("text", ["the dog 's ball , red , does n't roll .", " The dog's ball, red, doesn't roll"])
def test_captions_are_not_known_by_their_spelling(text: str) -> None:
    assert neat(text) == "The dog's ball, red, doesn't roll."


def test_equal_words_are_never_paired() -> None:
    texts = said(6)
    texts[SYSTEMS[0]] = {photo: text.upper().rstrip(".") for photo, text in texts[SYSTEMS[1]].items()}
    found = questions(texts, 100, 0, 0)
    assert {frozenset(question.systems) for question in found} == {
        frozenset((SYSTEMS[0], SYSTEMS[2])),
        frozenset((SYSTEMS[1], SYSTEMS[2])),
    }
    assert len(found) == 12  # all there are


def test_repeats_are_of_the_first_third_in_the_last_with_sides_swapped() -> None:
    found = asked(12, 4)
    place = {question.id: at for at, question in enumerate(found)}
    repeats = [question for question in found if question.of]
    assert len({question.of for question in repeats}) == len(repeats) == 4
    for question in repeats:
        first = found[place[question.of]]
        assert (question.systems, question.captions) == (first.systems[::-1], first.captions[::-1])
        assert place[first.id] < 4
        assert place[question.id] >= 8
    assert len(place) == 16


def test_the_seed_decides_everything() -> None:
    assert asked() == asked()
    assert page_id(asked()) == page_id(asked())
    assert [one.photo for one in asked()] != [one.photo for one in asked(seed=1)]
    assert page_id(asked()) != page_id(asked(seed=1))


def test_a_photo_that_one_system_lacks_is_not_asked_of_it() -> None:
    texts = said(4, SYSTEMS[:2])
    del texts[SYSTEMS[0]]["photo-002"]
    assert {question.photo for question in questions(texts, 9, 0, 0)} == {"photo-000", "photo-001", "photo-003"}


def test_a_third_at_most_is_asked_again() -> None:
    assert sum(bool(question.of) for question in asked(12, 5)) == 4


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(BadData, match="needs two systems, here is ann"):
        questions({"ann": {"p": "A dog."}}, 3, 0, 0)
    with pytest.raises(BadData, match="ann and bob say the same of every photo"):
        questions({"ann": {"p": "A dog."}, "bob": {"p": "a dog"}}, 3, 0, 0)
