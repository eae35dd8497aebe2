"""Means of a gate over kinds of words, against sums made by hand."""

import math

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Caption, Evidence
from stages.analysis.contrasts import contrast
from stages.analysis.gates import GATE, MeanOverWords, gate_at


def said(text: str, *gates: float) -> tuple[Caption, ...]:
    evidence = tuple(Evidence("attention", terms=(("sentinel", gate),)) for gate in gates)
    return (Caption(text, tuple(text.split()), evidence=evidence),)


CAPTIONS = {
    "one": said("a dog on the grass", 0.9, 0.1, 0.6, 0.8, 0.2),
    "two": said("two dogs run", 0.5, 0.3, 0.4),
    "none": (),
}


@pytest.mark.parametrize(
    ("kind", "mean"),
    [
        ("determiners", (0.9 + 0.8) / 2),
        ("nouns", (0.1 + 0.2 + 0.3) / 3),
        ("prepositions", 0.6),
        ("numbers", 0.5),
        ("verbs", 0.4),
    ],
)
def test_the_mean_is_over_words_of_a_kind_in_all_captions(kind: str, mean: float) -> None:
    measured = gate_at("sentinel", kind, CAPTIONS)
    found = contrast(GATE, [(1, MeanOverWords(NoOptions()), measured)])
    assert (found.value, found.photos) == (pytest.approx(mean), 2)
    assert MeanOverWords(NoOptions()).aggregate(measured.rows[0])[GATE] == pytest.approx(mean)


def test_a_caption_whose_words_the_tagger_cuts_otherwise_is_left_out() -> None:
    measured = gate_at("sentinel", "nouns", {**CAPTIONS, "three": said("dogs don't", 1.0, 1.0)})
    assert measured.rows[0, 2].tolist() == [0.0, 0.0]


def test_a_gate_at_words_that_are_never_said_is_refused_by_their_kind() -> None:
    with pytest.raises(BadData, match="conjunctions"):
        gate_at("sentinel", "conjunctions", CAPTIONS)


def test_photos_without_words_of_the_kind_have_no_mean() -> None:
    metric, rows = MeanOverWords(NoOptions()), gate_at("sentinel", "prepositions", CAPTIONS).rows[0]
    assert math.isnan(metric.aggregate(rows[1:])[GATE])  # two dogs run
    sums = np.stack([rows[0], rows[1]])
    assert metric.from_sums(sums, 1)[:, 0] == pytest.approx([0.6, math.nan], nan_ok=True)


def test_captions_without_the_gate_are_refused() -> None:
    with pytest.raises(BadData, match="'beta'"):
        gate_at("beta", "nouns", CAPTIONS)
