"""CIDEr-D (Vedantam et al., CVPR 2015, section 5) of many captions at once, for rewards and for early stopping.

An n-gram is known by a 64-bit fingerprint of its words, so that a corpus is a sorted array and not a dictionary of
strings; among ten million n-grams the chance that any two share one is about 3 in a million. Words are plain strings:
for a reward that counts the end of the sentence, append the end symbol to captions and references alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from pipeline.records import Array

Words = Sequence[str]
LONGEST_NGRAM = 4
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a fingerprint is lost when an n-gram grows


@dataclass(frozen=True, slots=True)
class DocumentFrequencies:
    """How many of `documents` each n-gram occurs in: rising fingerprints and, beside them, counts."""

    ngrams: Array  # (n-grams,) uint64
    counts: Array  # (n-grams,)
    documents: int

    @classmethod
    def count(cls, documents: Iterable[Sequence[Words]]) -> "DocumentFrequencies":
        """Count over documents, each the reference captions of one photo."""
        found = [np.unique(_ngrams(captions)[0]) for captions in documents]
        keys = np.concatenate(found) if found else np.empty(0, np.uint64)
        ngrams, counts = np.unique(keys, return_counts=True)
        return cls(ngrams, counts.astype(np.int32), len(found))

    def idf(self, ngrams: Array) -> Array:
        """log(documents / photos having the n-gram), an unseen n-gram counting as seen once."""
        seen = np.ones(len(ngrams))
        if len(self.ngrams):
            place = np.searchsorted(self.ngrams, ngrams).clip(max=len(self.ngrams) - 1)
            known = self.ngrams[place] == ngrams
            seen[known] = self.counts[place[known]]
        weights: Array = np.log(max(self.documents, 1)) - np.log(seen)
        return weights


def cider_d(
    captions: Sequence[Words],
    references: Sequence[Sequence[Words]],
    frequencies: DocumentFrequencies,
    photos: Sequence[int] | None = None,
    sigma: float = 6.0,
) -> Array:
    """The score of every caption, 0 to 10.

    Args:
        captions: tokenised captions.
        references: tokenised references of each photo, at least one.
        frequencies: where the idf comes from.
        photos: index into `references` for each caption; by default caption i belongs to photo i.
        sigma: width of the penalty on a difference in length, in words.
    """
    if not captions:
        return np.zeros(0)
    photo = np.arange(len(captions)) if photos is None else np.asarray(photos)
    many = np.array([len(group) for group in references])
    sentences = [*captions, *(sentence for group in references for sentence in group)]
    first = len(captions) + np.cumsum(many) - many  # the sentence that opens each photo's references

    caption, nth = _ranges(many[photo])  # (pairs,) every caption with each of its references
    reference = first[photo[caption]] + nth
    vectors = _TfIdf.of(sentences, frequencies)
    product = vectors.clipped_products(caption, reference)
    close = _closeness(sentences, vectors, caption, reference, product, sigma)
    total = np.bincount(caption, close, len(captions))
    scores: Array = 10.0 * total / many[photo]
    return scores


def mutual_cider_d(captions: Sequence[Words], frequencies: DocumentFrequencies, sigma: float = 6.0) -> Array:
    """(captions, captions): the score of each caption (row) with each (column) as its only reference, 0 to 10."""
    vectors = _TfIdf.of(captions, frequencies)
    row, column = (part.ravel() for part in np.indices((len(captions), len(captions))))
    scores: Array = 10.0 * _closeness(captions, vectors, row, column, vectors.all_clipped_products(), sigma)
    return scores.reshape(len(captions), len(captions))


def _closeness(
    sentences: Sequence[Words], vectors: "_TfIdf", caption: Array, reference: Array, product: Array, sigma: float
) -> Array:
    """(pairs,) how well a caption says what a reference does, 0 to 1; both are indices into `sentences`."""
    scale = vectors.norms[caption] * vectors.norms[reference]
    cosine = np.divide(product, scale, out=np.zeros_like(scale), where=scale > 0)  # (pairs, orders)
    # The reference implementation measures length in bigrams: one less than the words, and 0 for no word at all.
    length = np.array([max(len(words) - 1, 0) for words in sentences], dtype=np.int64)
    penalty = np.exp(-((length[caption] - length[reference]) ** 2) / (2 * sigma**2))
    close: Array = cosine.mean(axis=1) * penalty
    return close


@dataclass(frozen=True, slots=True)
class _TfIdf:
    """The sparse vectors of sentences: one entry for each n-gram of each, in rising order of both."""

    ngrams: int
    sentence: Array  # (entries,)
    ngram: Array  # (entries,) below `ngrams`
    order: Array  # (entries,) words of the n-gram, less one
    weight: Array  # (entries,) term frequency times idf
    norms: Array  # (sentences, orders)

    @classmethod
    def of(cls, sentences: Sequence[Words], frequencies: DocumentFrequencies) -> "_TfIdf":
        fingerprint, owner, order = _ngrams(sentences)
        distinct, index, inverse = np.unique(fingerprint, return_index=True, return_inverse=True)
        entry, count = np.unique(owner * len(distinct) + inverse, return_counts=True)
        sentence, ngram = np.divmod(entry, max(len(distinct), 1))
        weight, order = count * frequencies.idf(distinct)[ngram], order[index][ngram]
        squares = _sums(sentence, order, weight**2, len(sentences))
        return cls(len(distinct), sentence, ngram, order, weight, np.sqrt(squares))

    def clipped_products(self, caption: Array, reference: Array) -> Array:
        """(pairs, orders): scalar products in which no n-gram of the caption counts more often than the reference's."""
        begin, end = (np.searchsorted(self.sentence, caption, side) for side in ("left", "right"))
        pair, nth = _ranges(end - begin)  # (comparisons,) every n-gram of the caption, for each pair
        mine = begin[pair] + nth
        entry = self.sentence * self.ngrams + self.ngram
        wanted = reference[pair] * self.ngrams + self.ngram[mine]
        place = np.searchsorted(entry, wanted).clip(max=max(len(entry) - 1, 0))
        shared = entry[place] == wanted
        pair, mine, theirs = pair[shared], mine[shared], place[shared]
        products = np.minimum(self.weight[mine], self.weight[theirs]) * self.weight[theirs]
        return _sums(pair, self.order[mine], products, len(caption))

    def all_clipped_products(self) -> Array:
        """(sentences * sentences, orders): those of every sentence with every sentence, itself among them.

        Only sentences that share an n-gram are compared: some ten times faster than asking for every pair.
        """
        having = np.bincount(self.ngram, minlength=self.ngrams)  # (n-grams,) sentences that have it
        entries = np.argsort(self.ngram, kind="stable")  # those of an n-gram follow one another
        first = np.cumsum(having) - having
        mine, nth = _ranges(having[self.ngram])
        theirs = entries[first[self.ngram[mine]] + nth]
        products = np.minimum(self.weight[mine], self.weight[theirs]) * self.weight[theirs]
        pair = self.sentence[mine] * len(self.norms) + self.sentence[theirs]
        return _sums(pair, self.order[mine], products, len(self.norms) ** 2)


def _ranges(lengths: Array) -> tuple[Array, Array]:
    """For ranges of these lengths, one after another: the index of the range, and the place within it."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    return owner, np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner]


def _sums(row: Array, order: Array, values: Array, rows: int) -> Array:
    """(rows, orders): the values summed by row and order."""
    flat = np.bincount(row * LONGEST_NGRAM + order, values, rows * LONGEST_NGRAM)
    return flat.astype(float).reshape(rows, LONGEST_NGRAM)


def _ngrams(sentences: Sequence[Words]) -> tuple[Array, Array, Array]:
    """Of every n-gram occurrence: its fingerprint, its sentence's index, and how many words it has, less one."""
    lengths = np.array([len(words) for words in sentences], dtype=np.int64)
    words = np.array([_fingerprint(word) for sentence in sentences for word in sentence], dtype=np.uint64)
    owner = np.repeat(np.arange(len(sentences)), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(words))  # words from here to the sentence's end
    grown, found = words, [(words, owner, np.zeros(len(words), np.int64))]
    for order in range(1, LONGEST_NGRAM):
        grown = grown[:-1] * _MIX + words[order:] if len(grown) > 1 else grown[:0]
        inside = left[: len(grown)] > order
        found.append((grown[inside], owner[: len(grown)][inside], np.full(int(inside.sum()), order)))
    fingerprint, sentence, orders = (np.concatenate(part) for part in zip(*found, strict=True))
    return fingerprint, sentence, orders


@lru_cache(maxsize=200_000)
def _fingerprint(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")
