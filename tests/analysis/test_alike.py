"""What may not be compared is refused by name."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from stages.analysis.alike import require_alike
from stages.analysis.randomisation import p_values
from stages.analysis.scoring import MetricResult
from stages.metrics.rouge import Rouge
from tests.analysis.results import result

METRIC = Rouge(NoOptions())
HERE = result(METRIC, np.zeros((2, 3, 1)))


def test_results_of_the_same_photos_references_and_metric_pass() -> None:
    require_alike(HERE, result(METRIC, np.ones((2, 3, 1))))


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (replace(HERE, metric="bleu"), "unlike metrics .*'rouge' and 'bleu'"),
        (replace(HERE, references="all"), "unlike choices of references .*'leave_one_out' and 'all'"),
        (replace(HERE, scores=(replace(HERE.scores[0], fingerprint="ROUGE 2"),)), "unlike fingerprints .*'ROUGE 2'"),
        (replace(HERE, truth="others"), "unlike references .*'' and 'others'"),
        (result(METRIC, np.zeros((3, 3, 1))), "unlike numbers of references left out .*2 and 3"),
        (result(METRIC, np.zeros((2, 4, 1))), "unlike photos .*1 of one alone, as 'photo 3'"),
        (HERE.of(["photo 1", "photo 0", "photo 2"]), "unlike photos .*another order"),
        (HERE.of([]), "no photo was scored for both"),
    ],
)
def test_a_comparison_that_is_not_of_systems_alone_names_the_difference(other: MetricResult, says: str) -> None:
    with pytest.raises(BadData, match=says):
        p_values(METRIC, {("here", "other"): (HERE, other)})


def test_on_the_photos_both_have_partial_results_are_alike() -> None:
    whole, part = result(METRIC, np.zeros((1, 5, 1))), result(METRIC, np.ones((1, 3, 1)), first=2)
    common = [photo for photo in whole.photos if photo in part.photos]
    require_alike(whole.of(common), part.of(common))
    assert whole.of(common).rows.shape == (1, 3, 1)
