import dataclasses
import json
import pickle
from pathlib import Path

import pytest

from pipeline.errors import BadOption, BadPlan, UnknownName
from pipeline.keys import Source
from pipeline.photos import Photos
from workflows.parameters import CommaList, HowToRun
from workflows.planning import find_plan, find_plans, plan_names

SCENES = Source("scenes", Photos(Path("unused")))


def test_every_shipped_plan_works_on_the_shipped_dataset() -> None:
    assert [plan.name for plan in find_plans(plan_names(), (), SCENES)] == list(plan_names())
    assert {"babytalk", "babytalk_oracle", "show_attend_tell", "human"} <= set(plan_names())


def test_a_swap_goes_to_every_plan_that_has_the_field_or_to_the_one_it_names() -> None:
    names = ("babytalk", "babytalk_oracle")
    everywhere = find_plans(names, ("graph=argmax",), SCENES)
    assert [plan.stages["graph"] for plan in everywhere] == ["argmax", "argmax"]
    one = find_plans(names, ("babytalk.graph=argmax",), SCENES)
    assert [plan.stages["graph"] for plan in one] == ["argmax", "crf"]


def test_a_swap_of_options_keeps_the_plans_other_options_and_is_in_the_title() -> None:
    before = find_plan("show_attend_tell").stage("captions").config
    (plan,) = find_plans(("show_attend_tell",), ("captions=show_attend_tell:beam=7",), SCENES)
    assert plan.stage("captions").config == dataclasses.replace(before, beam=7)
    assert "[captions: show_attend_tell:" in plan.title


@pytest.mark.parametrize(
    ("swap", "error"),
    [
        ("graph", BadOption),
        ("graph=", BadOption),
        ("grapf=crf", UnknownName),
        ("babytlak.graph=crf", UnknownName),
        ("grid=cnn_grid", BadPlan),
        ("graph=crf:most_objects=99", BadOption),
    ],
)
def test_a_bad_swap_is_refused(swap: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        find_plans(("babytalk",), (swap,), SCENES)


def test_two_plans_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "human.toml").write_text('[stages]\ncaptions = "human"\n')
    with pytest.raises(BadPlan, match="two plans are called 'human'"):
        find_plans(("human", str(tmp_path / "human.toml")), (), SCENES)


def test_captions_made_elsewhere_are_a_plan_by_their_file_and_count_by_their_content(tmp_path: Path) -> None:
    said = tmp_path / "their, system: 1.json"
    said.write_text(json.dumps([{"image_id": "test-00000", "caption": "A dog."}]))
    plan = find_plan(str(said))
    assert plan.name == "their, system: 1"
    first = plan.stage("captions").recipe()
    said.write_text(json.dumps([{"image_id": "test-00000", "caption": "A cat."}]))
    assert plan.stage("captions").recipe() != first


def test_how_to_run_survives_as_text() -> None:
    how = HowToRun(store="/a store/with:colon,comma", device="cuda:1", batch=4, processes=2)
    assert HowToRun.from_text(how.text) == how


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(BadOption, match="device 'gpu' should be auto, cpu, cuda"):
        HowToRun.from_text("run:device=gpu")


def test_an_unknown_name_survives_the_way_from_another_process() -> None:
    error = UnknownName("stage", "crff", ("crf",))
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (UnknownName, str(error))


def test_a_comma_list_is_a_tuple_on_both_sides() -> None:
    parameter = CommaList()
    assert parameter.parse(" a, b ,") == ("a", "b") == parameter.normalize(["a", "b"])
    assert parameter.serialize(("a", "b")) == "a,b"
