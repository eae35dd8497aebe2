"""SPICE: what is asked of its jar and read from its answer, and what is said where it cannot run."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import MissingDependency
from stages.language import java
from stages.metrics.spice import Spice
from workflows.planning import usual_metrics

METRIC = Spice(NoOptions())


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which all jars seem to be, and a Java that answers with what stands in `told.json`."""
    program = tmp_path / "java"
    program.write_text(
        "#!/bin/sh\n"
        'while [ $# -gt 1 ]; do case "$1" in *asked.json) cp "$1" "$HERE/asked.json";;'
        ' -out) [ -f "$HERE/told.json" ] && cp "$HERE/told.json" "$2";; esac; shift; done\n'
        'echo "no memory" >&2; [ -f "$HERE/told.json" ]\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("HERE", str(tmp_path))
    monkeypatch.setattr(java, "java", lambda: str(program))
    monkeypatch.setattr(java, "missing", lambda: "")
    monkeypatch.setattr(java, "shipped", lambda part: tmp_path / part.rpartition("/")[2])
    return tmp_path


def answer(values: Sequence[tuple[int, float | None]]) -> str:
    """As the jar writes it, in an order of its own."""
    numbers = ("pr", "re", "f", "fn", "numImages", "fp", "tp")
    return json.dumps([{"image_id": at, "scores": {"All": dict.fromkeys(numbers, f)}} for at, f in values])


def test_captions_and_all_references_are_asked_and_answers_find_their_photo(installed: Path) -> None:
    (installed / "told.json").write_text(answer([(3, None), (2, 0.25), (0, 0.5)]))
    captions, references = (
        ["A dog runs.", " ", "Two cats.", "A bus."],
        [["A dog."], ["A cat."], ["Cats.", "Two."], [""]],
    )
    rows = METRIC.statistics(captions, references)
    assert rows.tolist() == [[0.5], [0.0], [0.25], [0.0]]
    asked = json.loads((installed / "asked.json").read_text())
    assert asked[1] == {"image_id": 2, "test": "Two cats.", "refs": ["Cats.", "Two."]}
    assert [one["image_id"] for one in asked] == [0, 2, 3]
    assert METRIC.aggregate(rows) == {"SPICE": pytest.approx(0.1875)}
    np.testing.assert_allclose(METRIC.from_sums(rows.sum(axis=0), 4), [0.1875])


def test_a_jar_that_fails_is_quoted(installed: Path) -> None:
    with pytest.raises(MissingDependency, match="no memory"):
        METRIC.statistics(["A dog."], [["A cat."]])
    (installed / "told.json").write_text("[{")
    with pytest.raises(MissingDependency, match="8 GB"):
        METRIC.statistics(["A dog."], [["A cat."]])


def test_where_the_parser_is_missing_there_is_a_remedy_and_no_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "shipped", lambda part: None if "corenlp-3.6.0" in part else Path(part))
    assert "get_stanford_models" in METRIC.unavailable()
    assert "spice" not in usual_metrics()
    assert {"bleu", "meteor", "facts"} <= set(usual_metrics())
    with pytest.raises(MissingDependency, match="CoreNLP"):
        METRIC.statistics(["A dog."], [["A cat."]])


def test_where_it_can_run_it_has_a_column(installed: Path) -> None:
    assert installed.is_dir()
    assert "spice" in usual_metrics()


@pytest.mark.skipif(bool(METRIC.unavailable()), reason="Stanford CoreNLP 3.6.0 is not installed")
def test_scores_are_those_of_pycocoevalcap() -> None:
    from pycocoevalcap.spice.spice import Spice as Theirs

    captions, references = ["A dog runs.", "Two cats sleep."], [["A dog is running.", "A cat."], ["A red bus."]]
    _, expected = Theirs().compute_score(dict(enumerate(references)), {at: [said] for at, said in enumerate(captions)})
    np.testing.assert_allclose(METRIC.statistics(captions, references)[:, 0], [one["All"]["f"] for one in expected])
