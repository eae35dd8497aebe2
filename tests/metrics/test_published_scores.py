"""The scores published with the COCO evaluation code for 1,000 captions, as far as they were printed."""

import json
from pathlib import Path

import pytest

from pipeline.config import NoOptions
from pipeline.records import Array
from stages.metrics.bleu import Bleu
from stages.metrics.cider import Cider
from stages.metrics.meteor import Meteor
from stages.metrics.rouge import Rouge

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "metric_check"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not here: the published captions are needed")
NAMES = {"BLEU-1": "Bleu_1", "BLEU-2": "Bleu_2", "BLEU-3": "Bleu_3", "BLEU-4": "Bleu_4"}
NAMES |= {"METEOR": "METEOR", "ROUGE-L": "ROUGE_L", "CIDEr-D": "CIDEr"}


def rows_of(metric: Bleu | Cider | Meteor | Rouge) -> Array:
    photos = json.loads((FOLDER / "fakecap_refs_tokenized.json").read_text())
    return metric.statistics([photo["test"] for photo in photos], [photo["refs"] for photo in photos])


@pytest.mark.parametrize("kind", [Bleu, Rouge, Cider, Meteor])
def test_every_score_is_the_published_one_to_its_last_printed_digit(kind: type[Bleu]) -> None:
    published = json.loads((FOLDER / "fakecap_published_scores.json").read_text())
    metric = kind(NoOptions())
    values = {name: value for name, value in metric.aggregate(rows_of(metric)).items() if name in NAMES}
    assert values
    for name, value in values.items():
        assert round(value, 3) == published[NAMES[name]], name


def test_the_counts_behind_bleu_are_the_published_ones() -> None:
    published = json.loads((FOLDER / "fakecap_published_scores.json").read_text())["bleu_stats"]
    totals = rows_of(Bleu(NoOptions())).sum(axis=0).tolist()
    expected = [*published["correct"], *published["guess"], published["testlen"], published["reflen"]]
    assert totals == expected
