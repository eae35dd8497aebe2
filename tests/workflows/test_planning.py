import dataclasses
import json
import pickle
import shlex
from pathlib import Path

import pytest

from pipeline.errors import BadOption, BadPlan, UnknownName
from pipeline.keys import Source
from pipeline.photos import Photos
from pipeline.registry import choose
from workflows.compare import Compare
from workflows.parameters import CommaList, HowToRun
from workflows.planning import dataset_at, find_plan, find_plans, metrics_of, plan_names, seeded

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
        ("graph=crf,graph=argmax", BadOption),
    ],
)
def test_a_bad_swap_is_refused(swap: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        find_plans(("babytalk",), swap.split(","), SCENES)


def test_a_plan_that_draws_is_fitted_with_every_seed_and_one_that_does_not_once() -> None:
    families = seeded(find_plans(("adaptive", "human"), (), SCENES), ("0", "3"))
    assert [plan.name for plan in families["adaptive"]] == ["adaptive-seed0", "adaptive-seed3"]
    assert [plan.name for plan in families["human"]] == ["human"]
    before = find_plan("adaptive").stage("captions").config
    assert families["adaptive"][1].stage("captions").config == dataclasses.replace(before, seed=3)
    assert families["adaptive"][0].restrict("captions").text == find_plan("adaptive").restrict("captions").text
    assert [plan.name for plan in seeded(find_plans(("adaptive",), (), SCENES), ())["adaptive"]] == ["adaptive"]


def test_two_metrics_of_one_name_are_refused() -> None:
    assert metrics_of(("bleu", "fluency:order=1")) == ("bleu", "fluency:order=1")
    assert {"bleu", "cider", "novelty"} <= set(metrics_of(()))
    with pytest.raises(BadOption, match="metric fluency is given twice"):
        metrics_of(("fluency", "fluency:order=1"))


def test_a_seed_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadOption, match="'first'"):
        _ = Compare(plans=("human",), seeds=("first",)).families


def test_two_plans_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "human.toml").write_text('[stages]\ncaptions = "human"\n')
    with pytest.raises(BadPlan, match="two plans are called 'human'"):
        find_plans(("human", str(tmp_path / "human.toml")), (), SCENES)


def test_a_plan_may_build_on_shipped_ones_and_on_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('from = "babytalk"\n[stages]\ngraph = "argmax"\n')
    (tmp_path / "other.toml").write_text('from = ["mine.toml", "show_attend_tell"]\n')
    mine, other = find_plan(str(tmp_path / "mine.toml")), find_plan(str(tmp_path / "other.toml"))
    shipped = find_plan("babytalk").stages
    assert dict(mine.stages) == {**shipped, "graph": "argmax"}
    assert dict(other.stages) == {**mine.stages, **find_plan("show_attend_tell").stages}
    drawn = find_plan(str(tmp_path / "mine.toml"), "scenes")
    assert dict(drawn.stages) == {**find_plan("babytalk", "scenes").stages, "graph": "argmax"}


def test_a_plan_that_builds_on_itself_or_on_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('from = "two.toml"\n')
    (tmp_path / "two.toml").write_text('from = "one.toml"\n')
    with pytest.raises(BadPlan, match="in a circle, one from two from one"):
        find_plan(str(tmp_path / "one.toml"))
    (tmp_path / "two.toml").write_text('from = "babytlak"\n')
    with pytest.raises(BadPlan, match=r"two\.toml': unknown plan 'babytlak': did you mean 'babytalk'"):
        find_plan(str(tmp_path / "one.toml"))
    (tmp_path / "two.toml").write_text('from = "three.toml"\n')
    with pytest.raises(BadPlan, match=r"three\.toml' cannot be read"):
        find_plan(str(tmp_path / "one.toml"))


def test_captions_made_elsewhere_are_a_plan_by_their_file_and_count_by_their_content(tmp_path: Path) -> None:
    said = tmp_path / "their, system: 1.json"
    said.write_text(json.dumps([{"image_id": "test-00000", "caption": "A dog."}]))
    plan = find_plan(str(said))
    assert plan.name == "their, system: 1"
    first = plan.stage("captions").recipe()
    said.write_text(json.dumps([{"image_id": "test-00000", "caption": "A cat."}]))
    assert plan.stage("captions").recipe() != first


def test_how_to_run_survives_as_text() -> None:
    how = HowToRun(store="/a store/with:colon,comma", device="cuda:1", batch=4, processes=2, fit_processes=3)
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


ODD = "my photos, 2024: a+b=50%"


@pytest.mark.parametrize("name", ["flickr", "pascal_sentences", "coco", "karpathy"])
def test_a_dataset_at_a_folder_is_that_with_the_folder_as_its_root(name: str) -> None:
    assert choose("datasets", dataset_at(name, ODD)) == choose("datasets", f"{name}:{escaped(ODD)}")
    assert choose("datasets", dataset_at(f"{name}:tune=7", ODD)).config.root == ODD
    assert choose("datasets", dataset_at(f"{name}:tune=7", ODD)).config.tune == 7


def escaped(path: str) -> str:
    return "".join(character if character.isalnum() else f"%{ord(character):02X}" for character in path).replace(
        "%20", " "
    )


def test_a_folder_of_ones_own_photos_is_given_in_the_same_way() -> None:
    assert choose("datasets", dataset_at("folder", ODD)).config.paths == (ODD,)


def test_a_dataset_without_a_folder_stays_as_it_is() -> None:
    assert dataset_at("scenes:train=20", "") == "scenes:train=20"


def test_a_folder_where_none_is_needed_or_one_is_given_is_refused() -> None:
    with pytest.raises(BadOption, match="dataset 'scenes' is not read from a folder; leave out --dataset-root photos"):
        dataset_at("scenes", "photos")
    with pytest.raises(BadOption, match="dataset 'flickr:here' says where it is"):
        dataset_at("flickr:here", "there")


def test_the_command_of_a_comparison_can_be_pasted_into_a_shell() -> None:
    task = Compare(plans="human", dataset="flickr", dataset_root=ODD)
    words = shlex.split(task.command)
    assert words[words.index("--dataset-root") + 1] == ODD
    assert words[words.index("--dataset") + 1] == "flickr"


def test_babytalk_hog_has_no_network_anywhere() -> None:
    for fitted_on in ("scenes", "pascal_sentences"):
        (plan,) = find_plans(("babytalk_hog",), (), None, fitted_on)
        assert plan.stages["detections"] == "hog_svm"
        assert plan.stage("attributes").config.features == ("colour", "texture")
        assert set(plan.stages) == {"detections", "attributes", "relations", "graph", "captions"}
