"""Words as vectors of the company they keep: positive mutual information, cut by singular values.

PPMI and SVD as in Levy, Goldberg and Dagan (2015): contexts smoothed by the power .75, vectors U S^p. Words are the
lemmas of the training captions, nouns merged as everywhere unless they are to be kept apart; nothing else is read, so
vectors know what captions know.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, Self

import numpy as np

from pipeline.config import option
from pipeline.records import Array, Truth
from pipeline.stage import Resource, Resources
from stages.language.english import Parse
from stages.language.synonyms import canonical
from stages.resources.parses import Parses


@dataclass(frozen=True, slots=True)
class WordVectorsConfig:
    """Which words have vectors, and what they are made of."""

    dimensions: int = option(100, "numbers of a vector; fewer where there are fewer words", low=1, high=2000)
    min_count: int = option(3, "mentions in the training captions below which a word has no vector", low=1)
    window: int = option(4, "words to each side that are company", low=1)
    power: float = option(0.5, "of the singular values (p)", low=0.0, high=1.0)
    nouns: Literal["merged", "apart"] = option("merged", "whether synonyms (man, boy: person) have one vector")


class WordVectors(Resource[WordVectorsConfig]):
    """Vectors of the words of the training captions.

    Attributes:
        words_: in falling order of mentions, equals by the alphabet.
        vectors_: (words, dimensions) float32, of length 1, or 0 for a word that keeps no company.
    """

    name: ClassVar[str] = "word_vectors"
    config_type = WordVectorsConfig

    words_: tuple[str, ...]
    vectors_: Array

    def uses(self) -> tuple[str, ...]:
        return (Parses.name,)

    def fit(self, truth: Sequence[Truth], resources: Resources) -> Self:
        sentences = [tuple(words_of(parse, self.config.nouns == "merged")) for parse in resources.of(Parses)]
        counts = Counter(word for words in sentences for word in words)
        frequent = [word for word, count in counts.items() if count >= self.config.min_count]
        self.words_ = tuple(sorted(frequent, key=lambda word: (-counts[word], word)))
        vars(self).pop("_places", None)
        together = self._together(sentences)
        self.vectors_ = _reduced(ppmi(together), self.config.dimensions, self.config.power)
        return self

    def likeness(self, some: Sequence[str], others: Sequence[str]) -> Array:
        """How alike words are: (some, others) cosines, none below 0.

        Equal words are 1 alike, also those without a vector, which are like no other."""
        alike = np.clip(self.of(some) @ self.of(others).T, 0.0, 1.0)
        equal = np.array([[one == other for other in others] for one in some], dtype=bool).reshape(alike.shape)
        return np.asarray(np.where(equal, 1.0, alike), dtype=np.float64)

    def written(self, words: Sequence[str], parses: Iterable[Parse]) -> Array:
        """The vectors of words as they are written, (words, dimensions): each that of the base form it most often has
        in these parses, 0 for a word without."""
        forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for parse in parses:
            for index, word in enumerate(parse.words):
                forms[word][_base(parse, index, self.config.nouns == "merged")] += 1
        return self.of([forms[word].most_common(1)[0][0] if word in forms else word for word in words])

    def of(self, words: Sequence[str]) -> Array:
        """(words, dimensions) float64, 0 for a word without a vector."""
        rows = np.zeros((len(words), self.vectors_.shape[1]))
        for row, word in enumerate(words):
            if word in self._places:
                rows[row] = self.vectors_[self._places[word]]
        return rows

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words_)}

    def _together(self, sentences: Sequence[tuple[str, ...]]) -> Array:
        """(words, words): how often two words stand within the window; rare words only hold their place."""
        firsts: list[int] = []
        seconds: list[int] = []
        for words in sentences:
            places = [self._places.get(word, -1) for word in words]
            for step in range(1, self.config.window + 1):
                for one, other in zip(places, places[step:], strict=False):
                    if one >= 0 and other >= 0:
                        firsts.append(one)
                        seconds.append(other)
        size = len(self.words_)
        flat = np.array(firsts, dtype=np.int64) * size + np.array(seconds, dtype=np.int64)
        counts = np.bincount(flat, minlength=size * size).reshape(size, size).astype(np.float64)
        whole: Array = counts + counts.T
        return whole


def ppmi(together: Array) -> Array:
    """max(0, log p(w, c) / (p(w) p(c))) of symmetric counts, with p(c) in proportion to count(c)^.75."""
    total = float(together.sum())
    if total == 0.0:
        return np.zeros_like(together)
    of_word = together.sum(axis=1)
    of_context = of_word**0.75
    expected = np.outer(of_word, of_context / of_context.sum())
    ratio = np.divide(together, expected, out=np.ones_like(together), where=together > 0)
    information: Array = np.maximum(np.log(ratio), 0.0)
    return information


def words_of(parse: Parse, merged: bool = True) -> Iterator[str]:
    """The words of a caption as they have vectors: lemmas without punctuation, nouns merged with their synonyms or
    not."""
    for index, lemma in enumerate(parse.lemmas):
        if any(character.isalnum() for character in lemma):
            yield _base(parse, index, merged)


def _base(parse: Parse, index: int, merged: bool) -> str:
    lemma = parse.lemmas[index]
    return canonical(lemma) if merged and parse.is_noun(index) else lemma


def _reduced(information: Array, dimensions: int, power: float) -> Array:
    """(words, dimensions) float32 of length 1; signs are such that the largest number of a dimension is positive."""
    kept = min(dimensions, len(information))
    if not kept:
        return np.zeros((0, 0), dtype=np.float32)
    from sklearn.utils.extmath import randomized_svd

    left, values, _ = randomized_svd(information, kept, n_iter=7, random_state=0)
    vectors = left * values**power  # (words, dimensions)
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(kept)] + 1e-300)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-9), dtype=np.float32)
