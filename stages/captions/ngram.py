"""BabyTalk's decoding by a language model (Kulkarni et al. 2011): function words put between the words of the meaning.

The paper keeps the content words of <<attribute, object>, preposition, <attribute, object>> in their order and puts a
function word x between A and B if, and only if, the length-normalised probability p^(A x B) > p^(A B). `variant=paper`
does that, one word at most: "a brown dog on the grass".

`variant=sentence` completes it. What may stand between noun phrases are the strings that people put there ("is standing
in the"); as a gap without one is never grammatical, the question becomes which is likeliest, and it is asked of the
whole sentence at once. Objects are those that people would mention, the likeliest first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp
from typing import ClassVar, Literal, Self

import numpy as np

from pipeline.config import option
from pipeline.records import Array, Caption, Evidence, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.captions._items import Item
from stages.captions._phrases import Meaning, Phrase, preposition, words
from stages.captions._selection import Selection, selection
from stages.captions._sentences import Gaps, Path
from stages.captions._speaking import (
    ATTRIBUTES,
    CHANCES,
    Heard,
    agreement,
    frequent,
    general,
    known_labels,
    parsed,
    preferred,
    related,
    said,
    spoken_of,
)
from stages.resources.idf import Idf
from stages.resources.ngram import END, START, NgramModel
from stages.resources.parses import Parses

MOST_INSERTED = 60
"""Function words that the paper's form chooses from, the most frequent."""


@dataclass(frozen=True, slots=True)
class NgramCaptionsConfig:
    variant: Literal["sentence", "paper"] = option(
        "sentence", "a whole sentence, or the paper's single function words", affects="predict"
    )
    most_objects: int = option(3, "objects spoken of, the likeliest to be mentioned", low=1, high=8)
    chance: float | None = option(
        None, "least chance that an object is mentioned; none: chosen on tune", low=0.0, high=1.0
    )
    attribute: float | None = option(
        None, "least chance that its attribute is said, too; none: chosen on tune", low=0.0, high=1.0
    )
    min_count: int = option(2, "occurrences in training captions that make a string of function words usable", low=1)


class NgramCaptions(Stage[NgramCaptionsConfig, tuple[Caption, ...]]):
    """One sentence a photo, its function words by the n-gram model; "This is a photograph." where the graph is empty.

    Attributes:
        selection_: what people mention.
        gaps_: strings that they put between noun phrases.
        heard_: of which labels.
        inserted_: single function words, for the paper's form.
        chance_, attribute_: least chances of an object to be mentioned, and of its attribute.
    """

    name: ClassVar[str] = "ngram"
    version: ClassVar[int] = 7
    writes: ClassVar[str] = "captions"
    config_type = NgramCaptionsConfig
    fit_on: ClassVar[tuple[str, ...]] = ("train", "tune")

    selection_: Selection
    gaps_: tuple[str, ...]
    heard_: Heard
    inserted_: tuple[str, ...]
    chance_: float
    attribute_: float

    def reads(self) -> tuple[str, ...]:
        return ("graph", "detections")

    def uses(self) -> tuple[str, ...]:
        return (NgramModel.name, Parses.name, Idf.name)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        train, tune = examples["train"], examples["tune"]
        captions = parsed(train.truth, resources)
        self.selection_ = selection(train.scenes, captions)
        _, self.gaps_, self.heard_ = frequent(captions, known_labels(train.scenes), self.config.min_count)
        single = Counter(word for gap in self.gaps_ for word in gap.replace("/", " ").split() if word.isalpha())
        self.inserted_ = tuple(sorted(single, key=lambda word: (-single[word], word))[:MOST_INSERTED])
        chances = CHANCES if self.config.chance is None else (self.config.chance,)
        attributes = ATTRIBUTES if self.config.attribute is None else (self.config.attribute,)
        self.chance_, self.attribute_ = chances[0], attributes[0]
        self.chance_ = preferred(chances, lambda chance: self._agreement(chance, self.attribute_, tune, resources))
        self.attribute_ = preferred(attributes, lambda least: self._agreement(self.chance_, least, tune, resources))
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        model = resources.of(NgramModel)
        return [(self._caption(scene, self.chance_, self.attribute_, model),) for scene in scenes]

    def _agreement(self, chance: float, attribute: float, tune: Examples, resources: Resources) -> float:
        model = resources.of(NgramModel)
        made = [self._caption(scene, chance, attribute, model) for scene in tune.scenes]
        return agreement(made, tune.truth, resources)

    def _caption(self, scene: Scene, chance: float, attribute: float, model: NgramModel) -> Caption:
        items, meant = self.selection_.items(scene, attribute)
        if not items:
            return general()
        items = sorted(spoken_of(items, chance, self.config.most_objects), key=lambda item: item.stuff)
        if self.config.variant == "paper":
            return said(self._inserted(self._content(items, meant), model))
        return _likeliest(Gaps(self.gaps_, self.heard_, related(meant)), items, model)

    def _content(self, items: Sequence[Item], meant: Meaning) -> list[Phrase]:
        """Noun phrases and the prepositions between them, turned round where they read so.

        A preposition stands only between its own two nouns: one is left out where another is on its side of the noun.
        """
        runs: list[list[Phrase]] = [[items[0].content]]
        first = last = items[0]  # of the last run
        for one, other in pairwise(items):
            found, phrase = self.selection_.relate(one, other, meant), other.content
            if found and found[0] and first is one:
                runs[-1][:0] = [phrase, preposition(found[1])]
                first = other
            elif found and not found[0] and last is one:
                runs[-1] += [preposition(found[1]), phrase]
                last = other
            else:
                runs.append([phrase])
                first = last = other
        return [part for run in runs for part in run]

    def _inserted(self, content: Sequence[Phrase], model: NgramModel) -> Phrase:
        """A1: x between A and B if, and only if, p^(A x B) > p^(A B)."""
        phrase: Phrase = ()
        for part in content:
            left = [word.text for word in phrase] or [START]
            right = [word.text for word in part]
            bare = model.normalised(right, left)
            tried = {x: model.normalised((x, *right), left) for x in self.inserted_ if x not in (left[-1], right[0])}
            best = max(tried, key=lambda x: tried[x], default="")
            if tried and tried[best] > bare:
                terms = (("p^ with it", exp(tried[best])), ("p^ without", exp(bare)))
                phrase = (*phrase, *words(best, Evidence("ngram", terms=terms)))
            phrase = (*phrase, *part)
        return phrase


@dataclass(slots=True)
class _Heard:
    """Sums of ln p, by path: ln p, how many words, and the words."""

    model: NgramModel
    gaps: Gaps
    items: Sequence[Item]
    known: dict[Path, tuple[float, tuple[str, ...]]] = field(default_factory=lambda: {(): (0.0, ())})

    def hear(self, path: Path) -> tuple[float, tuple[str, ...]]:
        if path not in self.known:
            before, heard = self.hear(path[:-1])
            part = [word.text for word in self.gaps.part(path, self.items)]
            part += [END] if len(path) > len(self.items) else []
            logs = self.model.log_probabilities(part, (START, *heard))
            self.known[path] = (before + sum(logs), (*heard, *part))
        return self.known[path]

    def grow(self, path: Path, value: float, fit: Array) -> Array:
        heard = [self.hear((*path, gap)) for gap in fit.tolist()]
        return np.array([total / len(said) for total, said in heard])


def _likeliest(gaps: Gaps, items: Sequence[Item], model: NgramModel) -> Caption:
    """The sentence of the best length-normalised probability."""
    heard = _Heard(model, gaps, items)
    _, path = gaps.best(items, heard.grow)[0]
    why = []
    for at in range(len(path)):
        (before, fewer), (total, more) = heard.hear(path[:at]), heard.hear(path[: at + 1])
        mean = (total - before) / max(len(more) - len(fewer), 1)
        why.append(Evidence("ngram", terms=(("p^ from here to the next noun", exp(mean)),)))
    return said(gaps.sentence(path, items, why), heard.hear(path)[0])
