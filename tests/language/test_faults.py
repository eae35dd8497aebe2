"""Faults of grammar, of one kind each, and the good sentences that look like them."""

import pytest

from stages.language.english import parse
from stages.language.faults import Faults, faults
from stages.language.reading import read

FAULTY = {
    "A apple lies on an table.": Faults(articles=2),
    "An urinal and a upset man.": Faults(articles=2),
    "The dogs is running on the grass.": Faults(agreement=1),
    "Two boys is playing with a ball and the cats sleeps.": Faults(agreement=2),
    "A man and a dog is running on the beach.": Faults(agreement=1),
    "There is two dogs on the grass.": Faults(agreement=1),
    "A man is standing on the the beach.": Faults(doubled=1),
    "A man is sitting with a.": Faults(unfinished=1),
    "A man is sitting on a": Faults(unfinished=1),
    "A dog is playing with.": Faults(unfinished=1),
    "A boy in a. A girl rides a horse.": Faults(unfinished=1),
}
GOOD = (
    "An hour ago a European man rode a unicycle past an unidentified umbrella.",
    "A man and a dog are running on the beach.",
    "A man is running and a dog is jumping.",
    "A group of people are sitting in a boat.",
    "A group of people is sitting in a boat.",
    "Two sheep are standing on the grass.",
    "There is a cat and a dog on the couch.",
    "There are one dog and one cat.",
    "There are two dogs and one cat. The first dog is near the cat.",
    "The dog has a ball to play with.",
    "Two dogs running through the snow",
    "A man in a leather jacket and cowboy hat walks through a mall.",
    "The furry brown and white dog is jumping around near a door.",
    "A man puts an lcd tv into a suv beside an suv and a lcd clock.",
    "An nba player and a nba fan sit near a ups truck, an ups van, a usb stick, an usb hub and an hdr picture.",
    "A urinal is next to a uranium mine.",
    "Two women outside and one is smoking",
    "A girl in a bikini top and shorts poses for a picture.",
)


@pytest.mark.parametrize("caption", FAULTY)
def test_each_fault_is_found_and_no_other(caption: str) -> None:
    assert faults(next(parse([caption]))) == FAULTY[caption]


@pytest.mark.parametrize("caption", GOOD)
def test_good_sentences_have_none(caption: str) -> None:
    assert faults(next(parse([caption]))).total == 0


def test_a_caption_without_words_has_no_fault() -> None:
    assert faults(next(parse([""]))) == Faults()


def test_a_caption_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    once = read(["A zebra waits by a an door."])
    monkeypatch.setattr("stages.language.reading.parse", lambda captions: pytest.fail(f"parsed again: {captions}"))
    assert read(["A zebra waits by a an door."] * 2) == once
