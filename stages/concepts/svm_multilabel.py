"""Concepts by linear classifiers, one each, on what describes the whole photo; probabilities calibrated on `tune`.

Support vector machines or logistic regressions, on the mean of the grid or on classical descriptors: what Wu et al.
(2016) set out to improve, and the way to concepts without a network (Farhadi et al. 2010 describe a photo so too).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.records import Array, Scene, Scored
from pipeline.stage import Examples, Resources, Stage
from stages.concepts._ranked import ranked
from stages.resources.concepts import Concepts, captioned
from stages.vision.calibration import platt, probability

LEAST = 5
"""Photos of `tune` that show a concept, from which it has a Platt curve of its own."""
KEPT_TOGETHER = 16
"""Concepts whose machines are kept at once while others are still to be fitted."""


@dataclass(frozen=True, slots=True)
class SvmMultilabelConfig:
    """What is looked at, and the machine."""

    looks: str = option("grid", "the mean of the grid, or descriptors", choices=("grid", "descriptors"))
    machine: str = option("svm", "svm, or logistic regression", choices=("svm", "logistic"))
    C: float = option(0.01, "weight of the errors", low=1e-8, high=1e6)


class SvmMultilabel(Stage[SvmMultilabelConfig, tuple[Scored, ...]]):
    """All concepts with their probabilities, best first.

    A concept that all training photos show, or none, has the share that shows it. Platt curves are those of `tune`; of
    all concepts together for one that fewer than LEAST photos show there.

    Raises:
        BadData: if no training photo has a caption.
    """

    name = "svm_multilabel"
    version = 3
    writes = "concepts"
    config_type = SvmMultilabelConfig
    fit_on = ("train", "tune")

    names_: tuple[str, ...]
    mean_: Array
    spread_: Array
    weights_: Array  # (numbers, concepts)
    biases_: Array
    curves_: Array  # (concepts, 2)

    def reads(self) -> tuple[str, ...]:
        return (self.config.looks,)

    def uses(self) -> tuple[str, ...]:
        return (Concepts.name,)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        train, tune, self.names_ = examples["train"], examples["tune"], resources.of(Concepts).names_
        places = captioned(train.truth, f"concepts={self.name}")
        said = resources.of(Concepts).named([train.truth[place] for place in places])  # (photos, concepts)
        looks = np.stack([self._look(train.scenes[place]) for place in places])  # (photos, numbers)
        self.mean_, self.spread_ = looks.mean(axis=0), np.maximum(looks.std(axis=0), 1e-6)
        seen = self._standard(looks)
        machines = self._machines(seen, said)
        self.weights_ = np.ascontiguousarray(machines[:, :-1].T)  # as it is loaded: sums in another order differ
        self.biases_ = machines[:, -1].copy()
        held = [place for place, truth in enumerate(tune.truth) if truth.captions]
        raw = self._raw([tune.scenes[place] for place in held])  # (photos, concepts)
        right = resources.of(Concepts).named([tune.truth[place] for place in held])
        constant = np.asarray(~self.weights_.any(axis=0))
        judged = [
            list(zip(scores.tolist(), answers.tolist(), strict=True))
            for scores, answers in zip(raw.T[~constant], right.T[~constant], strict=True)
        ]
        together = platt([pair for part in judged for pair in part]) or (1.0, 0.0)
        enough = [part if sum(good for _, good in part) >= LEAST else [] for part in judged]
        self.curves_ = np.tile((1.0, 0.0), (len(self.names_), 1))  # a constant's bias is its log odds already
        own = [platt(part) or together for part in enough]
        self.curves_[~constant] = np.array(own).reshape(-1, 2)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Scored, ...]]:
        return [ranked(self.names_, probability(row, self.curves_.T)) for row in self._raw(scenes)]

    def _raw(self, scenes: Sequence[Scene]) -> Array:
        """(photos, concepts): uncalibrated scores."""
        looks = [self._standard(self._look(scene)) @ self.weights_ + self.biases_ for scene in scenes]
        return np.array(looks, dtype=np.float64).reshape(len(scenes), len(self.names_))

    def _standard(self, looks: Array) -> Array:
        return (looks - self.mean_) / self.spread_

    def _look(self, scene: Scene) -> Array:
        look = np.asarray(scene.read(self.config.looks), dtype=np.float64)
        return look.mean(axis=0) if self.config.looks == "grid" else look

    def _machines(self, seen: Array, said: Array) -> Array:
        """(concepts, numbers + 1): the weights of each concept, its bias last. A fit that was killed goes on with the
        concepts it had not kept."""
        kept = self.runtime.scratch and self.runtime.scratch / "machines.npy"
        done = list(np.load(kept)) if kept and kept.exists() else []
        left = range(len(done), said.shape[1])
        for column in self.runtime.progress(left, "fit concepts", len(left)):
            done.append(self._machine(seen, said[:, column]))
            if kept and not len(done) % KEPT_TOGETHER:
                part = kept.with_suffix(".part")
                with part.open("wb") as file:
                    np.save(file, np.stack(done))
                part.replace(kept)
        return np.stack(done)

    def _machine(self, seen: Array, said: Array) -> Array:
        """The weights of one concept, and its bias."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import LinearSVC

        if said.all() or not said.any():
            odds = (said.sum() + 1) / (len(said) - said.sum() + 1)  # the rule of succession
            return np.append(np.zeros(seen.shape[1]), np.log(odds))
        if self.config.machine == "svm":
            # The dual, to liblinear's own tolerance: far fewer steps than the primal to 1e-4.
            machine = LinearSVC(C=self.config.C, dual=True, tol=0.1, random_state=0, max_iter=5000).fit(seen, said)
        else:
            machine = LogisticRegression(C=self.config.C, max_iter=500).fit(seen, said)
        return np.append(machine.coef_[0], machine.intercept_[0])
