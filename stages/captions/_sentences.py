"""Sentences out of noun phrases and gaps: which gap may follow which, the best sequences, and their words.

A sentence has one finite verb: in "there is", or after the first noun phrases, which "and" joins. It begins and ends
once, says no string of function words twice, and leaves an article away only before what is not counted. Nothing is
said of a noun that people did not say of it: no road swims because a person does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pipeline.records import Array, Evidence
from stages.captions._gaps import AND, BE, END, THERE
from stages.captions._items import BARE, Item
from stages.captions._phrases import Phrase, words
from stages.language.synonyms import canonical

Path = tuple[int, ...]
"""Indices of gaps, one before each item and the end."""
Grow = Callable[[Path, float, Array], Array]
"""The values of a path, which has the value given, after each of some gaps is put to its end."""
WIDTH = 8


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
        return np.flatnonzero(fit)

    def best(self, items: Sequence[Item], grow: Grow, width: int = WIDTH) -> list[tuple[float, Path]]:
        """The best paths by beam search, best first: `width` with and `width` without a verb are kept at each step."""
        beam: list[tuple[float, Path]] = [(0.0, ())]
        for place in range(len(items) + 1):
            credible = np.array([self._credible(gap, place, items) for gap in range(len(self.texts))])
            grown: list[tuple[float, Path]] = []
            for value, path in beam:
                fit = self.allowed(path, items)
                fit = fit[credible[fit]]
                grown += zip(grow(path, value, fit).tolist(), [(*path, gap) for gap in fit.tolist()], strict=True)
            grown.sort(key=lambda one: (-one[0], one[1]))
            having = [any(self.finite[gap] for gap in path) for _, path in grown]
            beam = [
                one
                for kind in (True, False)
                for one in [one for one, has in zip(grown, having, strict=True) if has is kind][:width]
            ]
        return sorted(beam, key=lambda one: (-one[0], one[1]))

    def _credible(self, gap: int, place: int, items: Sequence[Item]) -> bool:
        """Whether people said a gap of the nouns around it; what only lists is said of all."""
        said = self.words[gap]
        if self.heard is None or said in ([], [AND], [THERE, BE]):
            return True
        labels = [item.label for item in items]
        if not place:
            return False
        preposition = " ".join(word for word in said if word != BE)
        beyond = labels[place] if place < len(items) else ""
        if preposition and self.related.get((labels[place - 1], beyond)) == canonical(preposition, "prepositions"):
            return True
        first, before, after = self.heard.get(self.texts[gap], ((), (), ()))
        subjects = labels[:place] if self.finite[gap] else labels[place - 1 : place]
        return labels[0] in first and all(one in before for one in subjects) and (not beyond or beyond in after)

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
