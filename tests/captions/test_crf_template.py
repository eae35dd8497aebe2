from pathlib import Path

from pipeline.records import Caption, Scene
from stages.captions.crf_template import CrfTemplate, CrfTemplateConfig
from tests.captions.small_text import CAT, CUP, DOG, GRASS, HORSE, PERSON, examples, fitted, graph_of, scene

CONFIG = CrfTemplateConfig(chance=0.4, weight=1.0, min_count=2)


def _say(photo: Scene, config: CrfTemplateConfig = CONFIG) -> Caption:
    train = examples()
    resources = fitted(train.truth)
    stage = CrfTemplate(config).fit({"train": train, "tune": examples(1)}, resources)
    ((caption,),) = stage.predict([photo], resources)
    return caption


def test_a_photo_is_said_as_people_say_such() -> None:
    assert _say(graph_of(DOG, GRASS, CUP, attribute="brown")).text == "A brown dog is standing on the grass."
    assert _say(graph_of(HORSE, PERSON)).text == "A person is riding a horse."


def test_several_are_counted_and_agree() -> None:
    assert _say(graph_of(DOG, DOG, GRASS)).text == "Two dogs are standing on the grass."


def test_the_order_of_the_graph_does_not_matter() -> None:
    assert _say(graph_of(GRASS, DOG)).text == _say(graph_of(DOG, GRASS)).text


def test_words_of_content_come_from_facts() -> None:
    caption = _say(graph_of(CAT, DOG, attribute="black"))
    assert not {"grass", "person", "horse", "man"} & {word.strip(".").lower() for word in caption.words}
    named = [why for why in caption.evidence if why is not None and why.kind == "detection"]
    assert {why.detection for why in named} <= {0, 1}


def test_every_word_says_why_and_the_sentence_how_likely() -> None:
    caption = _say(graph_of(DOG, GRASS))
    assert all(caption.evidence)
    verb = caption.evidence[caption.words.index("standing")]
    assert verb is not None
    assert [name for name, _ in verb.terms] == ["p of all gaps (CRF)", "p^ of the words (n-grams)"]
    assert all(0 < value <= 1 for _, value in verb.terms)
    assert caption.log_probability is not None
    assert caption.log_probability < 0


def test_nothing_detected_is_said_truly() -> None:
    assert _say(scene([], [])).text == "This is a photograph."


def test_what_is_not_given_is_chosen_on_tune_and_kept(tmp_path: Path) -> None:
    train = examples()
    resources = fitted(train.truth)
    stage = CrfTemplate(CrfTemplateConfig(min_count=2)).fit({"train": train, "tune": examples(1)}, resources)
    assert stage.weight_ in (0.5, 1.0, 2.0)
    assert stage.chance_ in (0.2, 0.3, 0.4, 0.5)
    stage.save_state(tmp_path)
    loaded = CrfTemplate(CrfTemplateConfig(min_count=2)).load_state(tmp_path)
    photo = [graph_of(DOG, GRASS, CUP)]
    assert loaded.predict(photo, resources) == stage.predict(photo, resources)
