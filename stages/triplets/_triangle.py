"""A triangle of three nodes: exact inference by enumeration, and weights of the largest margin.

    score(x, y) = sum over nodes w_r . n_r(x, y_r) + sum over edges v_e . m_e(y_a, y_b)

Weights minimise (lambda / 2) |w|^2 + (1 / n) sum over photos of max_y [score(x, y) + L(y) - score(x, truth)], by
stochastic subgradients (Pegasos, Shalev-Shwartz et al. 2011), averaged over the latter half of the steps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array
from stages.triplets._values import EDGES, Place

STATISTICS = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """One photo: features of the nodes' values (values, F) and of the edges' pairs (A, B, 4), in the order of EDGES."""

    nodes: tuple[Array, Array, Array]
    edges: tuple[Array, Array, Array]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of node features (3, F) and of edge features (3, 4)."""

    nodes: Array
    edges: Array


@dataclass(frozen=True, slots=True)
class Lesson:
    """A photo, the triplet that is right, and the loss of every other: (objects, actions, scenes), 0 where right."""

    problem: Problem
    right: Place
    loss: Array


def totals(problem: Problem, weights: Weights) -> Array:
    """The score of every triplet: (objects, actions, scenes)."""
    things, acts, places = (features @ w for features, w in zip(problem.nodes, weights.nodes, strict=True))
    doing, being, where = (features @ w for features, w in zip(problem.edges, weights.edges, strict=True))
    beside = acts[:, None] + places[None, :] + where  # (actions, scenes)
    scores: Array = things[:, None, None] + doing[:, :, None] + being[:, None, :] + beside[None, :, :]
    return scores


def features(problem: Problem, triplet: Place) -> Weights:
    """Phi(x, y), in the shape of the weights."""
    nodes = np.stack([values[at] for values, at in zip(problem.nodes, triplet, strict=True)])
    edges = [pairs[triplet[a], triplet[b]] for (a, b), pairs in zip(EDGES, problem.edges, strict=True)]
    return Weights(nodes, np.stack(edges))


def worst(lesson: Lesson, weights: Weights) -> Place:
    """The triplet of the highest score and loss together; of equals the first."""
    augmented = totals(lesson.problem, weights) + lesson.loss
    thing, act, place = np.unravel_index(int(augmented.argmax()), augmented.shape)
    return int(thing), int(act), int(place)


def step(weights: Weights, lesson: Lesson, strength: float, rate: float) -> Weights:
    """Against the subgradient at one photo, then back to the ball of radius 1 / sqrt(lambda), in which the minimum
    lies; `strength` is lambda."""
    right, wrong = features(lesson.problem, lesson.right), features(lesson.problem, worst(lesson, weights))
    nodes = (1 - rate * strength) * weights.nodes + rate * (right.nodes - wrong.nodes)
    edges = (1 - rate * strength) * weights.edges + rate * (right.edges - wrong.edges)
    length = float(np.sqrt((nodes**2).sum() + (edges**2).sum()))
    shrink = min(1.0, 1 / (np.sqrt(strength) * length)) if length > 0 else 1.0
    return Weights(nodes * shrink, edges * shrink)


def trained(lesson: Callable[[int], Lesson], order: Sequence[int], width: int, strength: float) -> Weights:
    """Weights after a step for each of `order`, the numbers of photos in the order to learn from; `width` is F."""
    weights = Weights(np.zeros((3, width)), np.zeros((3, STATISTICS)))
    nodes, edges = np.zeros_like(weights.nodes), np.zeros_like(weights.edges)
    first = len(order) // 2
    for time, photo in enumerate(order):
        weights = step(weights, lesson(photo), strength, 1 / (strength * (time + 1)))
        if time >= first:
            nodes += weights.nodes
            edges += weights.edges
    averaged = max(len(order) - first, 1)
    return Weights(nodes / averaged, edges / averaged)


def losses(right: Sequence[Place], sizes: tuple[int, int, int]) -> Array:
    """The share of elements in which each triplet differs from the nearest of those that are right: (O, A, S)."""
    wrong = np.full(sizes, 3.0)
    for triplet in right:
        things, acts, places = (np.arange(size) != at for size, at in zip(sizes, triplet, strict=True))
        differing = things[:, None, None].astype(np.float64) + acts[:, None] + places
        np.minimum(wrong, differing, out=wrong)
    return wrong / 3
