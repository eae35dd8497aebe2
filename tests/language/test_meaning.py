"""Triplets that a person reads in a sentence."""

import pytest

from stages.language.english import parse
from stages.language.facts import undergone
from stages.language.meaning import NOTHING, Meaning, meanings

SENTENCES: dict[str, tuple[Meaning, ...]] = {
    "A man riding a horse on a beach.": (("person", "ride", "sand"), ("horse", "ride", "sand")),
    "A red bus parked on the street.": (("bus", "park", "road"),),
    "A black cow.": (("cow", NOTHING, NOTHING),),
    "There is a bird in the sky above a boat.": (("bird", NOTHING, "sky"), ("bird", NOTHING, "boat")),
    "A group of people stand on the beach.": (("person", "stand", "sand"),),
    "Several sheep of a farm.": (("sheep", NOTHING, NOTHING),),
    "A dog with a stick runs through the water.": (("dog", "run", "water"),),
    "Running quickly.": (),
    "": (),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_triplets_are_what_a_person_reads(sentence: str) -> None:
    assert meanings(next(iter(parse([sentence])))) == SENTENCES[sentence]


def test_what_something_is_done_to_has_the_verb_as_its_action() -> None:
    (one,) = parse(["A man is holding a puppy and a ball."])
    assert undergone(one) == [("dog", "hold"), ("sports ball", "hold")]
