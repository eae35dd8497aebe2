"""The page of an ablation: what it says of the stages, and that it needs nothing else."""

from dataclasses import replace
from pathlib import Path

from pipeline.codec import decode, encode
from stages.analysis.attribution import Attribution, Share
from stages.analysis.bootstrap import Estimate
from tests.workflows.test_report import comparison
from workflows.report.ablation import Ablation, Gain, render, shown
from workflows.report.systems import views

SCORE = Estimate(0.25, 0.2, 0.3)
DETECTIONS = Share("detections", SCORE, Estimate(0.05, 0.02, 0.08), 0.975, 40, (("photo <7>", 0.4),))
ATTRIBUTES = Share("attributes", SCORE, Estimate(-0.01, -0.02, 0.01), 0.025, 3, ())
TOLD = Ablation(
    plan="babytalk",
    title="BabyTalk",
    dataset="scenes",
    split="test",
    score="CIDEr-D",
    references="all",
    photos=60,
    base=SCORE,
    floor=Estimate(0.015, 0.01, 0.02),
    stand_ins={"detections": "oracle", "attributes": "oracle"},
    kept={"graph": "has no oracle"},
    replaced=Attribution("CIDEr-D", SCORE, SCORE, (DETECTIONS, ATTRIBUTES), "detections", {}, True),
    gains={"detections": (Gain("photo <7>", 0.4, "A boat.", "A <dog>."),), "attributes": ()},
    command="luigi --module workflows Ablate",
)


def test_the_page_names_the_stage_blamed_and_needs_nothing_else() -> None:
    page = render(TOLD)
    assert "Blamed: detections (its share is the largest in 98% of resamples)." in page
    assert "graph (has no oracle)" in page
    assert "photo &lt;7&gt;" in page
    assert "A &lt;dog&gt;." in page
    assert "Photographs that gain most by attributes" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert "<script" not in page
    assert "What each field carries" not in page


def test_a_doubtful_blame_is_said_to_be_one() -> None:
    assert TOLD.replaced is not None
    doubtful = replace(DETECTIONS, share=Estimate(0.01, -0.01, 0.03))
    told = replace(TOLD, replaced=replace(TOLD.replaced, shares=(doubtful, ATTRIBUTES)))
    assert "its interval holds 0" in told.verdict
    assert replace(TOLD, photos=9).verdict == (
        "9 photos are too few to blame a stage; detections has the largest share of them."
    )
    assert "No stage is to blame" in replace(TOLD, replaced=replace(TOLD.replaced, blamed="")).verdict


def test_only_photos_that_are_in_the_report_are_linked(tmp_path: Path) -> None:
    made = comparison(tmp_path)
    (photo, *_) = (image.id for image in made.images)
    gains = {"detections": (Gain(photo, 0.4, "A boat.", "A dog."), Gain("left out", 0.3, "A boat.", "A dog."))}
    system = replace(made.systems[0], ablation=replace(TOLD, gains=gains))
    ((_, body),) = views(replace(made, systems=(system,)))
    assert f'<a href="#photo/{photo}">' in body
    assert "left out" in body
    assert "#photo/left" not in body


def test_shares_that_are_not_of_all_combinations_say_so() -> None:
    assert TOLD.replaced is not None
    assert "single fields, pairs and all together" not in render(TOLD)
    assert "single fields, pairs and all together" in render(
        replace(TOLD, replaced=None, foreign=replace(TOLD.replaced, exact=False))
    )


def test_an_ablation_comes_back_from_its_file() -> None:
    assert decode(Ablation, encode(TOLD)) == TOLD


def test_numbers_are_short() -> None:
    assert shown(SCORE) == ".250 [.200, .300]"
    assert shown(Estimate(-0.05, -1.25, 0.5), signed=True) == "-.050 [-1.250, +.500]"
