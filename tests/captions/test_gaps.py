import pytest

from stages.captions._gaps import aligned
from stages.language.english import parse

LABELS = ("person", "dog", "horse", "grass", "car", "road", "dining table", "bus")


@pytest.mark.parametrize(
    ("caption", "labels", "gaps"),
    [
        ("A dog is standing on the grass.", ("dog", "grass"), ("a", "is/are standing on the", ".")),
        ("Two dogs are standing on the grass.", ("dog", "grass"), ("a", "is/are standing on the", ".")),
        ("A man riding a brown horse.", ("person", "horse"), ("a", "is/are riding a", ".")),
        (
            "A woman and a dog sit at a wooden table.",
            ("person", "dog", "dining table"),
            ("a", "and a", "sits/sit at a", "."),
        ),
        ("The dog is running.", ("dog",), ("the", "is/are running .")),
        ("There is a black and white dog on the grass.", ("dog", "grass"), ("there is/are a", "on the", ".")),
        ("A dog in front of a parked car.", ("dog", "car"), ("a", "is/are in front of a", ".")),
        ("A group of people near a bus.", ("person", "bus"), ("a", "is/are near a", ".")),
        ("A man and his dog.", ("person", "dog"), ("there is/are a", "and the", ".")),
        ("A man in a hat is riding a horse.", ("person", "horse"), ("a", "is/are riding a", ".")),
        ("A man in red is riding a horse.", ("person", "horse"), ("a", "is/are riding a", ".")),
        ("A man without a hat sits on a horse.", ("person", "horse"), ("a", "sits/sit on a", ".")),
        ("A dog sitting on a rug.", ("dog",), ("a", "is/are sitting .")),
        ("A dog is lying on a rug next to a bus.", ("dog", "bus"), ("a", "is/are lying next to a", ".")),
        ("A picture of a dog on the grass.", ("dog", "grass"), ("a", "is/are on the", ".")),
        ("Dogs on grass.", ("dog", "grass"), ("a", "is/are on ~", ".")),
    ],
)
def test_what_stands_between_the_nouns_is_read_off(
    caption: str, labels: tuple[str, ...], gaps: tuple[str, ...]
) -> None:
    (parsed,) = parse([caption])
    found = aligned(parsed, LABELS)
    assert found is not None
    assert (found.labels, found.gaps) == (labels, gaps)


def test_a_caption_is_cut_before_what_has_no_label() -> None:
    (parsed,) = parse(["A man is riding a horse in a stadium."])
    found = aligned(parsed, LABELS)
    assert found is not None
    assert found.gaps == ("a", "is/are riding a", ".")


@pytest.mark.parametrize(
    "caption",
    [
        "A stadium.",
        "A man holding a trophy.",  # one noun is left, and what it does is not
        "There is no dog on the grass.",
        "A dog is not on the grass.",
        "Running fast.",
        "",
    ],
)
def test_what_cannot_be_used_is_left_out(caption: str) -> None:
    (parsed,) = parse([caption])
    assert aligned(parsed, LABELS) is None


def test_numbers_are_kept() -> None:
    (parsed,) = parse(["Several people are standing with a dog on the grass."])
    found = aligned(parsed, LABELS)
    assert found is not None
    assert found.numbers == ("many", "one", "mass")
    (parsed,) = parse(["A picture of a dog near a bus."])
    found = aligned(parsed, LABELS)
    assert found is not None
    assert found.numbers == ("one", "one")
