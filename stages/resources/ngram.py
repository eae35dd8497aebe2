"""The n-gram model of the training captions: how likely a string of words is (Kulkarni et al. 2011, decoding).

The paper counts in Wikipedia's pages about its objects; here the captions that may be known are counted. Kept as ARPA
text, which other tools for language models read: log10 in the file, natural logarithms for whoever asks.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from pipeline.config import option
from pipeline.errors import BadData, StoreError
from pipeline.records import Truth
from pipeline.stage import Resource, Resources
from pipeline.text import tokenise
from stages.resources._kneser_ney import END, START, UNKNOWN, Ngram, estimate

FILE = "model.arpa"
_NEVER = -99.0  # ARPA's log10 of 0
_DIGITS = 7


@dataclass(frozen=True, slots=True)
class NgramConfig:
    order: int = option(3, "words of the longest n-gram", low=1, high=6)
    min_count: int = option(1, "occurrences below which a word counts as the unknown word", low=1)


class NgramModel(Resource[NgramConfig]):
    """Interpolated modified Kneser-Ney over the words of the captions, between their start and their end.

    Attributes:
        logs_: n-gram -> log10 of the probability of its last word after the others.
        backoffs_: history -> log10 of the weight of its last words alone.
    """

    name: ClassVar[str] = "ngram"
    config_type = NgramConfig

    logs_: dict[Ngram, float]
    backoffs_: dict[Ngram, float]

    def fit(self, truth: Sequence[Truth], resources: Resources) -> Self:
        """Count and smooth.

        Raises:
            BadData: where no caption has a word.
        """
        captions = [words for item in truth for caption in item.captions if (words := tokenise(caption))]
        if not captions:
            raise BadData("no training photo has a caption: ngram needs some to count words in")
        counts = Counter(word for words in captions for word in words)
        known = {word for word, count in counts.items() if count >= self.config.min_count}
        probability, gamma = estimate(
            ([word if word in known else UNKNOWN for word in words] for words in captions), self.config.order
        )
        self.logs_ = {gram: _log(share) for gram, share in sorted(probability.items())}
        self.backoffs_ = {history: _log(share) for history, share in sorted(gamma.items())}
        return self

    def log_probability(self, word: str, before: Sequence[str]) -> float:
        """ln p(word | the words before it, START where a sentence starts)."""
        known = [name if (name,) in self.logs_ else UNKNOWN for name in (*before, word)]
        gram, weight = tuple(known[-self._order :]), 0.0
        while gram not in self.logs_:
            weight += self.backoffs_.get(gram[:-1], 0.0)
            gram = gram[1:]
        return (self.logs_[gram] + weight) * math.log(10)

    def log_probabilities(self, words: Sequence[str], before: Sequence[str] = (START,)) -> tuple[float, ...]:
        """ln p of each word after those before it; a whole sentence is `(*words, END)` after START."""
        said = (*before, *words)
        start = len(before)
        return tuple(
            self.log_probability(word, said[max(0, start + at - self._order + 1) : start + at])
            for at, word in enumerate(words)
        )

    def normalised(self, words: Sequence[str], before: Sequence[str] = (START,)) -> float:
        """The mean of `log_probabilities`: ln of the length-normalised probability p^."""
        logs = self.log_probabilities(words, before)
        return sum(logs) / max(len(logs), 1)

    @property
    def _order(self) -> int:
        return self.config.order

    def save_state(self, directory: Path) -> None:
        levels = [[gram for gram in self.logs_ if len(gram) == n] for n in range(1, self._order + 1)]
        lines = ["\\data\\", *(f"ngram {n}={len(level)}" for n, level in enumerate(levels, 1))]
        for n, level in enumerate(levels, 1):
            lines += ["", f"\\{n}-grams:"]
            for gram in level:
                weight = f"\t{self.backoffs_[gram]:.{_DIGITS}f}" if gram in self.backoffs_ else ""
                lines.append(f"{self.logs_[gram]:.{_DIGITS}f}\t{' '.join(gram)}{weight}")
        (directory / FILE).write_text("\n".join([*lines, "", "\\end\\", ""]), encoding="utf-8")

    def load_state(self, directory: Path) -> Self:
        """Read an ARPA file.

        Raises:
            StoreError: where it is cut short or a line is none of ARPA's.
        """
        path = directory / FILE
        self.logs_, self.backoffs_ = {}, {}
        lines = path.read_text(encoding="utf-8").split("\n")
        if lines[-2:] != ["\\end\\", ""]:
            raise StoreError(
                f"{path} does not end with \\end\\: it is cut short; captionloom doctor --repair removes it"
            )
        for number, line in enumerate(lines, 1):
            if not line or line.startswith(("\\", "ngram ")):
                continue
            log, words, *weight = line.split("\t")
            gram = tuple(words.split(" "))
            try:
                self.logs_[gram] = float(log)
                self.backoffs_.update((gram, float(value)) for value in weight)
            except ValueError:
                raise StoreError(f"{path} line {number}: {line!r} should be log10, words, log10") from None
        return self


def _log(share: float) -> float:
    return round(math.log10(share), _DIGITS) if share > 0 else _NEVER


__all__ = ["END", "START", "UNKNOWN", "NgramConfig", "NgramModel"]
