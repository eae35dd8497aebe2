"""Which words may fill a slot: those that mean a class, in the numbers that the vocabulary has."""

from pipeline.records import Truth
from pipeline.stage import Resources
from stages.networks.slots import Slots, slots
from stages.resources.vocabulary import UNKNOWN, Config, Vocabulary


def of(captions: str, *labels: str) -> tuple[Slots, Vocabulary]:
    vocabulary = Vocabulary(Config(min_count=1)).fit([Truth("t", (captions,))], Resources())
    return slots(vocabulary, labels), vocabulary


def test_words_are_those_that_mean_a_class_or_something_narrower() -> None:
    found, vocabulary = of("a man with women, puppies by a duck on grass", "person", "dog", "bird", "zebra")
    assert found.classes == ("bird", "dog", "person", "zebra")
    named = {word: found.classes[kind] for word, kind in zip(found.words, found.belongs, strict=True)}
    assert named == {"man": "person", "woman": "person", "puppy": "dog", "duck": "bird"}
    forms = dict(zip(found.forms, found.ids, strict=True))
    said = {form for form, one in forms.items() if one != UNKNOWN}
    assert said == {"man", "women", "puppies", "duck"}
    assert vocabulary.decode(forms[form] for form in sorted(said)) == tuple(sorted(said))
    assert forms["puppy"] == forms["men"] == UNKNOWN


def test_labels_are_classes_under_every_name() -> None:
    found, _ = of("an aeroplane", "aeroplane", "diningtable")
    assert found.classes == ("airplane", "dining table")
    assert (found.class_of("plane"), found.class_of("table"), found.class_of("dog")) == (0, 1, -1)
    assert found.forms == ("aeroplane", "aeroplanes")


def test_a_word_of_an_unknown_detector_means_itself() -> None:
    found, _ = of("two gizmos", "gizmo")
    assert (found.words, found.forms) == (("gizmo",), ("gizmo", "gizmos"))
