import pytest

from stages.language.synonyms import canonical, match, spoken, synonyms, worn

COCO = """
    person, bicycle, car, motorbike, aeroplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign,
    parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella,
    handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard,
    surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange,
    broccoli, carrot, hot dog, pizza, donut, cake, chair, sofa, pottedplant, bed, diningtable, toilet, tvmonitor,
    laptop, mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase,
    scissors, teddy bear, hair drier, toothbrush
"""
PASCAL = """
    aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, diningtable, dog, horse, motorbike, person,
    pottedplant, sheep, sofa, train, tvmonitor
"""


def _labels(text: str) -> list[str]:
    return [label.strip() for label in text.split(",")]


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("puppy", "dog"),
        ("woman", "person"),
        ("guy", "person"),
        ("automobile", "car"),
        ("bike", "bicycle"),
        ("aeroplane", "airplane"),
        ("plane", "airplane"),
        ("kitten", "cat"),
        ("lawn", "grass"),
        ("street", "road"),
        ("lake", "water"),
        ("pottedplant", "potted plant"),
        ("quasar", "quasar"),
    ],
)
def test_synonyms_merge_to_one_word(word: str, label: str) -> None:
    assert canonical(word) == label


def test_a_canonical_word_is_its_own() -> None:
    for kind, table in synonyms().canonical.items():
        for word in set(table.values()):
            assert table[word] == word, f"{kind}: {word}"


def test_every_class_of_coco_and_pascal_is_known_and_distinct() -> None:
    for labels in (_labels(COCO), _labels(PASCAL)):
        assert len({canonical(label) for label in labels}) == len(labels)
        for label in labels:
            assert canonical(label) in synonyms().canonical["objects"], label


def test_pascal_labels_and_coco_labels_meet() -> None:
    official = ("airplane", "motorcycle", "couch", "potted plant", "dining table", "tv")
    for label, ours in zip(
        ("aeroplane", "motorbike", "sofa", "pottedplant", "diningtable", "tvmonitor"), official, strict=True
    ):
        assert match(label, official) == ours
        assert match(ours, _labels(PASCAL)) == label


def test_a_narrower_word_finds_the_broader_label_only_where_its_own_is_missing() -> None:
    assert match("duck", ("bird", "dog")) == "bird"
    assert match("duck", ("bird", "duck")) == "duck"
    assert match("bird", ("duck",)) is None
    assert match("grey", ("gray",), "attributes") == "gray"
    assert match("upon", ("in", "on"), "prepositions") == "on"


def test_people_are_in_their_colours_and_things_have_theirs() -> None:
    assert (worn("person", "red"), worn("man", "striped")) == ("red", "stripes")
    assert worn("dog", "brown") is worn("person", "happy") is None


def test_labels_are_spoken_as_english() -> None:
    assert [spoken(label) for label in ("tvmonitor", "diningtable", "dog")] == ["tv", "dining table", "dog"]
    assert [spoken(label) for label in ("Person", "traffic_light", "TVmonitor")] == ["person", "traffic light", "tv"]
    assert match("stoplight", ["Traffic_light"]) == "Traffic_light"
