"""Score artefacts as they are read again."""

from pathlib import Path

from pipeline.records import Caption, Image, Scene, Truth
from pipeline.stage import Resources
from pipeline.store import Store
from stages.metrics.facts import FactsConfig, Relevance
from workflows.scores import read_results, write_scores
from workflows.targets import Artefact

SAID = {"one": "Is.", "two": "A cat."}


class Column(list[Truth]):
    """The truth of some photos, as a column is read."""

    ids = tuple(SAID)


def test_photos_that_a_score_has_no_value_for_keep_their_rows(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = Artefact(store, "scores", {"metric": "facts", "references": "truth"})
    scenes = [
        Scene(Image(photo, "", 9, 9, ""), {"captions": (Caption(text, tuple(text.split())),)})
        for photo, text in SAID.items()
    ]
    write_scores(
        store, [("facts", made)], scenes, Column(Truth(photo, ("A dog.", "A cat.")) for photo in SAID), Resources()
    )
    for result in read_results(made, Relevance(FactsConfig())):
        precision = result.scores[0]
        assert tuple(precision.per_photo) == ("two",)
        assert result.photos == ("one", "two")
        assert result.rows.shape[1] == 2
