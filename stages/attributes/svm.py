"""Attributes by support vector machines, one each, with Kulkarni et al.'s (2011) RBF kernel or without a kernel.

Scores of held-out boxes give the Platt curve that makes them probabilities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.records import Array, AttributeScores, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.attributes._learning import standardised, succession, told
from stages.attributes._lessons import LearningConfig, gather
from stages.attributes._named_colours import unlearned
from stages.attributes._unlabelled import PRESENT, Lesson, lesson
from stages.resources.parses import Parses
from stages.vision.calibration import platt, probability

FOLDS = 3
SOME = 20
"""Boxes of each attribute that come before all others where a kernel cannot have every box."""


@dataclass(frozen=True, slots=True)
class SvmConfig(LearningConfig):
    """What is learned from, and the kernel."""

    kernel: str = option("rbf", "rbf, or linear", choices=("rbf", "linear"))
    C: float = option(1.0, "weight of the errors", low=1e-6, high=1e6)
    gamma: float = option(1.0, "width of the RBF kernel, over the numbers that describe a box", low=1e-4, high=1e4)
    most_kernel: int = option(2000, "boxes an RBF kernel is made of, at most", low=10, high=20_000)


class SvmAttributes(Stage[SvmConfig, tuple[AttributeScores, ...]]):
    """The probability of every attribute of the vocabulary, best first, for each detection, things and stuff alike.

    Raises:
        BadData: where the training photos have too few annotated attributes to learn any, and none are mined.
    """

    name = "svm"
    version = 3
    writes = "attributes"
    config_type = SvmConfig
    fit_on = ("train",)

    attributes_: tuple[str, ...]
    colours_: tuple[str, ...]
    means_: Array
    spreads_: Array
    support_: Array
    weights_: Array
    biases_: Array

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def fit_reads(self) -> tuple[str, ...]:
        return ("detections",) if self.config.mines else ()  # annotated boxes are the true ones

    def uses(self) -> tuple[str, ...]:
        return (Parses.name,) if self.config.mines else ()

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        lessons = gather(examples["train"], resources, self.config, self.runtime)
        self.means_, self.spreads_, seen, codes = standardised(lessons, self.config, self.name)
        self.attributes_, self.colours_ = lessons.attributes, unlearned(lessons, self.config)
        if self.config.kernel == "rbf":
            kept = _telling(codes, self.config.most_kernel, self.config.seed)
            seen, codes = self._left(seen[kept], codes[kept])
        self.support_ = seen if self.config.kernel == "rbf" else seen[:0]
        columns = self._columns(seen)
        self.weights_ = np.zeros((columns.shape[1], len(self.attributes_)))
        self.biases_ = np.zeros(len(self.attributes_))
        count = len(self.attributes_)
        for index in self.runtime.progress(range(count), "fit attributes, classifiers", count):
            part = lesson(seen, codes[:, index], self.config.seed)
            if part.present.all():  # nothing is known to be without it
                self.biases_[index] = succession(len(part.present))
            else:
                self.weights_[:, index], self.biases_[index] = self._calibrated(columns, part)
        if self.config.kernel == "rbf":
            used = self.weights_.any(axis=1)
            self.support_, self.weights_ = self.support_[used], self.weights_[used]
        return self

    def _left(self, seen: Array, codes: Array) -> tuple[Array, Array]:
        """The boxes of a kernel, without the attributes that none of them is known to have."""
        left = (codes == PRESENT).any(axis=0)
        self.attributes_ = tuple(name for name, has in zip(self.attributes_, left, strict=True) if has)
        return seen, codes[:, left]

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[AttributeScores, ...]]:
        return told(scenes, self.config, self.runtime, self.attributes_, self._probabilities, self.colours_)

    def _probabilities(self, looks: Array) -> Array:
        """(boxes, n) -> (boxes, attributes)."""
        logits = self._columns((looks - self.means_) / self.spreads_) @ self.weights_ + self.biases_
        return probability(logits, np.array([1.0, 0.0]))

    def _columns(self, seen: Array) -> Array:
        """What the machines weigh: the looks themselves, or their kernel with every support vector."""
        if self.config.kernel == "linear":
            return seen
        squares = (seen**2).sum(axis=1)[:, None] + (self.support_**2).sum(axis=1) - 2 * seen @ self.support_.T
        return np.asarray(np.exp(-self.config.gamma / max(seen.shape[1], 1) * np.maximum(squares, 0)))

    def _calibrated(self, columns: Array, part: Lesson) -> tuple[Array, float]:
        """The weights and the bias of one attribute's log odds."""
        weights, bias = self._machine(columns, part, np.ones(len(part.rows), dtype=bool))
        slope, offset = platt(*self._held_out(columns, part)) or (1.0, 0.0)
        return weights * slope, bias * slope + offset

    def _held_out(self, columns: Array, part: Lesson) -> tuple[list[tuple[float, bool]], list[float]]:
        """Scores of boxes by machines that did not see them, whether they are right, and their weights."""
        rng = np.random.default_rng(self.config.seed)
        distinct, places = np.unique(part.rows, return_inverse=True)
        having = np.bincount(places, part.present * (1.0 if part.weights is None else part.weights)) > 0.5
        folds = np.zeros(len(distinct), dtype=np.int64)
        for group in (having, ~having):
            folds[group] = rng.permutation(int(group.sum())) % FOLDS
        judged: list[tuple[float, bool]] = []
        weighed: list[float] = []
        for fold in range(FOLDS):
            held = folds[places] == fold
            if not held.any() or len(set(part.present[~held].tolist())) < 2:
                continue
            weights, bias = self._machine(columns, part, ~held)
            scores = columns[part.rows[held]] @ weights + bias
            judged += zip(scores.tolist(), part.present[held].tolist(), strict=True)
            weighed += np.ones(int(held.sum())).tolist() if part.weights is None else part.weights[held].tolist()
        return judged, weighed

    def _machine(self, columns: Array, part: Lesson, chosen: Array) -> tuple[Array, float]:
        from sklearn.svm import SVC, LinearSVC

        rows, present = part.rows[chosen], part.present[chosen]
        weights = None if part.weights is None else np.maximum(part.weights[chosen], 1e-6)
        if self.config.kernel == "linear":
            linear = LinearSVC(C=self.config.C, dual=False).fit(columns[rows], present, weights)
            return linear.coef_[0], float(linear.intercept_[0])
        machine = SVC(C=self.config.C, kernel="precomputed").fit(columns[np.ix_(rows, rows)], present, weights)
        duals = np.bincount(rows[machine.support_], machine.dual_coef_[0], columns.shape[1])
        return duals, float(machine.intercept_[0])


def _telling(codes: Array, most: int, seed: int) -> Array:
    """The boxes to make a kernel of, rising: some of each attribute, of the rarest first, then others that are known to
    have something, by chance, and then the rest."""
    order = np.random.default_rng(seed).permutation(len(codes))
    having = codes[order] == PRESENT  # (boxes, attributes)
    turns = np.where(having, np.minimum(np.cumsum(having, axis=0), SOME + 1), SOME + 2)
    turn = turns.min(axis=1, initial=SOME + 2)
    rarest = np.where(having, having.sum(axis=0), len(codes)).min(axis=1, initial=len(codes))
    return np.sort(order[np.lexsort((np.where(turn <= SOME, rarest, 0), turn))][:most])
