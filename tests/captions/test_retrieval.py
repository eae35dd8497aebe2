"""Sentences found by what they mean: scores worked by hand, and never from the photo itself."""

import dataclasses
import time

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData, MissingDependency, NotFitted
from pipeline.records import Array, Caption, Image, Scene, Triplet, Truth
from pipeline.stage import Examples, Resources
from stages.captions._pool import Pool
from stages.captions.retrieval import Config, Retrieval, _agreement
from stages.language import lin
from stages.language.meaning import NOTHING, Meaning
from stages.resources.parses import Parses
from stages.resources.word_vectors import WordVectors, WordVectorsConfig

DOG, HORSE = ("dog", "run", "grass"), ("horse", "run", "grass")
CAT, BOAT = ("cat", "sleep", "dining table"), ("boat", "float", "water")
CAPTIONS = (
    ("A dog runs on the grass.", "The dog is running in the grass."),
    ("A cat sleeps on a table.", "A cat is sleeping on the table.", "A boat floats on the water."),
    ("A boat floats on the water.", "A boat is floating in the water."),
)
SEEN = ((DOG,), (CAT,), (BOAT,))


def equal(role: int, some: list[str], others: list[str]) -> Array:
    return np.array([[float(one == other) for other in others] for one in some])


def scene(name: str, *triplets: Meaning, sha: str = "") -> Scene:
    return Scene(Image(name, "", 1, 1, sha), {"triplets": tuple(Triplet(*triplet) for triplet in triplets)})


TRAIN = Examples(
    [scene(f"t{at}", *seen, sha=f"hash{at}") for at, seen in enumerate(SEEN)],
    [Truth(f"t{at}", texts) for at, texts in enumerate(CAPTIONS)],
)


def resources(truth: list[Truth] | None = None) -> Resources:
    told = list(TRAIN.truth) if truth is None else truth
    parses = Parses(NoOptions()).fit(told, Resources())
    vectors = WordVectors(WordVectorsConfig(min_count=1)).fit(told, Resources({"parses": parses}))
    return Resources({"parses": parses, "word_vectors": vectors})


RESOURCES = resources()


def fitted(**options: object) -> Retrieval:
    return Retrieval(dataclasses.replace(Config(), **options)).fit({"train": TRAIN}, RESOURCES)


def said(stage: Retrieval, *scenes: Scene) -> list[Caption]:
    return [caption for (caption,) in stage.predict(scenes, RESOURCES)]


def test_ranks_across_are_those_of_a_hand_worked_case() -> None:
    # The photo says dog first, horse second, cat third. Sentences: [cat, dog], [horse], [boat].
    pool = Pool.of([[CAT, DOG], [HORSE], [BOAT]])
    alike = pool.alike([DOG, HORSE, CAT], equal)
    # Likeness over elements: dog and horse share two of three; cat and dog none; boat nothing.
    by_kind = dict(zip((CAT, DOG, HORSE, BOAT), alike.T, strict=True))
    assert by_kind[DOG].tolist() == pytest.approx([1, 2 / 3, 0])
    assert by_kind[HORSE].tolist() == pytest.approx([2 / 3, 1, 0])
    assert by_kind[CAT].tolist() == pytest.approx([0, 0, 1])
    assert by_kind[BOAT].tolist() == [0, 0, 0]
    # Theirs: cat max(0, 0, 1/3), dog max(1, 1/3, 0): mean 2/3; horse max(2/3, 1/2): 2/3; boat 0.
    # Mine, k = 2, first: dog has cat 0, dog 1/2: 1/2; horse 1/3 of dog at 2: mean 5/12.
    # Second: dog 2/3, horse 1: mean 5/6.
    np.testing.assert_allclose(pool.cross_ranked(alike, 2), [2 / 3 + 5 / 12, 2 / 3 + 5 / 6, 0])
    # k = 3: cat on the first 1, on the second 0.
    np.testing.assert_allclose(pool.cross_ranked(alike, 3), [2 / 3 + (5 / 6 + 1) / 3, 2 / 3 + (5 / 3) / 3, 0])


def test_with_likeness_of_all_or_nothing_ranks_are_plain_inverse_ranks() -> None:
    pool = Pool.of([[BOAT, CAT], [CAT]])
    scores = pool.cross_ranked(pool.alike([CAT, BOAT], equal), 2)
    np.testing.assert_allclose(scores, [(1 / 2 + 1) / 2 + (1 / 2 + 1) / 2, 1 + (1 + 0) / 2])


def test_to_be_silent_about_the_same_is_not_to_mean_the_same() -> None:
    pool = Pool.of([[("dog", NOTHING, "grass")], [("dog", "run", "grass")]])
    asked = [("dog", NOTHING, "grass"), ("dog", "run", NOTHING)]
    np.testing.assert_allclose(pool.alike(asked, equal), [[2 / 3, 2 / 3], [1 / 3, 2 / 3]])


def test_captions_of_a_photo_agree_by_the_words_they_share_and_do_not_share() -> None:
    # Without vectors words are alike or not. Of "dog run grass" and "dog run", 2 of 3 words and 2 of 2 are shared.
    told = [("dog", "run", "grass"), ("dog", "run"), ("cat",)]
    nobody = WordVectors(WordVectorsConfig(min_count=1000)).fit(TRAIN.truth, RESOURCES)
    np.testing.assert_allclose(_agreement(told, nobody), [5 / 6 / 2, 5 / 6 / 2, 0])
    assert not _agreement(told[:1], nobody).any()


def test_the_sentence_that_means_the_same_is_said_as_its_author_wrote_it() -> None:
    found = said(fitted(text=0.0, image=0.0), scene("a", DOG), scene("b", CAT), scene("c", BOAT))
    assert [caption.text for caption in found] == [CAPTIONS[0][0], CAPTIONS[1][0], CAPTIONS[1][2]]


def test_by_text_alone_what_nobody_else_said_of_a_photo_is_not_borrowed() -> None:
    (caption,) = said(fitted(text=2.0, image=0.0), scene("c", BOAT))
    assert caption.text in CAPTIONS[2]
    stage = fitted()
    assert stage.typical_[4] == min(stage.typical_)  # a boat among two cats


def test_by_images_alone_a_photo_that_was_seen_alike_is_borrowed_from() -> None:
    (caption,) = said(fitted(text=0.0, image=1.0), scene("c", BOAT))
    assert caption.text == CAPTIONS[2][0]


def test_no_training_photo_says_its_own_captions_by_id_or_content() -> None:
    stage = fitted()
    for at, seen in enumerate(SEEN):
        by_id, by_content = said(stage, scene(f"t{at}", *seen), scene("renamed", *seen, sha=f"hash{at}"))
        others = {text for place, texts in enumerate(CAPTIONS) if place != at for text in texts}
        assert by_id.text in others
        assert by_content.text in others
        for caption in (by_id, by_content):
            assert caption.evidence[0] is not None
            assert f"said of t{at}" not in dict(caption.evidence[0].terms)


def test_every_word_names_the_photo_and_the_triplet_that_speaks_for_it() -> None:
    (caption,) = said(fitted(text=0.0, image=0.0), scene("b", BOAT, CAT, DOG, CAT))
    assert len(caption.evidence) == len(caption.words)
    for why in caption.evidence:
        assert why is not None
        assert why.kind == "triplet"
        assert [name for name, _ in why.terms] == ["said of t1", "means boat, float, water"]
        assert why.terms[1][1] == pytest.approx(1.0)


def test_words_that_no_classifier_knows_are_reached_by_likeness() -> None:
    (caption,) = said(fitted(text=0.0, image=0.0), scene("b", ("ship", "float", "water")))
    assert caption.text == CAPTIONS[1][2]


def test_a_photo_of_which_nothing_is_seen_or_nobody_else_spoke_is_called_a_photograph() -> None:
    assert said(fitted(), scene("a"))[0].text == "This is a photograph."
    one = Examples(TRAIN.scenes[:1], TRAIN.truth[:1])
    stage = Retrieval(Config()).fit({"train": one}, RESOURCES)
    assert said(stage, TRAIN.scenes[0])[0].text == "This is a photograph."


def test_captions_without_a_noun_are_passed_over_and_without_any_other_refused() -> None:
    truth = [Truth("t0", ("Running quickly.",)), *TRAIN.truth[1:]]
    stage = Retrieval(Config()).fit({"train": Examples(TRAIN.scenes, truth)}, resources(truth))
    assert "Running quickly." not in stage.captions_
    nobody = [Truth(item.id) for item in TRAIN.truth]
    with pytest.raises(BadData, match="no training caption has a noun"):
        Retrieval(Config()).fit({"train": Examples(TRAIN.scenes, nobody)}, resources(nobody))


def test_lin_is_asked_of_objects_and_scenes_and_never_of_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    def told(one: str, other: str) -> float:
        asked.add(one)
        return float(one == other)

    monkeypatch.setattr(lin, "check", lambda: None)
    monkeypatch.setattr(lin, "lin", told)
    (caption,) = said(fitted(similarity="lin"), scene("b", CAT))
    assert caption.text in CAPTIONS[1][:2]
    assert asked == {"cat", "dining table"}


def test_lin_without_wordnet_is_refused_before_anything_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise MissingDependency("similarity=lin needs nltk")

    monkeypatch.setattr(lin, "check", missing)
    with pytest.raises(MissingDependency):
        said(fitted(similarity="lin"), scene("b", CAT))


def test_retrieving_before_learning_is_refused() -> None:
    with pytest.raises(NotFitted):
        Retrieval(Config()).predict([scene("a", DOG)], RESOURCES)


@pytest.mark.slow
def test_thirty_thousand_sentences_are_scored_in_a_fraction_of_a_second() -> None:
    draw = np.random.default_rng(0)
    words = [f"w{at}" for at in range(300)]
    said_by_all = [
        [tuple(words[at] for at in draw.integers(0, 300, 3)) for _ in range(int(draw.integers(1, 4)))]
        for _ in range(30_000)
    ]
    pool = Pool.of(said_by_all)
    asked = [said_by_all[at][0] for at in range(20)]
    start = time.process_time()
    scores = pool.cross_ranked(pool.alike(asked, equal), 5)
    assert time.process_time() - start < 0.3
    assert scores[:20].min() > 0


def test_a_caption_without_words_is_not_borrowed_and_ends_nothing() -> None:
    odd = "\N{DOG FACE}"
    truth = [Truth("t0", (odd, *CAPTIONS[0])), *TRAIN.truth[1:]]
    stage = Retrieval(Config()).fit({"train": Examples(TRAIN.scenes, truth)}, resources(truth))
    plain = fitted()
    assert odd not in stage.captions_
    assert stage.captions_ == plain.captions_
    np.testing.assert_allclose(stage.typical_, plain.typical_, atol=1e-6)
