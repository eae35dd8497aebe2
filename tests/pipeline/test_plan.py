from dataclasses import replace
from pathlib import Path

import PIL.Image
import pytest

from pipeline.errors import BadPlan
from pipeline.keys import Recipes, Source, check_truth, key_of
from pipeline.photos import Photos
from pipeline.plan import Plan
from pipeline.plan_file import read_plan

BABYTALK = Plan(
    "babytalk",
    {
        "detections": "hog_svm",
        "attributes": "logistic:labels=annotated",
        "relations": "prepositions",
        "graph": "crf",
        "captions": "template",
    },
)
NEURAL = Plan("neural", {"grid": "cnn_grid", "captions": "show_attend_tell"})

NO_PHOTOS = Photos(Path("unused"))
"""Drawn scenes have no files to look at."""


def recipes(plan: Plan, dataset: str = "scenes") -> Recipes:
    return Recipes(plan, Source(dataset, NO_PHOTOS))


def keys(plan: Plan, dataset: str = "scenes") -> dict[str, str]:
    source = Source(dataset, NO_PHOTOS)
    return {written: key_of(recipes(plan, dataset).column(written, source, "test")) for written in plan.stages}


def changed(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {written for written in one if one[written] != other[written]}


def test_a_field_that_nothing_writes_is_named_with_its_reader() -> None:
    with pytest.raises(BadPlan, match="captions/template reads graph, which nothing writes"):
        Plan("bad", {"detections": "oracle", "captions": "template"}).check()


def test_a_plan_without_captions_is_refused() -> None:
    with pytest.raises(BadPlan, match="writes no captions"):
        Plan("bad", {"detections": "oracle"}).check()


@pytest.mark.parametrize("folds", [1, 2.5, "two"])
def test_folds_are_two_or_more(folds: object) -> None:
    with pytest.raises(BadPlan, match="2 or more"):
        Plan("bad", BABYTALK.stages, folds={"detections": folds}).check()  # type: ignore[dict-item]


def test_text_and_plan_are_one() -> None:
    assert Plan.from_text(BABYTALK.text).stages == BABYTALK.stages
    assert Plan.from_text(BABYTALK.text).text == BABYTALK.text


def test_unknown_names_in_a_file_are_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[stages]\ncaptions = "tempalte"\n')
    with pytest.raises(BadPlan, match=r"mine\.toml': unknown captions choice 'tempalte': did you mean 'template'"):
        read_plan(file)
    file.write_text('[stages]\ncaption = "template"\n')
    with pytest.raises(BadPlan, match=r"mine\.toml': unknown field 'caption': did you mean 'captions'"):
        read_plan(file)
    file.write_text('[stages]\ncaptions = "template:lone=b"\n')
    with pytest.raises(BadPlan, match=r"mine\.toml': captions/template: lone='b' should be"):
        read_plan(file)
    file.write_text('[stages]\ncaptions = "template"\n[fitted_on.scenes]\ncaptions = "human"\n')
    with pytest.raises(
        BadPlan, match=r"unknown part of \[fitted_on.scenes\] 'captions': known: folds, resources, stages"
    ):
        read_plan(file)
    file.write_text("[stages]\ncaptions = 3\n")
    with pytest.raises(BadPlan, match="captions = 3 should be a text"):
        read_plan(file)
    file.write_text("not toml at all")
    with pytest.raises(BadPlan, match="cannot be read"):
        read_plan(file)


def test_restricting_keeps_the_ancestors_of_a_field_alone() -> None:
    assert set(BABYTALK.restrict("attributes").stages) == {"detections", "attributes"}
    assert (
        BABYTALK.restrict("detections").text
        == BABYTALK.swap("captions", "template:style=short").restrict("detections").text
    )


def test_a_predict_option_changes_no_model() -> None:
    wider = NEURAL.swap("captions", "show_attend_tell:beam=5")
    assert key_of(recipes(NEURAL).model("captions")) == key_of(recipes(wider).model("captions"))
    assert changed(keys(NEURAL), keys(wider)) == {"captions"}


def test_a_swap_changes_what_comes_after_it_and_nothing_before() -> None:
    assert changed(keys(BABYTALK), keys(BABYTALK.swap("graph", "argmax"))) == {"graph", "captions"}
    assert changed(keys(BABYTALK), keys(BABYTALK.swap("relations", "oracle"))) == {"relations", "graph", "captions"}


def test_more_training_photos_change_what_learns_and_not_what_is_stateless() -> None:
    assert "grid" not in changed(keys(NEURAL), keys(NEURAL, "scenes:train=400"))
    assert "captions" in changed(keys(NEURAL), keys(NEURAL, "scenes:train=400"))


def test_the_size_of_the_test_split_changes_no_model() -> None:
    small = recipes(BABYTALK, "scenes:test=20")
    assert all(key_of(small.model(w)) == key_of(recipes(BABYTALK).model(w)) for w in BABYTALK.stages)


def test_truth_enters_the_key_of_an_oracle_alone() -> None:
    oracle = BABYTALK.swap("detections", "oracle")
    source = Source("scenes", NO_PHOTOS)
    assert recipes(oracle).column("detections", source, "test")["truth"]
    assert not recipes(BABYTALK).column("detections", source, "test")["truth"]
    assert oracle.sees_truth() == ("detections",)


def test_where_photos_lie_enters_the_key_of_a_stage_that_looks_at_their_paths_alone(tmp_path: Path) -> None:
    photos, sources = Photos(tmp_path / "db"), []
    for place in ("one", "other"):
        (tmp_path / place / "holiday").mkdir(parents=True)
        PIL.Image.new("RGB", (4, 3)).save(tmp_path / place / "holiday" / "a.png")
        sources.append(Source(f"folder:{tmp_path / place / 'holiday'}", photos))
    (tmp_path / "said.json").write_text('{"one/holiday/a.png": "A dog."}')
    there = Plan("", {"detections": "nanodet", "captions": f"from_file:{tmp_path / 'said.json'}"})
    found = [{written: recipes(there).column(written, source, "all") for written in there.stages} for source in sources]
    assert found[0]["captions"] != found[1]["captions"]
    assert found[0]["detections"] == found[1]["detections"]
    assert "where" not in found[0]["detections"]


@pytest.mark.usefixtures("outside")
def test_cross_fitting_asks_for_a_model_a_part_and_changes_only_what_learns_from_it() -> None:
    plain = Plan("plain", {"detections": "oracle", "attributes": "remembers", "captions": "learns"})
    folded = Plan("folded", plain.stages, folds={"attributes": 3})
    source = Source("scenes", NO_PHOTOS)
    column = recipes(folded).column("attributes", source, "train", learning=True)
    assert len(set(column["models"])) == 3
    assert changed(keys(folded), keys(plain)) == {"captions"}


@pytest.mark.usefixtures("outside")
def test_cross_fitting_reaches_what_is_read_through_other_stages() -> None:
    stages = {"detections": "hog_svm", "attributes": "remembers", "captions": "learns"}
    plain, folded = Plan("", stages), Plan("", stages, folds={"detections": 3})
    source = Source("scenes", NO_PHOTOS)
    columns = [recipes(plan).column("attributes", source, "train", learning=True) for plan in (plain, folded)]
    assert key_of(columns[0]) != key_of(columns[1])
    assert key_of(recipes(plain).model("captions")) != key_of(recipes(folded).model("captions"))


def test_a_stateless_stage_is_not_cross_fitted() -> None:
    assert recipes(Plan("folded", NEURAL.stages, folds={"grid": 3})).folds("grid", "train") == 0


def test_a_model_does_not_hang_on_what_only_its_predictions_read() -> None:
    other = BABYTALK.swap("detections", "oracle")
    assert key_of(recipes(other).model("attributes")) == key_of(recipes(BABYTALK).model("attributes"))
    assert changed(keys(other), keys(BABYTALK)) == set(BABYTALK.stages)


FILE = """
[stages]
detections = "oracle"
captions = "human"
[resources]
vocabulary = "vocabulary:min_count=2"
[fitted_on.scenes.stages]
detections = "hog_svm"
[fitted_on.scenes.resources]
vocabulary = "vocabulary:min_count=3"
"""


def test_what_is_otherwise_on_a_dataset_is_so_where_the_plan_is_fitted_on_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(FILE)
    usual, drawn = read_plan(file, "folder"), read_plan(file, "scenes")
    assert usual == read_plan(file)
    assert dict(usual.stages) == {"detections": "oracle", "captions": "human"}
    assert dict(drawn.stages) == {"detections": "hog_svm", "captions": "human"}
    assert drawn.resources["vocabulary"] == "vocabulary:min_count=3"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("[fitted_on.scnes.stages]", "did you mean 'scenes'"),
        ("[fitted_on.scenes.stage]", "did you mean 'stages'"),
        ("[fitted_on]\nscenes = 3", "should be a table"),
        ("[fitted_on.scenes]\nstages = 3", "should be a table"),
        ("[fitted_on.scenes.stages]\ndetections = 3", "should be a text"),
    ],
)
def test_what_is_wrong_for_a_dataset_is_named_also_when_it_is_not_asked_for(
    wrong: str, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'[stages]\ncaptions = "human"\n{wrong}\n')
    with pytest.raises(BadPlan, match=says):
        read_plan(file)


BASES = {
    "boxes": Plan("boxes", {"detections": "nanodet:least=0.2:most=20", "captions": "human"}, folds={"detections": 3}),
    "words": Plan("words", {"captions": "template:lone=a:style=short"}, {"vocabulary": "vocabulary:min_count=3"}),
    "fewer": Plan("fewer", {"captions": "template:lone=a"}),
}


def built(tmp_path: Path, text: str, fitted_on: str = "") -> Plan:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    return read_plan(file, fitted_on, BASES.__getitem__)


def test_a_plan_from_another_says_what_is_otherwise(tmp_path: Path) -> None:
    plan = built(tmp_path, 'from = "boxes"\ntitle = "mine"\n[stages]\ndetections = "nanodet:most=9"\n')
    assert dict(plan.stages) == {"detections": "nanodet:least=0.2:most=9", "captions": "human"}
    assert (plan.name, plan.title, plan.folds) == ("mine", "mine", {"detections": 3})


def test_of_several_plans_the_later_ones_fields_stand_with_all_their_options(tmp_path: Path) -> None:
    over = '[stages]\ncaptions = "template:style=babytalk"\n[resources]\nvocabulary = "vocabulary:longest=9"\n'
    plan = built(tmp_path, f'from = ["boxes", "words"]\n{over}')
    assert plan.stages["captions"] == "template:lone=a"  # style=babytalk is the default
    assert plan.stages["detections"] == BASES["boxes"].stages["detections"]
    assert plan.resources == {"vocabulary": "vocabulary:longest=9:min_count=3"}
    other = built(tmp_path, 'from = ["words", "boxes"]\n')
    assert other.stages["captions"] == "human"
    fewer = built(tmp_path, 'from = ["words", "fewer"]\n')
    assert fewer.stages["captions"] == "template:lone=a"  # its style is the default


def test_a_field_with_an_empty_text_is_left_out_with_what_concerns_it(tmp_path: Path) -> None:
    plan = built(tmp_path, 'from = "boxes"\n[stages]\ndetections = ""\n')
    plan.check()
    assert (set(plan.stages), plan.folds) == ({"captions"}, {})
    text = '[stages]\ndetections = "oracle"\ncaptions = "human"\n[fitted_on.scenes.stages]\ndetections = ""\n'
    assert set(built(tmp_path, text, "scenes").stages) == {"captions"}


def test_what_is_otherwise_on_a_dataset_is_laid_over_what_the_other_plan_has_there(tmp_path: Path) -> None:
    text = 'from = "boxes"\n[stages]\ndetections = "nanodet:most=9"\n'
    text += '[fitted_on.scenes.stages]\ndetections = "hog_svm"\n'
    assert built(tmp_path, text, "scenes").stages["detections"] == "hog_svm"
    assert built(tmp_path, text, "flickr").stages["detections"] == "nanodet:least=0.2:most=9"


@pytest.mark.parametrize("wrong", ["3", "[3]", '""', '["boxes", ""]', "{ a = 1 }"])
def test_what_is_no_plan_to_build_on_is_refused(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(BadPlan, match="should be a plan, or a list of them"):
        built(tmp_path, f"from = {wrong}\n")


def test_what_stands_in_changes_what_is_read_and_no_model_of_what_comes_after() -> None:
    stood, swapped = BABYTALK.stand_in("detections", "oracle"), BABYTALK.swap("detections", "oracle")
    assert changed(keys(BABYTALK), keys(stood)) == set(BABYTALK.stages)
    assert key_of(recipes(stood).model("graph")) == key_of(recipes(BABYTALK).model("graph"))
    assert key_of(recipes(swapped).model("graph")) != key_of(recipes(BABYTALK).model("graph"))
    assert stood.sees_truth() == ("detections",)


def test_what_stands_in_and_learns_does_so_from_the_stages_of_the_plan() -> None:
    stood = BABYTALK.stand_in("detections", "oracle").stand_in("graph", "crf:attribute_image=2")
    alone = BABYTALK.swap("graph", "crf:attribute_image=2")
    assert key_of(recipes(stood).model("graph")) == key_of(recipes(alone).model("graph"))


def test_a_field_of_another_photo_changes_only_what_reads_it() -> None:
    foreign = replace(NEURAL, foreign=("grid",))
    assert changed(keys(NEURAL), keys(foreign)) == {"captions"}
    assert key_of(recipes(foreign).model("captions")) == key_of(recipes(NEURAL).model("captions"))


def test_a_restricted_plan_keeps_what_stands_in_and_what_it_stands_in_for() -> None:
    stood = replace(BABYTALK.stand_in("detections", "oracle").stand_in("attributes", "oracle"), foreign=("graph",))
    graph, captions = stood.restrict("graph"), stood.restrict("captions")
    assert Plan.from_text(captions.text).text == captions.text
    assert dict(graph.fitted) == dict(stood.fitted)
    assert (graph.foreign, captions.foreign) == ((), ("graph",))
    assert stood.restrict("relations").text == BABYTALK.stand_in("detections", "oracle").restrict("relations").text
    source = Source("scenes", NO_PHOTOS)
    assert recipes(captions).column("captions", source, "test") == recipes(stood).column("captions", source, "test")


def test_a_stage_that_only_a_fit_needs_stays_when_another_stands_in() -> None:
    plan = Plan("", {"grid": "cnn_grid", "concepts": "cnn_multilabel", "captions": "att_lstm:image=false"})
    stood = plan.stand_in("concepts", "oracle").restrict("captions")
    assert "grid" in stood.stages
    assert stood.stand_in("concepts", "oracle").restrict("concepts").stages == {"concepts": "oracle"}
    assert key_of(recipes(stood).model("captions")) == key_of(recipes(plan).model("captions"))


def test_true_concepts_are_those_of_true_captions() -> None:
    plan = Plan("", {"concepts": "oracle", "captions": "att_lstm:image=false"})
    check_truth(plan, Source("scenes", NO_PHOTOS))


def test_a_stage_that_stands_in_for_itself_changes_nothing() -> None:
    assert BABYTALK.stand_in("graph", "crf").text == BABYTALK.text
