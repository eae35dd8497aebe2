"""Perplexity against probabilities computed apart, faults, length and variety against counts by hand."""

import math
import random
from itertools import pairwise

import pytest

from stages.metrics.fluency import Fluency, FluencyConfig
from stages.resources._kneser_ney import END, START, UNKNOWN, estimate

ONE = ("A dog runs.", "The dog runs on the grass.")
OTHER = ("A red car on a road.", "A car.")


@pytest.fixture
def fluency() -> Fluency:
    return Fluency(FluencyConfig(order=2))


def by_definition(sentences: list[list[str]], known: list[list[str]]) -> float:
    """exp of the mean negative log of p(word | word before), backing off as the smoothing defines it."""
    probability, gamma = estimate(known, 2)
    logs = []
    for sentence in sentences:
        words = [START, *(word if (word,) in probability else UNKNOWN for word in sentence), END]
        for before, word in pairwise(words):
            share = probability.get((before, word)) or gamma.get((before,), 1.0) * probability[(word,)]
            logs.append(math.log(share))
    return math.exp(-sum(logs) / len(logs))


def test_a_photo_is_judged_by_the_captions_of_the_others(fluency: Fluency) -> None:
    rows = fluency.statistics(["A dog on a road.", "A red zebra."], [ONE, OTHER])
    first = by_definition([["a", "dog", "on", "a", "road"]], [["a", "red", "car", "on", "a", "road"], ["a", "car"]])
    second = by_definition(
        [["a", "red", "zebra"]], [["a", "dog", "runs"], ["the", "dog", "runs", "on", "the", "grass"]]
    )
    assert fluency.aggregate(rows[:1])["perplexity"] == pytest.approx(first, rel=1e-5)
    assert fluency.aggregate(rows[1:])["perplexity"] == pytest.approx(second, rel=1e-5)
    both = math.exp((6 * math.log(first) + 4 * math.log(second)) / 10)
    assert fluency.aggregate(rows)["perplexity"] == pytest.approx(both, rel=1e-5)


def test_its_own_references_do_not_make_a_caption_likelier(fluency: Fluency) -> None:
    def perplexity(own: tuple[str, ...]) -> float:
        return fluency.aggregate(fluency.statistics(["Zebras dance."], [own, OTHER])[:1])["perplexity"]

    assert perplexity(("Zebras dance.",)) == perplexity(("Something else.",))


def test_each_sentence_of_a_caption_stands_for_itself(fluency: Fluency) -> None:
    rows = fluency.statistics(["A car. A car.", "A car."], [ONE, ONE[:1]])
    together = fluency.statistics(["A car.", "A car."], [ONE, ONE[:1]])
    assert fluency.aggregate(rows[:1])["perplexity"] == pytest.approx(fluency.aggregate(together[:1])["perplexity"])
    assert rows[0, 1] == 6


def test_words_in_the_order_of_the_references_are_likelier_than_shuffled() -> None:
    words = ["a", "brown", "dog", "runs", "on", "the", "green", "grass", "near", "a", "red", "house"]
    shuffled = random.Random(3).sample(words, len(words))
    references = [(" ".join(words),), (" ".join(words) + " today",)]
    metric = Fluency(FluencyConfig())
    fluent, other = (
        metric.aggregate(metric.statistics([" ".join(said)] * 2, references))["perplexity"]
        for said in (words, shuffled)
    )
    assert fluent < other / 2


def test_length_faults_and_variety_are_counted(fluency: Fluency) -> None:
    found = fluency.aggregate(fluency.statistics(["A dog and a cat.", "A a dog. The dog runs with"], [ONE, OTHER]))
    assert found["words"] == (5 + 7) / 2
    assert found["grammar faults"] == 2 / 2  # a doubled "a", and nothing after "with"
    assert found["vocabulary"] == pytest.approx(7)  # a dog and cat the runs with
    assert found["distinct-1"] == pytest.approx(7 / 12)
    assert found["distinct-2"] == pytest.approx(8 / 9)  # a dog and a cat; a a dog; the dog runs with: "a dog" twice


def test_parts_of_the_photos_add_up_to_the_vocabulary(fluency: Fluency) -> None:
    rows = fluency.statistics(["A dog runs.", "A cat runs.", "A dog."], [ONE, OTHER, ("A bus.",)])
    parts = [fluency.aggregate(rows[[place]])["vocabulary"] for place in range(3)]
    assert sum(parts) == pytest.approx(4)


def test_a_caption_without_words_has_an_end_to_judge(fluency: Fluency) -> None:
    row = fluency.statistics(["", "A car."], [ONE, OTHER])[0]
    assert row[1:4].tolist() == [1, 0, 0]


def test_without_other_photos_there_is_no_perplexity(fluency: Fluency) -> None:
    assert math.isnan(fluency.aggregate(fluency.statistics(["A dog."], [ONE]))["perplexity"])


def test_no_caption_gives_no_row(fluency: Fluency) -> None:
    assert fluency.statistics([], []).shape == (0, 7)
