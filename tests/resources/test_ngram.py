import math
from pathlib import Path

import pytest

from pipeline.errors import BadData, StoreError
from pipeline.records import Truth
from pipeline.stage import Resources
from stages.resources._kneser_ney import FALLBACK, adjusted, discounts_of
from stages.resources.ngram import END, START, UNKNOWN, NgramConfig, NgramModel

CAPTIONS = ("A dog runs.", "A dog sits.", "A cat sits.", "The dog on the grass sits by a cat.")


def _fitted(order: int = 3, captions: tuple[str, ...] = CAPTIONS, min_count: int = 1) -> NgramModel:
    return NgramModel(NgramConfig(order, min_count)).fit([Truth("photo", captions)], Resources())


def _p(model: NgramModel, word: str, *before: str) -> float:
    return math.exp(model.log_probability(word, before))


def test_a_bigram_model_worked_by_hand() -> None:
    """Of "a b" and "a c": a follows one word, b and c one each, the end two; five continuations in all.

    With discounts of a half (of a count of one) and one (of two): gamma() = (3 * .5 + 1) / 5 = .5, and the six words a,
    b, c, end and unknown share it: five of them. gamma(a) = (.5 + .5) / 2; gamma(start) = 1 / 2; gamma(b) = .5 / 1.
    """
    model = _fitted(2, ("a b", "a c"))
    a = b = 0.5 / 5 + 0.5 / 5
    end = (2 - 1) / 5 + 0.5 / 5
    assert _p(model, UNKNOWN) == pytest.approx(0.5 / 5, abs=1e-6)
    assert _p(model, "b") == pytest.approx(b, abs=1e-6)
    assert _p(model, END) == pytest.approx(end, abs=1e-6)
    assert _p(model, "b", "a") == pytest.approx(0.5 / 2 + 0.5 * b, abs=1e-6)
    assert _p(model, "a", START) == pytest.approx((2 - 1) / 2 + 0.5 * a, abs=1e-6)
    assert _p(model, END, "b") == pytest.approx(0.5 + 0.5 * end, abs=1e-6)
    assert _p(model, "c", "b") == pytest.approx(0.5 * b, abs=1e-6)  # never seen: the weight of what is shorter
    assert _p(model, "zebra", "a") == pytest.approx(0.5 * 0.5 / 5, abs=1e-6)


def test_discounts_follow_chen_and_goodman() -> None:
    counts = {(f"{k}-{i}",): k for k, many in ((1, 10), (2, 5), (3, 3), (4, 2)) for i in range(many)}
    y = 10 / (10 + 2 * 5)
    assert discounts_of(counts) == pytest.approx((1 - 2 * y * 5 / 10, 2 - 3 * y * 3 / 5, 3 - 4 * y * 2 / 3))
    assert discounts_of({("a",): 1, ("b",): 2}) == FALLBACK


def test_shorter_ngrams_count_the_words_before_them() -> None:
    raw = [{(START,): 3, ("dog",): 3}, {(START, "dog"): 2, ("a", "dog"): 1}]
    assert adjusted(raw) == [{("dog",): 2}, raw[1]]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("min_count", [1, 2])
def test_the_chances_of_all_continuations_sum_to_one(order: int, min_count: int) -> None:
    model = _fitted(order, min_count=min_count)
    words = [gram[0] for gram in model.logs_ if len(gram) == 1 and gram[0] != START]
    for history in [(), (START,), (START, "a"), ("a", "dog"), ("dog", "on"), ("zebra", "sits"), ("cat", "the")]:
        assert sum(_p(model, word, *history) for word in words) == pytest.approx(1.0, abs=1e-5), history


def test_rare_words_are_unknown() -> None:
    model = _fitted(min_count=2)
    assert ("grass",) not in model.logs_
    assert model.log_probability("grass", ("the",)) == model.log_probability("zebra", ("the",))


def test_what_was_seen_is_likelier_and_the_mean_is_normalised() -> None:
    model = _fitted()
    seen, turned = ("a", "dog", "runs", END), ("runs", "dog", "a", END)
    assert model.normalised(seen) > model.normalised(turned)
    assert model.normalised(seen) == pytest.approx(sum(model.log_probabilities(seen)) / 4)


def test_it_is_kept_as_arpa_text(tmp_path: Path) -> None:
    model = _fitted()
    model.save_state(tmp_path)
    lines = (tmp_path / "model.arpa").read_text().splitlines()
    unigrams = [gram for gram in model.logs_ if len(gram) == 1]
    assert lines[:2] == ["\\data\\", f"ngram 1={len(unigrams)}"]
    (start,) = [line.split("\t") for line in lines if line.split("\t")[1:2] == [START]]
    assert float(start[0]) == -99
    (dog,) = [line.split("\t") for line in lines if line.split("\t")[1:2] == ["dog"]]
    assert float(dog[0]) == pytest.approx(model.log_probability("dog", ()) / math.log(10), abs=1e-6)
    loaded = NgramModel(NgramConfig()).load_state(tmp_path)
    assert (loaded.logs_, loaded.backoffs_) == (model.logs_, model.backoffs_)


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    _fitted().save_state(tmp_path)
    file = tmp_path / "model.arpa"
    file.write_text(file.read_text()[:200])
    with pytest.raises(StoreError, match="cut short"):
        NgramModel(NgramConfig()).load_state(tmp_path)


def test_no_caption_is_refused() -> None:
    with pytest.raises(BadData, match="no training photo has a caption"):
        _fitted(captions=())
