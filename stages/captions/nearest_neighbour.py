"""Captions borrowed from photos that look alike: nearest neighbours (Devlin et al. 2015, arXiv:1505.04467).

Every caption of the k training photos nearest to the photo is a candidate. Said is the one that agrees best with the
others: whose CIDEr-D to the m that it agrees with most is highest on the mean. The paper has k = 90, m = 125 of a
training set fifteen times as large.

Nearest is by the cosine of the grids' means, less the mean of the training photos. The paper does not centre its
features; rectified ones all lie in one corner of their space, and what they share says nothing of a photo.

The caption is the person's sentence, unchanged. A training photo that is the photo itself, by the hash of its content,
is never asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Caption, Evidence, Scene, Scored
from pipeline.stage import Examples, Resources, Stage
from pipeline.text import tokenise
from stages.analysis.directions import directions
from stages.language.cider import mutual_cider_d
from stages.resources.idf import Idf

_DIGITS = 6  # of a cosine; beyond them it depends on how many photos are compared at a time
_ALONE = "This is a photograph."


@dataclass(frozen=True, slots=True)
class Config:
    neighbours: int = option(20, "training photos whose captions are candidates (k)", low=1, affects="predict")
    agreeing: int = option(
        0,
        "other captions that a candidate is compared with, those it agrees with most (m); 0: all",
        low=0,
        affects="predict",
    )
    consensus: Literal["cider", "first"] = option(
        "cider", "the caption agreed upon, or the first of the nearest photo", affects="predict"
    )


class NearestNeighbour(Stage[Config, tuple[Caption, ...]]):
    """One caption a photo; each word's evidence names the training photo, how alike it is, and the agreement."""

    name = "nearest_neighbour"
    writes = "captions"
    config_type = Config
    fit_on = ("train",)
    average_: Array  # (channels,) float32, the mean of the training photos' means
    directions_: Array  # (photos, channels) float32, from there to each of them, of length 1
    captions_: tuple[tuple[str, ...], ...]  # those with words of each photo
    ids_: tuple[str, ...]
    hashes_: tuple[str, ...]

    def reads(self) -> tuple[str, ...]:
        return ("grid",)

    def uses(self) -> tuple[str, ...]:
        return ("idf",)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        """Remember the training photos that have a caption.

        Raises:
            BadData: if none has.
        """
        train = examples["train"]
        captions = [tuple(text for text in truth.captions if tokenise(text)) for truth in train.truth]
        places = [place for place, group in enumerate(captions) if group]
        if not places:
            raise BadData("no training photo has a caption: nearest_neighbour needs some to borrow from")
        scenes = self.runtime.progress((train.scenes[place] for place in places), "looking at photos", len(places))
        seen = [(_mean(scene), scene.image.id, scene.image.sha256) for scene in scenes]
        means, self.ids_, self.hashes_ = zip(*seen, strict=True)
        self.average_ = np.mean(means, axis=0)
        self.directions_ = directions(np.stack(means) - self.average_)
        self.captions_ = tuple(captions[place] for place in places)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        """One caption a photo; "This is a photograph." where no training photo but the photo itself is known."""
        if not scenes:
            return []
        asked = directions(np.stack([_mean(scene) for scene in scenes]) - self.average_)  # (scenes, channels)
        likeness = np.round(asked @ self.directions_.T, _DIGITS)  # (scenes, photos)
        return [(self._caption(scene, row, resources),) for scene, row in zip(scenes, likeness, strict=True)]

    def _caption(self, scene: Scene, likeness: Array, resources: Resources) -> Caption:
        known = np.array([bool(sha) and sha == scene.image.sha256 for sha in self.hashes_])
        order = np.argsort(-likeness, kind="stable")
        nearest = order[~known[order]][: self.config.neighbours]
        candidates = [(int(photo), text) for photo in nearest for text in self.captions_[photo]]
        if not candidates:
            return _said(_ALONE, Evidence("neighbour"))
        chosen, terms = 0, list[Scored]()
        if self.config.consensus == "cider":
            chosen, agreement = self._agreed([tokenise(text) for _, text in candidates], resources)
            terms.append(("agreement", agreement))
        photo, text = candidates[chosen]
        like = (f"looks like {self.ids_[photo]}", float(likeness[photo]))
        return _said(text, Evidence("neighbour", terms=(like, *terms)))

    def _agreed(self, captions: Sequence[tuple[str, ...]], resources: Resources) -> tuple[int, float]:
        """The caption that agrees best with the others, and how well: the mean of its m best CIDEr-D, 0 to 10."""
        if len(captions) == 1:
            return 0, 0.0
        close = mutual_cider_d(captions, resources.of(Idf).frequencies)  # (candidates, others)
        np.fill_diagonal(close, -np.inf)
        others = len(captions) - 1
        best = np.sort(close, axis=1)[:, ::-1][:, : min(self.config.agreeing or others, others)]
        agreement = np.round(best.mean(axis=1), _DIGITS)  # (candidates,)
        chosen = int(agreement.argmax())
        return chosen, float(agreement[chosen])


def _mean(scene: Scene) -> Array:
    """The mean of the grid: (channels,) float32."""
    mean: Array = np.asarray(scene.grid, dtype=np.float32).mean(axis=0)
    return mean


def _said(text: str, evidence: Evidence) -> Caption:
    words = tuple(text.split())
    return Caption(text, words, evidence=(evidence,) * len(words))
