"""CIDEr-D against an independent computation on a toy corpus, from the equations of the paper."""

from collections import Counter

import numpy as np
import pytest

from pipeline.config import NoOptions
from stages.metrics.cider import Cider

CAPTIONS = ["a dog runs on the grass", "the cat cat sits", "two men ride bikes down a road", "dog"]
REFERENCES = [
    ["a brown dog runs over grass", "the dog runs on the grass", "a dog"],
    ["a cat sits on a mat", "the cat sits"],
    ["two men ride their bikes", "men ride down a long road", "a road with two bikes on it", "bikes"],
    ["a dog runs", "the dog barks"],
]


def grams(sentence: str, n: int) -> Counter[tuple[str, ...]]:
    words = sentence.split()
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def cider_d(captions: list[str], references: list[list[str]]) -> list[float]:
    """10 / (4 m) sum over n and references of exp(-d^2 / 2 sigma^2) min(g(c), g(s)) . g(s) / (|g(c)| |g(s)|)."""
    totals = np.zeros(len(captions))
    for n in range(1, 5):
        documents = [set().union(*(grams(text, n) for text in group)) for group in references]
        vocabulary = sorted(set().union(*documents, *(grams(caption, n) for caption in captions)))
        if not vocabulary:
            continue
        frequency = np.array([max(1, sum(gram in document for document in documents)) for gram in vocabulary])
        idf = np.log(len(captions) / frequency)  # (vocabulary,)
        for i, (caption, group) in enumerate(zip(captions, references, strict=True)):
            mine = idf * [grams(caption, n)[gram] for gram in vocabulary]
            for text in group:
                theirs = idf * [grams(text, n)[gram] for gram in vocabulary]
                norms = np.linalg.norm(mine) * np.linalg.norm(theirs)
                length = len(caption.split()) - len(text.split())
                if norms:
                    cosine = np.minimum(mine, theirs) @ theirs / norms
                    totals[i] += cosine * np.exp(-(length**2) / (2 * 6.0**2)) / len(group)
    return [float(total) * 10 / 4 for total in totals]


def test_every_photo_scores_what_the_equations_say() -> None:
    rows = Cider(NoOptions()).statistics(CAPTIONS, REFERENCES)
    assert rows[:, 0] == pytest.approx(cider_d(CAPTIONS, REFERENCES))
    assert Cider(NoOptions()).aggregate(rows)["CIDEr-D"] == pytest.approx(np.mean(cider_d(CAPTIONS, REFERENCES)))


def test_the_idf_is_that_of_the_references_given() -> None:
    cider = Cider(NoOptions())
    fewer = cider.statistics(CAPTIONS[:2], REFERENCES[:2])
    assert fewer[:, 0] == pytest.approx(cider_d(CAPTIONS[:2], REFERENCES[:2]))
    assert fewer[0, 0] != cider.statistics(CAPTIONS, REFERENCES)[0, 0]
    assert "idf: the references evaluated" in cider.fingerprint()


def test_a_single_photo_scores_zero_for_want_of_other_documents() -> None:
    assert Cider(NoOptions()).statistics(["a dog"], [["a dog"]])[0, 0] == 0.0


def test_captions_and_references_without_words_score_zero() -> None:
    cider = Cider(NoOptions())
    assert cider.statistics(["", "a dog"], [["a dog"], ["a cat"]])[0, 0] == 0.0
    assert cider.statistics(["", ""], [[""], [""]]).tolist() == [[0.0], [0.0]]
    assert cider.statistics([], []).shape == (0, 1)
