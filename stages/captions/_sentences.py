"""Sentences out of noun phrases and gaps: which gap may follow which, the best sequences, and their words.

A sentence has one finite verb: in "there is", or after the first noun phrases, which "and" joins. It begins and ends
once, says no string of function words twice, leaves an article away only before what is not counted, and begins nothing
that it says to be there with "the". Nothing is
said of a noun that people did not say of it: no road swims because a person does, and nobody milks "a cow and a boat".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pipeline.records import Array, Evidence
from stages.captions._gaps import AND, BE, END, THERE
from stages.captions._items import BARE, DEFINITE, Item
from stages.captions._phrases import Phrase, words
from stages.language.synonyms import canonical

Path = tuple[int, ...]
"""Indices of gaps, one before each item and the end."""
Grow = Callable[[Path, float, Array], Array]
"""The values of a path, which has the value given, after each of some gaps is put to its end."""
WIDTH = 8
_LISTS: tuple[list[str], ...] = ([], [AND], [THERE, BE])


@dataclass(frozen=True)
class Gaps:
    """The gaps that may be used, and what grammar needs to know of each.

    Attributes:
        heard: gap -> the labels that people named first, before and after it; None: everything may be said of anything.
        related: (label, label) -> the preposition that the photo's graph has between them, which may be said, too.
    """

    texts: tuple[str, ...]
    heard: Mapping[str, Sequence[Sequence[str]]] | None = None
    related: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def words(self) -> list[list[str]]:
        """Without the article of the next noun phrase, or the full stop."""
        return [text.split(" ")[:-1] for text in self.texts]

    @cached_property
    def begins(self) -> list[str]:
        return [text.rpartition(" ")[2] for text in self.texts]

    @cached_property
    def finite(self) -> Array:
        return np.array([any("/" in word for word in gap) for gap in self.words])

    @cached_property
    def _kinds(self) -> dict[str, Array]:
        ends = np.array([begin == END for begin in self.begins])
        first = np.array([not gap or gap[0] == THERE for gap in self.words]) & ~ends
        empty = np.array([not gap for gap in self.words])
        joins = np.array([gap == [AND] for gap in self.words]) & ~ends
        return {"first": first, "ends": ends, "empty": empty, "joins": joins, "inner": ~first & ~ends & ~joins}

    @cached_property
    def _definite(self) -> Array:
        return np.array([begin == DEFINITE for begin in self.begins])

    @cached_property
    def _there(self) -> Array:
        return np.array([gap[:1] == [THERE] for gap in self.words])

    @cached_property
    def _bare(self) -> Array:
        return np.array([begin == BARE for begin in self.begins])

    def allowed(self, path: Path, items: Sequence[Item]) -> Array:
        """Indices of the gaps that may follow a path, by grammar alone."""
        kinds, place = self._kinds, len(path)
        if not place:
            fit = kinds["first"]
        else:
            joined = all(kinds["joins"][gap] for gap in path[1:])
            has_verb = any(self.finite[gap] for gap in path)
            verb = ~self.finite if has_verb else self.finite & joined
            if place == len(items):
                fit = kinds["ends"] & verb
            else:
                fit = (kinds["inner"] & verb) | kinds["joins"]
                said = [self.words[gap] for gap in path if self.words[gap] and not kinds["joins"][gap]]
                fit = fit & np.array([gap not in said for gap in self.words])
        if place < len(items) and items[place].number != "mass":
            fit = fit & ~self._bare
        if not place:
            fit = fit & ~(self._definite & self._there)
        elif self._there[path[0]]:
            fit = fit & ~(self._definite & kinds["joins"])
        return np.flatnonzero(fit)

    def best(self, items: Sequence[Item], grow: Grow, width: int = WIDTH) -> list[tuple[float, Path]]:
        """The best paths by beam search, best first: `width` with and `width` without a verb are kept at each step, and
        the best that says only what there is, as it can always go on."""
        labels = [*(item.label for item in items), ""]
        beam: list[tuple[float, Path]] = [(0.0, ())]
        for place in range(len(items) + 1):
            credible = np.array([self._credible(gap, labels[:place], labels[place]) for gap in range(len(self.texts))])
            grown: list[tuple[float, Path]] = []
            for value, path in beam:
                fit = self.allowed(path, items)
                fit = fit[credible[fit]]
                if not self._may_join(path, labels):
                    fit = fit[~self._kinds["joins"][fit]]
                grown += zip(grow(path, value, fit).tolist(), [(*path, gap) for gap in fit.tolist()], strict=True)
            grown.sort(key=lambda one: (-one[0], one[1]))
            having = [any(self.finite[gap] for gap in path) for _, path in grown]
            beam = [
                one
                for kind in (True, False)
                for one in [one for one, has in zip(grown, having, strict=True) if has is kind][:width]
            ]
            listing = next((one for one, has in zip(grown, having, strict=True) if has and self._lists(one[1])), None)
            beam += [listing] if listing and listing not in beam else []
        return sorted(beam, key=lambda one: (-one[0], one[1]))

    def _lists(self, path: Path) -> bool:
        """Whether nothing is said of the nouns but that they are there."""
        return all(self.words[gap] in _LISTS for gap in path)

    def _may_join(self, path: Path, labels: Sequence[str]) -> bool:
        """Whether what was last said before "and" may be said of the noun after it, too."""
        said = [at for at, gap in enumerate(path) if not self._kinds["joins"][gap]]
        return not said or self._credible(path[said[-1]], labels[: said[-1]], labels[len(path)])

    def _credible(self, gap: int, before: Sequence[str], after: str) -> bool:
        """Whether people said a gap of the nouns around it, "" after the last; what only lists is said of all."""
        said = self.words[gap]
        if self.heard is None or said in _LISTS:
            return True
        if not before:
            return False
        preposition = " ".join(word for word in said if word != BE)
        if preposition and self.related.get((before[-1], after)) == canonical(preposition, "prepositions"):
            return True
        first, subjects, objects = self.heard.get(self.texts[gap], ((), (), ()))
        told = before if self.finite[gap] else before[-1:]
        return before[0] in first and all(one in subjects for one in told) and (not after or after in objects)

    def part(self, path: Path, items: Sequence[Item], why: Evidence | None = None) -> Phrase:
        """The words of a path's last gap, verbs agreeing with their subject, and of the noun phrase after it."""
        place, gap = len(path) - 1, path[-1]
        plural = items[0].is_plural or place > 1
        said = [word.split("/")[plural] if "/" in word else word for word in self.words[gap]]
        phrase = words(" ".join(said), why)
        return phrase if place == len(items) else (*phrase, *items[place].phrase(self.begins[gap]))

    def sentence(self, path: Path, items: Sequence[Item], why: Sequence[Evidence | None] = ()) -> Phrase:
        """The words of a whole path; `why` has the evidence of each gap."""
        reasons = why or [None] * len(path)
        return tuple(word for at in range(len(path)) for word in self.part(path[: at + 1], items, reasons[at]))
