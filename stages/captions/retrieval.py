"""The training caption that means what the photo seems to mean (Farhadi et al. 2010, section 2.3).

Photo and sentences meet as triplets of object, action and scene. A sentence's score is the sum of

- the inverse ranks of its triplets among the photo's, and of the photo's first triplets among its own;
- by text alone: how alike it is to what others said of its photo, so that odd remarks are not borrowed;
- by images alone: how alike its photo's triplets are to this one's, as they were seen and not as they were said.

Likeness of words makes up for words that no classifier knows. Captions of the photo itself, by its id or the hash of
its content, are never among those to choose from.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Caption, Evidence, Scene, Triplet
from pipeline.stage import Examples, Resources, Stage
from stages.captions._pool import Pool
from stages.language import lin
from stages.language.meaning import Meaning, meanings
from stages.resources.parses import Parses
from stages.resources.word_vectors import WordVectors, words_of

_ALONE = "This is a photograph."
_ACTIONS = 1  # the role whose likeness is never WordNet's


@dataclass(frozen=True, slots=True)
class Config:
    best: int = option(5, "triplets of the photo that are ranked by sentences (k)", low=1, high=1000, affects="predict")
    text: float = option(1.0, "weight of what text alone says", low=0.0, high=100.0, affects="predict")
    image: float = option(1.0, "weight of what images alone say", low=0.0, high=100.0, affects="predict")
    similarity: Literal["distributional", "lin"] = option(
        "distributional",
        "likeness of words: by their company in the training captions, or nouns by Lin (1998) on WordNet",
        choices=("distributional", "lin"),
        affects="predict",
    )


class Retrieval(Stage[Config, tuple[Caption, ...]]):
    """One caption a photo, as a person wrote it of another; its evidence names that photo, and the triplet of this
    photo that speaks most for it.

    A photo without triplets is called a photograph.

    Raises:
        BadData: where no training caption has a noun.
        MissingDependency: for similarity=lin where WordNet is not installed.
    """

    name = "retrieval"
    version = 3
    writes = "captions"
    config_type = Config
    fit_on = ("train",)

    captions_: tuple[str, ...]
    meanings_: tuple[tuple[Meaning, ...], ...]  # of each caption
    photos_: Array  # (captions,) int64, which photo each is of
    ids_: tuple[str, ...]
    shas_: tuple[str, ...]
    typical_: Array  # (captions,) likeness to the other captions of the photo, 0 to 1
    seen_: tuple[tuple[Triplet, ...], ...]  # of each photo

    def reads(self) -> tuple[str, ...]:
        return ("triplets",)

    def uses(self) -> tuple[str, ...]:
        return (Parses.name, WordVectors.name)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        train, parses = examples["train"], resources.of(Parses)
        captions: list[str] = []
        said: list[tuple[Meaning, ...]] = []
        photos: list[int] = []
        typical: list[float] = []
        for photo, truth in enumerate(train.truth):
            told = [
                (text, meant, words)
                for text, parse in zip(truth.captions, parses.of(truth.id), strict=True)
                if (meant := meanings(parse)) and (words := tuple(words_of(parse)))  # an emoji is read as a noun
            ]
            captions += [text for text, *_ in told]
            said += [meant for _, meant, _ in told]
            photos += [photo] * len(told)
            typical += _agreement([words for *_, words in told], resources.of(WordVectors)).tolist()
        if not captions:
            raise BadData("no training caption has a noun: retrieval needs some to borrow from")
        self.captions_, self.meanings_ = tuple(captions), tuple(said)
        self.photos_, self.typical_ = np.array(photos, dtype=np.int64), np.array(typical)
        self.ids_ = tuple(scene.image.id for scene in train.scenes)
        self.shas_ = tuple(scene.image.sha256 for scene in train.scenes)
        self.seen_ = tuple(scene.read("triplets") for scene in train.scenes)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        if self.config.similarity == "lin":
            lin.check()
        if not scenes:
            return []
        pool, words = Pool.of(self.meanings_), resources.of(WordVectors)
        places, table = _table(self.seen_)
        shown = self.runtime.progress(scenes, "retrieving", len(scenes))
        return [(self._caption(scene, pool, words, places, table),) for scene in shown]

    def _caption(
        self, scene: Scene, pool: Pool, words: WordVectors, places: Mapping[tuple[int, str], int], table: Array
    ) -> Caption:
        seen: tuple[Triplet, ...] = scene.read("triplets")
        foreign = np.array(
            [
                scene.image.id != name and (not sha or sha != scene.image.sha256)
                for name, sha in zip(self.ids_, self.shas_, strict=True)
            ]
        )[self.photos_]  # (captions,)
        if not seen or not foreign.any():
            return _said(_ALONE, Evidence("triplet"))

        def likeness(role: int, some: Sequence[str], others: Sequence[str]) -> Array:
            if self.config.similarity == "lin" and role != _ACTIONS:
                return np.array([[lin.lin(one, other) for other in others] for one in some])
            return words.likeness(some, others)

        alike = pool.alike([(triplet.object, triplet.action, triplet.scene) for triplet in seen], likeness)
        ranked = pool.cross_ranked(alike, self.config.best)
        images = (table @ _row(seen, places))[self.photos_]
        scores = ranked + self.config.text * self.typical_ + self.config.image * images
        chosen = int(np.where(foreign, np.round(scores, 9), -np.inf).argmax())
        return self._because(chosen, seen, alike, pool, float(scores[chosen]))

    def _because(self, chosen: int, seen: Sequence[Triplet], alike: Array, pool: Pool, score: float) -> Caption:
        """The caption, with the triplet whose likeness over rank is most, for any of the caption's own."""
        kinds = pool.triplets[pool.starts[chosen] : pool.starts[chosen] + len(self.meanings_[chosen])]
        shares = (alike / np.arange(1, len(seen) + 1)[:, None])[:, kinds].max(axis=1)
        best = int(shares.argmax())
        triplet, photo = seen[best], self.ids_[int(self.photos_[chosen])]
        means = (f"means {triplet.object}, {triplet.action}, {triplet.scene}", float(shares[best]))
        return _said(self.captions_[chosen], Evidence("triplet", terms=((f"said of {photo}", score), means)))


def _agreement(captions: Sequence[Sequence[str]], words: WordVectors) -> Array:
    """How alike each caption is to the others of its photo: (captions,), 0 to 1; 0 where there is no other.

    Two captions are as alike as each word of either is to the most like it in the other, on the mean over the words of
    one and then over both, so that neither leaving out nor adding what others do not is rewarded.
    """
    found = np.zeros(len(captions))
    if len(captions) < 2:
        return found
    for at, mine in enumerate(captions):
        alike = [words.likeness(mine, other) for place, other in enumerate(captions) if place != at]
        found[at] = np.mean([(one.max(axis=1).mean() + one.max(axis=0).mean()) / 2 for one in alike])
    return found


def _table(seen: Sequence[Sequence[Triplet]]) -> tuple[dict[tuple[int, str], int], Array]:
    """Where (role, word) stands, and the rows of all photos: (photos, words)."""
    places: dict[tuple[int, str], int] = defaultdict(int)
    for triplets in seen:
        for triplet in triplets:
            for name in _elements(triplet):
                places.setdefault(name, len(places))
    return dict(places), np.stack([_row(triplets, places) for triplets in seen])


def _row(triplets: Sequence[Triplet], places: Mapping[tuple[int, str], int]) -> Array:
    """A photo's elements weighed by their triplets' inverse ranks: (words,), of length 1, or 0 where none is known."""
    row = np.zeros(len(places))
    for rank, triplet in enumerate(triplets, 1):
        for name in _elements(triplet):
            if name in places:
                row[places[name]] += 1 / rank
    length = float(np.linalg.norm(row))
    return row / length if length > 0 else row


def _elements(triplet: Triplet) -> tuple[tuple[int, str], ...]:
    return ((0, triplet.object), (1, triplet.action), (2, triplet.scene))


def _said(text: str, evidence: Evidence) -> Caption:
    words = tuple(text.split())
    return Caption(text, words, evidence=(evidence,) * len(words))
