"""What may stand where a caption points at a region: the words for its class, in the singular and in the plural.

Lu et al. (CVPR 2018) list fine-grained words for COCO's 80 classes; ours are those that `synonyms.toml` merges. Words
of several tokens are left out, as a caption is said word by word. Imports no torch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stages.language.inflection import plural
from stages.language.synonyms import canonical, match, synonyms
from stages.resources.vocabulary import UNKNOWN, Vocabulary


@dataclass(frozen=True, slots=True)
class Slots:
    """Words that fill slots; form 2 w is word w in the singular, form 2 w + 1 in the plural.

    Attributes:
        classes: canonical labels of what may be pointed at.
        words: fine-grained words, in the singular.
        belongs: the class of each word.
        ids: the vocabulary's id of each form, UNKNOWN for one it lacks; it has one of a word's two.
    """

    classes: tuple[str, ...]
    words: tuple[str, ...]
    belongs: tuple[int, ...]
    ids: tuple[int, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(form for word in self.words for form in (word, plural(word)))

    def class_of(self, label: str) -> int:
        """The class of a detector's label; -1 for one that is none."""
        name = canonical(label)
        return self.classes.index(name) if name in self.classes else -1


def slots(vocabulary: Vocabulary, labels: Iterable[str]) -> Slots:
    """The slots of these labels: words that mean one of them, or something narrower, and that the vocabulary has in
    either number."""
    classes = tuple(sorted({canonical(label) for label in labels}))
    words = [word for word in dict.fromkeys((*synonyms().canonical["objects"], *classes)) if " " not in word]
    singular = {plural(word): word for word in words}
    found: list[tuple[str, int, Sequence[int]]] = []
    for word in words:
        meant, ids = match(word, classes), vocabulary.encode((word, plural(word)))
        if meant is not None and singular.get(word, word) == word and set(ids) != {UNKNOWN}:
            found.append((word, classes.index(meant), ids))
    return Slots(
        classes,
        tuple(word for word, _, _ in found),
        tuple(kind for _, kind, _ in found),
        tuple(one for _, _, ids in found for one in ids),
    )
