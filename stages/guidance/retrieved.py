"""Guidance by sentences retrieved for the photo: ret-gLSTM (Jia et al., ICCV 2015, section 3.3).

Training captions are sought in the space of normalised canonical correlation analysis, see `cca.py`; the tf-idf
weighted bag of the words of the nearest ones is the guidance. A training photo is never given its own captions, told
by the hash of its content: it would learn to repeat its guidance, and other photos have none so good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.guidance._cca import View, canonical, scaled
from stages.guidance._photos import Bags, encoded, mean
from stages.resources.vocabulary import Vocabulary

_CHUNK = 1000  # sentences whose bags are in memory together
_DIGITS = 6  # of a cosine; beyond them it depends on the processor


@dataclass(frozen=True, slots=True)
class Config:
    sentences: int = option(15, "nearest training captions whose words guide", low=1, affects="predict")
    components: int = option(200, "dimensions of the common space, at most", low=1)
    shrink: float = option(1.0, "added to the variances of both views, as a share of their mean", low=1e-6)
    power: float = option(2.0, "of a component's correlation, by which it counts", low=0.0)


class RetrievedGuidance(Stage[Config, Array]):
    """Writes (words,) float32 of length 1: how much each word of the vocabulary belongs to sentences found."""

    name = "retrieved"
    writes = "guidance"
    config_type = Config
    fit_on = ("train",)
    average_: Array  # (channels,)
    axes_: Array  # (channels, components)
    idf_: Array  # (words,)
    known_: Array  # (sentences, components) float32, of length 1
    captions_: tuple[tuple[int, ...], ...]  # the sentences as ids
    owners_: tuple[int, ...]  # the place of each one's photo in hashes_
    hashes_: tuple[str, ...]

    def reads(self) -> tuple[str, ...]:
        return ("grid",)

    def uses(self) -> tuple[str, ...]:
        return ("vocabulary",)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        """Correlate the training photos that have captions with these, and remember every caption's place.

        Raises:
            BadData: if fewer than two have some.
        """
        train, vocabulary, config = examples["train"], resources.of(Vocabulary), self.config
        captions = [encoded(truth, vocabulary) for truth in train.truth]
        places = [place for place, group in enumerate(captions) if group]
        if len(places) < 2:
            raise BadData(f"{len(places)} training photos have captions: guidance by retrieval needs two at least")
        scenes = self.runtime.progress((train.scenes[place] for place in places), "looking at photos", len(places))
        looks, self.hashes_ = zip(*((mean(scene), scene.image.sha256) for scene in scenes), strict=True)
        said = [captions[place] for place in places]
        bags = Bags.count(said, vocabulary)
        photo, sentence, rho = canonical(np.stack(looks), bags.of(said), config.components, config.shrink)
        photo, sentence = scaled(photo, rho, config.power), scaled(sentence, rho, config.power)
        self.average_, self.axes_, self.idf_ = photo.mean, photo.axes, bags.idf
        self.captions_ = tuple(words for group in said for words in group)
        self.owners_ = tuple(owner for owner, group in enumerate(said) for _ in group)
        starts = range(0, len(self.captions_), _CHUNK)
        chunks = (bags.of([[words] for words in self.captions_[start : start + _CHUNK]]) for start in starts)
        self.known_ = np.concatenate([sentence.project(chunk).astype(np.float32) for chunk in chunks])
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        view, bags = View(self.average_, self.axes_), Bags(self.idf_)
        hashes, owners = np.array(self.hashes_), np.array(self.owners_)
        found = list[Array]()
        for scene in scenes:
            asked = view.project(mean(scene)[None])[0].astype(np.float32)  # (components,)
            likeness = np.round(self.known_ @ asked, _DIGITS)  # (sentences,)
            if scene.image.sha256:
                likeness[(hashes == scene.image.sha256)[owners]] = -np.inf
            order = np.argsort(-likeness, kind="stable")[: self.config.sentences]
            near = [self.captions_[place] for place in order if likeness[place] > -np.inf]
            found.append(bags.of([near])[0].astype(np.float32))
        return found
