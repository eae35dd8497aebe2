"""What the options of decoding do to a captioner as a stage."""

import dataclasses
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from pipeline.config import build
from pipeline.errors import BadOption, FieldNotAvailable
from pipeline.records import Caption, GraphNode, SceneGraph
from pipeline.registry import choose
from pipeline.stage import Resources, Runtime
from stages.captions.neuraltalk import Config, NeuralTalk
from tests.captions.animals import Examples, examples, knowledge

SMALL = Config(word=8, hidden=12, dropout=0.0, batch=8, learning_rate=0.02, epochs=4)
TOLD = SceneGraph(
    (GraphNode(0, "cat", margin=0.1), GraphNode(1, "horse", margin=2.0), GraphNode(2, "sofa", margin=3.0)), ()
)
"""The clearest is no word of the captions."""


@cache
def learned() -> tuple[NeuralTalk, Resources, Examples]:
    train, tune, others = (
        examples(split, many, lambda kind, chance: {"graph": TOLD}) for split, many in enumerate((16, 4, 6))
    )
    resources = knowledge(train)
    stage = NeuralTalk(SMALL, Runtime(device="cpu")).fit({"train": train, "tune": tune}, resources)
    return stage, resources, others


def speaking(batch: int = 32, photos: slice = slice(None), **options: Any) -> Sequence[tuple[Caption, ...]]:
    stage, resources, others = learned()
    other = NeuralTalk(dataclasses.replace(SMALL, **options), Runtime(device="cpu", batch=batch))
    other.trained_ = stage.trained_
    return other.predict(others.scenes[photos], resources)


def test_a_caption_names_the_clearest_objects_that_it_has_words_for() -> None:
    for (one,), (two,) in zip(speaking(must_say=1), speaking(must_say=2), strict=True):
        assert "horse" in one.words
        assert {"horse", "cat"} <= set(two.words)
        assert one.log_probability is not None
        assert two.log_probability is not None
        assert one.log_probability >= two.log_probability
    assert not all("horse" in caption.words for (caption,) in speaking())


def test_only_what_must_be_said_reads_the_graph_and_only_to_speak() -> None:
    plain, asked = NeuralTalk(SMALL), NeuralTalk(dataclasses.replace(SMALL, must_say=1))
    assert plain.reads() == plain.fit_reads() == asked.fit_reads() == ("grid",)
    assert asked.reads() == ("grid", "graph")
    stage, resources, others = learned()
    asked.trained_ = stage.trained_
    blind = [dataclasses.replace(scene, fields={"grid": scene.grid}) for scene in others.scenes]
    with pytest.raises(FieldNotAvailable, match="graph"):
        asked.predict(blind, resources)


def test_samples_hang_on_the_draw_and_not_on_the_batch() -> None:
    together = speaking(search="sample", n_best=2)
    assert [len(captions) for captions in together] == [2] * 6
    alone = [speaking(batch=1, photos=slice(place, place + 1), search="sample", n_best=2)[0] for place in range(6)]
    assert [[one.words for one in captions] for captions in alone] == [
        [one.words for one in captions] for captions in together
    ]
    assert speaking(search="sample", n_best=2, draw=1) != together


def test_diverse_captions_of_a_photo_differ() -> None:
    for captions in speaking(beam=1, groups=3, n_best=3, diversity=9.0):
        assert len({caption.words[0] for caption in captions}) == 3


def test_lengths_of_the_training_captions_are_remembered() -> None:
    # half of the captions have 3 words and an end, half have 7 and an end: a mean of 6, a deviation of 2
    assert learned()[0].trained_.lengths == (6.0, 2.0)
    off = [
        sum(abs(len(caption.words) - 5) for (caption,) in speaking(length_normalisation=name, beam=9))
        for name in ("gaussian", "none")
    ]
    assert off[0] < off[1]


@pytest.mark.parametrize("other", [{"search": "sample"}, {"groups": "2"}])
def test_what_does_not_go_together_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(BadOption, match="must_say=1"):
        build(Config, {"must_say": "1", **other}, "captions/neuraltalk")


@pytest.mark.parametrize(
    ("given", "use"),
    [
        ("top_k=5", "search=sample"),
        ("draw=5", "search=sample"),
        ("diversity=1.0", "groups=2 or more"),
        ("length_power=1.0:length_normalisation=mean", "length_normalisation=gnmt"),
        ("self_critical_rate=0.001", "self_critical=1 or more"),
        ("baseline=others", "self_critical=1 or more"),
        ("top_p=0.9", "search=sample"),
        ("temperature=0.5", "search=sample"),
        ("groups=2:search=sample", "search=beam"),
        ("samples=3", "self_critical=1 or more"),
        ("warm_up=5.0:epochs=5", "less than epochs=5"),
        ("fine_tune_share=0.1", "fine_tune=true"),
        ("fine_tune_from=2", "fine_tune=true"),
        ("fine_tune_from=9:fine_tune=true:epochs=5:self_critical=3", "fine_tune_from=8 or less"),
    ],
)
def test_what_would_do_nothing_is_refused(given: str, use: str) -> None:
    with pytest.raises(BadOption, match=f"{given.split(':')[0]} .*{use}"):
        choose("captions", f"neuraltalk:{given}")


@pytest.mark.parametrize(
    ("option", "most", "use"),
    [
        ("length_power", 10.0, {"length_normalisation": "gnmt"}),
        ("length_power", 10.0, {"length_normalisation": "polynomial"}),
        ("diversity", 100.0, {"groups": 2, "n_best": 6}),
    ],
)
def test_what_is_raised_to_a_power_or_charged_stays_a_number(option: str, most: float, use: dict[str, Any]) -> None:
    said = speaking(**use | {option: most})
    assert all(caption.words for captions in said for caption in captions)
    spelt = ":".join(f"{name}={value}" for name, value in use.items())
    with pytest.raises(BadOption, match=f"{option}.*between 0.0 and {most}"):
        choose("captions", f"neuraltalk:{option}=1e39:{spelt}")


@pytest.mark.parametrize(
    "given",
    [
        "search=sample:top_k=5:top_p=0.9:temperature=0.5:draw=3",
        "groups=2:diversity=1:length_normalisation=gnmt:length_power=1",
        "self_critical=1:self_critical_rate=1e-3:baseline=others:samples=2",
        "groups=2",
        "samples=3:self_critical=1",
        "samples=5",
        "fine_tune=true:fine_tune_share=0.1:fine_tune_from=8:epochs=5:self_critical=3",
    ],
)
def test_what_does_something_is_taken(given: str) -> None:
    choose("captions", f"neuraltalk:{given}").create()


def test_members_are_trained_apart_saved_together_and_speak_as_one(tmp_path: Path) -> None:
    train, tune, others = (examples(split, many) for split, many in enumerate((8, 4, 3)))
    resources, config = knowledge(train), dataclasses.replace(SMALL, epochs=1, seed=3, self_critical=1)
    runtime = Runtime(device="cpu", scratch=tmp_path / "scratch")
    both = NeuralTalk(dataclasses.replace(config, members=2), runtime).fit({"train": train, "tune": tune}, resources)
    assert len(both.trained_.log) == 4
    kept = both.trained_.network.state_dict()
    for place, seed in enumerate((6, 7)):
        alone = NeuralTalk(dataclasses.replace(config, seed=seed)).fit({"train": train, "tune": tune}, resources)
        for name, value in alone.trained_.network.state_dict().items():
            assert torch.equal(kept[f"parts.{place}.{name}"], value)
    (tmp_path / "saved").mkdir()
    both.save_state(tmp_path / "saved")
    again = NeuralTalk(both.config).load_state(tmp_path / "saved")
    assert again.predict(others.scenes, resources) == both.predict(others.scenes, resources)
