"""Whether captions name what is there: objects mentioned against objects present, photo by photo."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from stages.language.english import parse
from stages.language.facts import facts
from stages.language.synonyms import match


@dataclass(frozen=True, slots=True)
class Mentions:
    """Counts over photos: of the objects asked about, how many were named and there, named, and there."""

    right: int
    said: int
    true: int

    @property
    def precision(self) -> float:
        """Share of what is named that is there; 0 where nothing is named."""
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """Share of what is there that is named; 0 where nothing is there."""
        return self.right / self.true if self.true else 0.0


def object_mentions(captions: Iterable[str], present: Sequence[Collection[str]], labels: Sequence[str]) -> Mentions:
    """Compare the objects each caption mentions with those present in its photo, each label once a photo.

    Args:
        captions: one a photo.
        present: for each photo, the labels that are there.
        labels: those asked about; what a caption says beyond them counts neither for nor against. A word names a
            label as in `stages.language.synonyms.match`: "plane" names "aeroplane", "puppy" names "dog".
    """
    right = said = true = 0
    for one, there in zip(parse(list(captions)), present, strict=True):
        named = {found for mention in facts(one).objects if (found := match(mention.label, labels)) is not None}
        wanted = set(there) & set(labels)
        right += len(named & wanted)
        said += len(named)
        true += len(wanted)
    return Mentions(right, said, true)
