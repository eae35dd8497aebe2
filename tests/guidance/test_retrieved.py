"""Guidance by the words of sentences that are retrieved, and tf-idf by its formula."""

import math

import numpy as np

from stages.guidance._photos import Bags
from stages.guidance.retrieved import Config, RetrievedGuidance
from stages.resources.vocabulary import SPECIAL, Vocabulary
from tests.captions.animals import KINDS, examples, knowledge

TRAIN, OTHERS = examples(0, 40), examples(2, 12)
RESOURCES = knowledge(TRAIN)
VOCABULARY = RESOURCES.of(Vocabulary)


def place(word: str) -> int:
    return VOCABULARY.encode([word])[0] - len(SPECIAL)


def test_a_bag_weighs_words_by_how_often_they_are_said_and_how_few_photos_have_them() -> None:
    ids = {word: VOCABULARY.encode([word])[0] for word in ("a", "dog", "cat")}
    photos = [[(ids["a"], ids["dog"])], [(ids["a"], ids["cat"]), (ids["cat"],)], [(ids["a"],)], []]
    bag = Bags.count(photos, VOCABULARY).of([[(ids["a"], ids["dog"], ids["cat"], ids["cat"])]])[0]
    weights = {"a": math.log(4 / 3), "dog": math.log(4), "cat": 2 * math.log(4)}
    length = math.sqrt(sum(weight**2 for weight in weights.values()))
    for word, weight in weights.items():
        assert abs(bag[place(word)] - weight / length) < 1e-12
    assert np.count_nonzero(bag) == 3


def test_the_animal_of_the_photo_is_the_only_one_among_the_words_that_guide() -> None:
    stage = RetrievedGuidance(Config(sentences=4, components=3)).fit({"train": TRAIN}, RESOURCES)
    animals = [place(kind) for kind in KINDS]
    for number, guidance in enumerate(stage.predict(OTHERS.scenes, RESOURCES)):
        assert guidance.shape == (len(VOCABULARY) - len(SPECIAL),)
        assert np.flatnonzero(guidance[animals]).tolist() == [number % 4]


def test_a_training_photo_is_not_given_its_own_captions() -> None:
    stage = RetrievedGuidance(Config(sentences=2, components=3)).fit({"train": examples(0, 4)}, RESOURCES)
    animals = [place(kind) for kind in KINDS]
    for number, guidance in enumerate(stage.predict(examples(0, 4).scenes, RESOURCES)):
        assert guidance[animals[number]] == 0  # no other photo shows it
        assert guidance.any()
