"""Every way of breaking the contract is caught by a check; what keeps it passes, installed from outside."""

import pytest

from pipeline import checks
from pipeline.bench import Bench
from pipeline.checks import STAGE_CHECKS
from pipeline.errors import CaptionloomError
from pipeline.executor import apart
from pipeline.registry import choose, registered

CAUGHT_BY = {
    "attributes/reorders": "order_and_batches_do_not_matter",
    "attributes/drops": "values_are_of_the_field",
    "attributes/guesses": "order_and_batches_do_not_matter",
    "attributes/forgets": "another_process_answers_the_same",
    "attributes/unfitted": "predict_before_fit_is_refused",
    "attributes/drifts": "fitting_again_gives_the_same",
    "attributes/looks_around": "order_and_batches_do_not_matter",
    "attributes/reads_more": "values_are_of_the_field",
    "attributes/peeks": "values_are_of_the_field",
    "attributes/declares_more": "only_declared_fields_are_read",
    "attributes/wrong_type": "values_are_of_the_field",
    "attributes/bare_options": "config_is_spelt_one_way",
    "captions/scribbles": "inputs_stay_as_they_are",
    "captions/silent": "odd_photos_are_answered",
    "resources/moody": "resource_is_reproducible",
    "metrics/backwards": "metric_scores_what_it_says",
    "datasets/twins": "dataset_is_sound",
}


@pytest.fixture(autouse=True)
def _a_process_that_knows_them(outside: None, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "apart", apart())


@pytest.mark.parametrize(("plug_in", "check"), CAUGHT_BY.items(), ids=CAUGHT_BY)
def test_a_broken_one_is_caught(plug_in: str, check: str, bench: Bench) -> None:
    folder, name = plug_in.split("/")
    choice = choose(folder, name)
    caught = getattr(checks, check)
    with pytest.raises(AttributeError if name == "forgets" else CaptionloomError):
        caught(bench, choice)


def test_a_stage_of_an_outside_package_is_found_and_keeps_the_contract(bench: Bench) -> None:
    assert "sure" in registered("attributes")
    for check in STAGE_CHECKS:
        check(bench, choose("attributes", "sure:score=0.25"))
