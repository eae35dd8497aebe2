from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.records import Array, GraphNode
from stages.captions._gaps import NECESSARY
from stages.captions._items import Item
from stages.captions._phrases import caption
from stages.captions._sentences import Gaps, Path

GAPS = Gaps(
    (
        *NECESSARY,
        "the",
        "~",
        "is/are standing on the",
        "sits/sit near a",
        "has/have ~",
        "on the",
        "with ~",
        "and the",
        "is/are running .",
        "running .",
    )
)
LABELS = ("person", "dog", "sheep", "airplane", "umbrella", "bus", "skis", "grass", "sky", "tvmonitor", "fire hydrant")
ATTRIBUTES = (None, "red", "orange", "old", "striped")


@some.composite
def phrases(draw: some.DrawFn) -> list[Item]:
    """One to four items of different labels."""
    labels = draw(some.lists(some.sampled_from(LABELS), min_size=1, max_size=4, unique=True))
    items, place = [], 0
    for label in labels:
        count = draw(some.integers(1, 5))
        attribute = draw(some.sampled_from(ATTRIBUTES))
        nodes = tuple(GraphNode(place + at, label, attribute) for at in range(count))
        items.append(Item(nodes, "tv" if label == "tvmonitor" else label, attribute=attribute))
        place += count
    return items


@given(items=phrases(), seed=some.integers(0, 10_000))
def test_every_sentence_is_grammatical(items: list[Item], seed: int) -> None:
    taste = np.random.default_rng(seed).normal(size=len(GAPS.texts))

    def grow(path: Path, value: float, fit: Array) -> Array:
        return value + taste[fit]

    for _, path in GAPS.best(items, grow, width=3):
        said = caption([GAPS.sentence(path, items)])
        bare = [word.strip(".").lower() for word in said.words]
        assert said.text.endswith(".")
        assert said.text.count(".") == 1
        assert said.text[0].isupper()
        assert not any(mark in said.text for mark in ("/", "~", "  ", "None", ","))
        for word, following in pairwise(bare):
            assert word != following
            if word in ("a", "an"):
                assert (word == "an") == (following[0] in "aeiou")
        if bare[0] == "there":
            lasting = [at for at in range(1, len(items)) if not GAPS.texts[path[at]].startswith("and ")]
            shown = range(lasting[0] if lasting else len(items))
            assert all(GAPS.begins[path[at]] != "the" for at in shown)
        agreeing = {"is": False, "are": True, "sits": False, "sit": True, "has": False, "have": True}
        verbs = [word for word in bare if word in agreeing]
        assert len(verbs) == 1
        subjects = [items[0]]
        if bare[0] != "there":
            joined = next((at for at, gap in enumerate(path[1:]) if not GAPS.texts[gap].startswith("and ")), 0)
            subjects = items[: joined + 1]
        assert agreeing[verbs[0]] == (len(subjects) > 1 or subjects[0].is_plural)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_wide_beam_finds_the_best_of_all_sentences(count: int) -> None:
    items = [Item((GraphNode(at, label),), label) for at, label in enumerate(("dog", "grass", "bus")[:count])]
    rng = np.random.default_rng(count)
    unary, transition = rng.normal(size=(count + 1, len(GAPS.texts))), rng.normal(size=(len(GAPS.texts),) * 2)

    def grow(path: Path, value: float, fit: Array) -> Array:
        step: Array = value + unary[len(path)][fit]
        return step + transition[path[-1]][fit] if path else step

    def allowed(path: Path) -> bool:
        return all(path[at] in GAPS.allowed(path[:at], items) for at in range(len(path)))

    every = {
        path: sum(unary[at, gap] for at, gap in enumerate(path)) + sum(transition[a, b] for a, b in pairwise(path))
        for path in product(range(len(GAPS.texts)), repeat=count + 1)
        if allowed(path)
    }
    value, path = GAPS.best(items, grow, width=200)[0]
    assert value == pytest.approx(max(every.values()))
    assert path == max(every, key=lambda one: every[one])


@given(items=phrases())
def test_the_necessary_gaps_say_anything(items: list[Item]) -> None:
    gaps = Gaps(NECESSARY)
    ((_, path),) = gaps.best(items, lambda path, value, fit: np.zeros(len(fit)))
    said = caption([gaps.sentence(path, items)])
    assert said.words[0] == "There"
    assert said.words.count("and") == len(items) - 1


def test_nothing_is_said_of_a_noun_that_people_did_not_say_of_it() -> None:
    heard = {"is/are standing on the": (("dog",), ("dog",), ("grass",))}
    dog, bus, grass = (Item((GraphNode(at, label),), label) for at, label in enumerate(("dog", "bus", "grass")))
    index = GAPS.texts.index("is/are standing on the")

    def grow(path: Path, value: float, fit: Array) -> Array:
        return value + (fit == index)

    def said(items: list[Item], related: dict[tuple[str, str], str]) -> set[str]:
        gaps = Gaps(GAPS.texts, heard, related)
        return {gaps.texts[gap] for _, path in gaps.best(items, grow) for gap in path}

    assert "is/are standing on the" in said([dog, grass], {})
    assert "is/are standing on the" not in said([bus, grass], {})
    assert "is/are standing on the" not in said([dog, bus], {})
    assert "is/are standing on the" not in said([bus, dog, grass], {})
    assert "on the" not in said([bus, grass], {})
    assert "on the" in said([bus, grass], {("bus", "grass"): "on"})


def test_what_is_joined_by_and_takes_no_verb_or_preposition_that_people_did_not_say_of_it() -> None:
    texts = (*NECESSARY, "is/are milking a", "on the")
    heard = {
        "is/are milking a": (("person",), ("person",), ("cow", "goat")),
        "on the": (("person",), ("cow",), ("grass",)),
    }
    names = ("person", "cow", "goat", "boat", "grass")
    person, cow, goat, boat, grass = (Item((GraphNode(at, label),), label) for at, label in enumerate(names))
    listed, milking, on = (texts.index(text) for text in ("there is/are a", "is/are milking a", "on the"))

    def said(items: list[Item], related: dict[tuple[str, str], str]) -> list[str]:
        gaps = Gaps(texts, heard, related)

        def grow(path: Path, value: float, fit: Array) -> Array:
            return value + 2.0 * (fit == milking) + (fit == on) - 0.5 * (fit == listed)

        return [caption([gaps.sentence(path, items)]).text for _, path in gaps.best(items, grow)]

    assert said([person, cow, goat], {})[0] == "A person is milking a cow and a goat."
    assert "A person is milking a cow and a boat." not in said([person, cow, boat], {})
    assert said([person, cow, boat], {})[0] == "There is a person and a cow and a boat."
    assert "There is a cow on the grass and a boat." not in said([cow, grass, boat], {("cow", "grass"): "on"})
    both = {("cow", "grass"): "on", ("cow", "boat"): "on"}
    assert "There is a cow on the grass and a boat." in said([cow, grass, boat], both)


def test_a_narrow_beam_keeps_what_can_always_be_said() -> None:
    texts = (*NECESSARY, "is/are milking a", "with a")
    heard = {"is/are milking a": (("person",), ("person",), ("cow",)), "with a": (("person",), ("person",), ("cow",))}
    items = [Item((GraphNode(at, label),), label) for at, label in enumerate(("person", "cow", "boat"))]
    gaps = Gaps(texts, heard)
    ((_, path),) = gaps.best(items, lambda path, value, fit: value + 1.0 * (fit >= len(NECESSARY)), width=1)
    assert caption([gaps.sentence(path, items)]).text == "There is a person and a cow and a boat."
