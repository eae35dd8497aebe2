"""Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998; Heafield et al. 2013 for the boundaries).

An n-gram h w of the highest order counts as often as it occurs. A shorter one counts once for each different word that
comes before it, unless it begins with the start of a sentence, before which nothing can come. With these counts a,

    p(w | h) = (a(h w) - D(a(h w))) / sum_x a(h x) + gamma(h) p(w | h without its first word)

where gamma(h) is the share that the discounts D took. The shortest distribution is mixed with one that is uniform over
all words, the end of a sentence and the unknown word, which has nothing else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

START, END, UNKNOWN = "<s>", "</s>", "<unk>"
Ngram: TypeAlias = tuple[str, ...]
Discounts: TypeAlias = tuple[float, float, float]
FALLBACK: Discounts = (0.5, 1.0, 1.5)
"""Discounts of counts of one, two, and three or more, where a text is too small to show them."""


def estimate(sentences: Iterable[Sequence[str]], order: int) -> tuple[dict[Ngram, float], dict[Ngram, float]]:
    """Probabilities of the n-grams of all orders that occur, and the weight gamma of what is shorter, by history.

    START has probability 0: it is a history only.
    """
    counts = adjusted([Counter(grams) for grams in _ngrams(sentences, order)])
    probability: dict[Ngram, float] = {(START,): 0.0}
    gamma: dict[Ngram, float] = {}
    vocabulary = {gram[0] for gram in counts[0]} | {END, UNKNOWN}
    for level in counts:
        discounts = discounts_of(level)
        sums: dict[Ngram, float] = defaultdict(float)
        taken: dict[Ngram, float] = defaultdict(float)
        for gram, count in level.items():
            sums[gram[:-1]] += count
            taken[gram[:-1]] += _discount(discounts, count)
        gamma |= {history: taken[history] / total for history, total in sums.items()}
        for gram, count in level.items():
            shorter = probability[gram[1:]] if gram[1:] else 1.0 / len(vocabulary)
            own = (count - _discount(discounts, count)) / sums[gram[:-1]]
            probability[gram] = own + gamma[gram[:-1]] * shorter
    for word in vocabulary:
        probability.setdefault((word,), gamma.get((), 1.0) / len(vocabulary))
    gamma.pop((), None)
    return probability, gamma


def adjusted(raw: Sequence[Mapping[Ngram, int]]) -> list[dict[Ngram, int]]:
    """Counts of the highest order as they are; of shorter n-grams, the different words before them."""
    counts: list[dict[Ngram, int]] = []
    for place, level in enumerate(raw):
        if place == len(raw) - 1:
            counts.append(dict(level))
            continue
        before = Counter(gram[1:] for gram in raw[place + 1])
        counts.append({gram: count if gram[0] == START else before[gram] for gram, count in level.items()})
    counts[0].pop((START,), None)
    return counts


def discounts_of(counts: Mapping[Ngram, int]) -> Discounts:
    """D(1), D(2) and D(3 or more): k - (k + 1) Y n_(k+1) / n_k with Y = n_1 / (n_1 + 2 n_2); FALLBACK where some n_k is
    0 or a discount is not between 0 and k."""
    n = Counter(counts.values())
    if not all(n[k] for k in (1, 2, 3, 4)):
        return FALLBACK
    y = n[1] / (n[1] + 2 * n[2])
    one, two, more = (k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3))
    return (one, two, more) if 0 <= one <= 1 and 0 <= two <= 2 and 0 <= more <= 3 else FALLBACK


def _discount(discounts: Discounts, count: int) -> float:
    return discounts[min(count, 3) - 1]


def _ngrams(sentences: Iterable[Sequence[str]], order: int) -> list[list[Ngram]]:
    """For each order, every n-gram of every sentence between its START and END."""
    grams: list[list[Ngram]] = [[] for _ in range(order)]
    for sentence in sentences:
        words = (START, *sentence, END)
        for n in range(1, order + 1):
            grams[n - 1] += [words[at : at + n] for at in range(len(words) - n + 1)]
    return grams
