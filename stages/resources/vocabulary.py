"""The words a captioner may say: those of the training captions seen often enough, most frequent first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Truth
from pipeline.stage import Resource, Resources
from pipeline.text import tokenise

PAD, START, END, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<start>", "<end>", "<unk>")


@dataclass(frozen=True, slots=True)
class Config:
    min_count: int = option(5, "occurrences in the training captions that make a word worth saying", low=1)
    longest: int = option(20, "words of a caption beyond which it is cut, in training and when speaking", low=1)


class Vocabulary(Resource[Config]):
    """Words and their ids; ids below len(SPECIAL) are padding, start, end and the unknown word."""

    name = "vocabulary"
    config_type = Config
    words_: tuple[str, ...]

    def fit(self, truth: Sequence[Truth], resources: Resources) -> "Vocabulary":
        """Count the words of all captions.

        Raises:
            BadData: if no word is frequent enough.
        """
        counts = Counter(word for item in truth for caption in item.captions for word in tokenise(caption))
        frequent = [word for word, count in counts.items() if count >= self.config.min_count]
        if not frequent:
            raise BadData(
                f"no word of the training captions occurs {self.config.min_count} times or more"
                f" ({len(counts)} different words seen): lower vocabulary:min_count or give more captions"
            )
        self.words_ = tuple(sorted(frequent, key=lambda word: (-counts[word], word)))
        return self

    def __len__(self) -> int:
        """Words and special ids together."""
        return len(SPECIAL) + len(self.words_)

    @property
    def longest(self) -> int:
        return self.config.longest

    def encode(self, words: Iterable[str]) -> tuple[int, ...]:
        """The id of each word, UNKNOWN for those outside; nothing is cut or added."""
        return tuple(self._ids.get(word, UNKNOWN) for word in words)

    def decode(self, ids: Iterable[int]) -> tuple[str, ...]:
        """The word of each id; special ids come out as in SPECIAL."""
        return tuple(SPECIAL[i] if i < len(SPECIAL) else self.words_[i - len(SPECIAL)] for i in ids)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words_, len(SPECIAL))}
