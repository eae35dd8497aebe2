"""Object, action and scene of a photo by a Markov random field of three nodes (Farhadi et al. 2010, sections 2 and 3).

Value sets come from the parsed training captions, and so does the truth, as nobody annotates photographs with triplets:
of the triplets that a photo's captions say the one whose elements most of its captions say is right, and a wrong
one loses the share of elements in which it differs from the nearest of them. Potentials of nodes are learnt mixes of a
detector's response to the value's name and, for each view of the photo, of linear classifiers' answers: for the
photo, for the mean of its nearest training photos, and on the mean for each of them. Potentials of edges are learnt
mixes of four numbers of the captions. No photo is judged by a classifier or counts that it has part in, neither when
weights are learnt nor when a training photo is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Scene, Triplet
from pipeline.stage import Examples, Resources, Stage
from stages.analysis.directions import directions
from stages.language.meaning import meanings
from stages.resources.parses import Parses
from stages.triplets._classifiers import fitted
from stages.triplets._sights import VIEWS, labels_of, likeness, nearest, responses, sight
from stages.triplets._teaching import agreed, fullest, shares
from stages.triplets._triangle import Lesson, Problem, Weights, losses, totals, trained
from stages.triplets._values import Corpus, Place, Values, learnt

_TOGETHER = 256  # photos compared with all others at a time


@dataclass(frozen=True, slots=True)
class Config:
    features: tuple[str, ...] = option(("detections", "descriptors"), "views of a photo, joined by +", choices=VIEWS)
    min_captions: int = option(12, "training captions that must name a value", low=1)
    most_objects: int = option(40, "values of the first node, at most", low=1, high=200)
    most_actions: int = option(24, "values of the second node besides none, at most", low=1, high=200)
    most_scenes: int = option(36, "values of the third node besides none, at most", low=1, high=200)
    neighbours: int = option(12, "training photos that smooth a photo's features; 0: none", low=0, high=1000)
    strength: float = option(0.01, "weight of the weights in the objective (lambda)", low=1e-8, high=10.0)
    epochs: int = option(10, "times that every photo is learnt from", low=1, high=1000)
    seed: int = option(0, "of the order of photos", low=0)
    best: int = option(20, "triplets of a photo", low=1, high=1000, affects="predict")


class TriangleMrf(Stage[Config, tuple[Triplet, ...]]):
    """The best triplets of a photo, best first, with their probabilities among all under exp(score).

    Raises:
        BadData: where no object is named by enough captions.
    """

    name = "triangle_mrf"
    version = 4
    writes = "triplets"
    config_type = Config
    fit_on = ("train",)

    values_: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]  # objects, actions, scenes
    labels_: tuple[str, ...]  # of the detector
    shas_: tuple[str, ...]  # of the training photos
    widths_: tuple[int, ...]  # numbers of each view
    averages_: Array  # (features,) over all views, as are the next two
    seen_: Array  # (photos, features), centred
    classifiers_: Array  # (features, values)
    offsets_: Array  # (views, values)
    answers_: Array  # (views, photos, values), of classifiers that learned from the photo
    held_out_: Array  # (views, photos, values), of those that did not
    mixed_: Array  # (photos, values, F), the features of the training photos' nodes
    node_weights_: Array  # (3, F)
    edge_weights_: Array  # (3, 4)
    said_: Array  # (triplets, 3), the places of all triplets that the captions say, photo by photo
    ends_: Array  # (photos,), where those of each photo end

    def reads(self) -> tuple[str, ...]:
        return tuple(view for view in VIEWS if view in self.config.features)

    def uses(self) -> tuple[str, ...]:
        return (Parses.name,)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        scenes = examples["train"].scenes
        told = [[meanings(p) for p in resources.of(Parses).of(scene.image.id)] for scene in scenes]
        most = (self.config.most_objects, self.config.most_actions, self.config.most_scenes)
        values = learnt((said for captions in told for said in captions), self.config.min_captions, most)
        if not values.names[0]:
            raise BadData(
                f"no object is named by {self.config.min_captions} training captions, so triangle_mrf has nothing to"
                " choose from: give more captions, or a smaller min_captions"
            )
        self.values_ = values.names
        self._look(scenes, shares(told, values))
        said = [[place for caption in captions for place in values.places(caption)] for captions in told]
        self.said_ = np.array([place for places in said for place in places], dtype=np.int64).reshape(-1, 3)
        self.ends_ = np.cumsum([len(places) for places in said], dtype=np.int64)
        self._weigh(said)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Triplet, ...]]:
        if not scenes:
            return []
        sizes = Values(self.values_).sizes
        said = [(int(o), int(a), int(s)) for o, a, s in self.said_]
        corpus = Corpus.count(said, sizes)
        everybody, weights = corpus.statistics(), Weights(self.node_weights_, self.edge_weights_)
        known = {sha: place for place, sha in enumerate(self.shas_) if sha}
        units = [directions(self.seen_[:, start:end]) for start, end in self._columns()]
        found = []
        for scene in self.runtime.progress(scenes, "triplets", len(scenes)):
            place = known.get(scene.image.sha256)
            if place is None:
                mixed, edges = self._asked(scene, units), everybody
            else:
                own = said[self.ends_[place - 1] if place else 0 : self.ends_[place]]
                mixed, edges = self.mixed_[place], corpus.without(own).statistics()
            found.append(self._best(totals(Problem(_split(mixed, sizes), edges), weights)))
        return found

    def _best(self, scores: Array) -> tuple[Triplet, ...]:
        flat = scores.ravel()
        chances = np.exp(flat - flat.max())
        chances /= chances.sum()
        order = np.argsort(-flat, kind="stable")[: self.config.best]
        objects, actions, places = self.values_
        return tuple(
            Triplet(objects[o], actions[a], places[s], float(chances[at]))
            for at, o, a, s in zip(order, *np.unravel_index(order, scores.shape), strict=True)
        )

    def _look(self, scenes: Sequence[Scene], taught: Array) -> None:
        """Remember the training photos, and fit each view's classifiers of the shares of captions (photos, values)."""
        reads, names = self.reads(), [name for role in self.values_ for name in role]
        self.labels_ = labels_of(scenes) if "detections" in reads else ()
        watched = self.runtime.progress(scenes, "looking at photos", len(scenes))
        looks = [([sight(scene, v, self.labels_) for v in reads], self._responses(scene, names)) for scene in watched]
        self.shas_ = tuple(scene.image.sha256 for scene in scenes)
        seen = [np.stack([views[at] for views, _ in looks]).astype(np.float32) for at in range(len(reads))]
        self.widths_ = tuple(view.shape[1] for view in seen)
        self.averages_ = np.concatenate([view.mean(axis=0, dtype=np.float64) for view in seen])
        self.seen_ = np.concatenate(seen, axis=1) - self.averages_.astype(np.float32)
        mixed = [np.stack([strongest for _, strongest in looks])]
        made = []
        for start, end in self._columns():
            view = self.seen_[:, start:end]
            classifiers = fitted(view.astype(np.float64) - view.mean(axis=0, dtype=np.float64), taught)
            near = self._neighbours(view)
            mixed += [classifiers.held_out(), classifiers.at_neighbours(near), classifiers.of_neighbours(near)]
            made.append((classifiers.weights, classifiers.offsets, classifiers.answers, classifiers.held_out()))
        self.mixed_ = np.stack(mixed, axis=2)  # (photos, values, F)
        self.classifiers_ = np.concatenate([weights for weights, *_ in made])
        self.offsets_, self.answers_, self.held_out_ = (np.stack([one[at] for one in made]) for at in (1, 2, 3))

    def _neighbours(self, view: Array) -> Array:
        """(photos, k) of one view; k is what the photo with the fewest others has."""
        units, shas, found = directions(view), np.array(self.shas_), list[Array]()
        for start in range(0, len(units), _TOGETHER):
            for at, row in enumerate(likeness(units[start : start + _TOGETHER], units), start):
                others = (shas != shas[at]) | (shas == "")
                others[at] = False
                found.append(nearest(row, others, self.config.neighbours))
        least = min(map(len, found))
        return np.array([row[:least] for row in found], dtype=np.int64).reshape(len(found), least)

    def _asked(self, scene: Scene, units: Sequence[Array]) -> Array:
        """The features of the nodes of a photo that was not learned from: (values, F)."""
        names = [name for role in self.values_ for name in role]
        mixed = [self._responses(scene, names)]
        everybody = np.ones(len(self.shas_), dtype=bool)
        for at, (view, (start, end)) in enumerate(zip(self.reads(), self._columns(), strict=True)):
            looked = sight(scene, view, self.labels_).astype(np.float64) - self.averages_[start:end]
            mixed.append(looked @ self.classifiers_[start:end] + self.offsets_[at])
            alike = likeness(directions(looked[None].astype(np.float32)), units[at])[0]
            near = nearest(alike, everybody, self.config.neighbours)
            for table in (self.answers_[at], self.held_out_[at]):
                mixed.append(table[near].mean(axis=0) if len(near) else np.zeros(len(names)))
        return np.stack(mixed, axis=1)

    def _responses(self, scene: Scene, names: Sequence[str]) -> Array:
        return responses(scene, names) if "detections" in self.config.features else np.zeros(len(names))

    def _columns(self) -> list[tuple[int, int]]:
        ends = np.cumsum(self.widths_).tolist()
        return list(zip([0, *ends[:-1]], ends, strict=True))

    def _weigh(self, said: Sequence[Sequence[Place]]) -> None:
        """Learn the two mixes, of features scaled to unit spread, and fold the scales into the weights."""
        sizes = Values(self.values_).sizes
        corpus = Corpus.count([place for places in said for place in places], sizes)
        teaching = [photo for photo, places in enumerate(said) if places]
        wide = np.stack([_spread(part, (0, 1)) for part in _split(self.mixed_, sizes, axis=1)])  # (3, F)
        steep = np.stack([_spread(edge, (0, 1)) for edge in corpus.statistics()])  # (3, 4)

        def lesson(photo: int) -> Lesson:
            places = said[photo]
            right = set(fullest(places, sizes))
            full = [place for place in places if place in right]
            nodes = [part / by for part, by in zip(_split(self.mixed_[photo], sizes), wide, strict=True)]
            edges = [part / by for part, by in zip(corpus.without(places).statistics(), steep, strict=True)]
            problem = Problem((nodes[0], nodes[1], nodes[2]), (edges[0], edges[1], edges[2]))
            return Lesson(problem, agreed(full, sizes), losses(full, sizes))

        draw = np.random.default_rng(self.config.seed)
        order = [teaching[at] for _ in range(self.config.epochs) for at in draw.permutation(len(teaching))]
        weights = trained(lesson, order, self.mixed_.shape[2], self.config.strength)
        self.node_weights_, self.edge_weights_ = weights.nodes / wide, weights.edges / steep


def _split(rows: Array, sizes: tuple[int, int, int], axis: int = 0) -> tuple[Array, Array, Array]:
    """What holds for all values as what holds for those of each role."""
    objects, actions, scenes = np.split(rows, np.cumsum(sizes)[:2], axis=axis)
    return objects, actions, scenes


def _spread(numbers: Array, axes: tuple[int, ...]) -> Array:
    spread: Array = numbers.std(axis=axes)
    return np.where(spread > 1e-9, spread, 1.0)
