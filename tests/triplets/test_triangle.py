"""The triangle: exact inference against plain loops, and the subgradient step by hand."""

from itertools import product

import numpy as np
import pytest

from stages.triplets._triangle import Lesson, Problem, Weights, features, losses, step, totals, trained, worst

SIZES = (4, 3, 5)
WIDTH = 6


def problem(seed: int, sizes: tuple[int, int, int] = SIZES) -> Problem:
    draw = np.random.default_rng(seed)
    o, a, s = sizes
    nodes = tuple(draw.normal(size=(size, WIDTH)) for size in sizes)
    edges = tuple(draw.normal(size=(*pair, 4)) for pair in ((o, a), (o, s), (a, s)))
    return Problem((nodes[0], nodes[1], nodes[2]), (edges[0], edges[1], edges[2]))


def weights(seed: int) -> Weights:
    draw = np.random.default_rng(seed)
    return Weights(draw.normal(size=(3, WIDTH)), draw.normal(size=(3, 4)))


def by_loops(one: Problem, w: Weights, o: int, a: int, s: int) -> float:
    total = 0.0
    for f in range(WIDTH):
        total += w.nodes[0, f] * one.nodes[0][o, f] + w.nodes[1, f] * one.nodes[1][a, f]
        total += w.nodes[2, f] * one.nodes[2][s, f]
    for f in range(4):
        total += w.edges[0, f] * one.edges[0][o, a, f] + w.edges[1, f] * one.edges[1][o, s, f]
        total += w.edges[2, f] * one.edges[2][a, s, f]
    return total


@pytest.mark.parametrize("seed", range(5))
def test_every_triplet_is_scored_as_by_plain_loops(seed: int) -> None:
    one, w = problem(seed), weights(seed + 100)
    scores = totals(one, w)
    assert scores.shape == SIZES
    for o, a, s in product(*map(range, SIZES)):
        assert scores[o, a, s] == pytest.approx(by_loops(one, w, o, a, s))


@pytest.mark.parametrize("seed", range(5))
def test_the_worst_triplet_is_the_best_of_score_and_loss_by_enumeration(seed: int) -> None:
    one, w, right = problem(seed), weights(seed + 100), [(0, 1, 2), (3, 1, 4)]

    def loss(triplet: tuple[int, ...]) -> float:
        return min(sum(x != y for x, y in zip(triplet, truth, strict=True)) for truth in right) / 3

    best = max(product(*map(range, SIZES)), key=lambda t: by_loops(one, w, *t) + loss(t))
    assert worst(Lesson(one, right[0], losses(right, SIZES)), w) == best


def test_the_loss_counts_elements_that_differ_from_the_nearest_right_triplet() -> None:
    loss = losses([(0, 0, 0), (1, 2, 3)], SIZES)
    assert loss[0, 0, 0] == loss[1, 2, 3] == 0
    assert loss[0, 0, 3] == pytest.approx(1 / 3)
    assert loss[1, 2, 0] == pytest.approx(1 / 3)
    assert loss[0, 2, 3] == pytest.approx(1 / 3)
    assert loss[1, 0, 0] == pytest.approx(1 / 3)
    assert loss[2, 2, 0] == pytest.approx(2 / 3)
    assert loss[2, 1, 1] == 1


def test_the_score_is_linear_in_the_features() -> None:
    one, w = problem(7), weights(8)
    for triplet in product(*map(range, SIZES)):
        phi = features(one, triplet)
        assert (phi.nodes * w.nodes).sum() + (phi.edges * w.edges).sum() == pytest.approx(totals(one, w)[triplet])


def small() -> Lesson:
    """Two values a node, one number each: the second value of a node shows 1, everything else 0."""
    node, edge = np.array([[0.0], [1.0]]), np.zeros((2, 2, 4))
    edge[1, 1, 2] = 1.0
    return Lesson(Problem((node, node, node), (edge, edge, edge)), (1, 0, 0), losses([(1, 0, 0)], (2, 2, 2)))


def test_a_step_goes_from_the_worst_triplet_to_the_right_one() -> None:
    # With weights of 0 the loss alone decides: (0, 1, 1) differs in all three. phi(right) - phi(worst) is
    # (1, -1, -1) at the nodes; on the edges the pair (action, scene) = (1, 1) shows 1 in its third number.
    start = Weights(np.zeros((3, 1)), np.zeros((3, 4)))
    after = step(start, small(), strength=0.01, rate=0.5)
    np.testing.assert_allclose(after.nodes, [[0.5], [-0.5], [-0.5]])
    expected = np.zeros((3, 4))
    expected[2, 2] = -0.5
    np.testing.assert_allclose(after.edges, expected)


def test_a_second_step_shrinks_first_and_stays_within_the_ball() -> None:
    # From w = (.2, 0, 0): right scores .2, (0, 1, 1) scores 0 + 1 of loss and still wins. Shrunk by 1 - .5 * .1 = .95:
    # .19 + .5 = .69, and -.5, -.5, -.5 (the edge). Length sqrt(.69^2 + 3 * .25) = 1.107 is within 1 / sqrt(.1) = 3.16.
    start = Weights(np.array([[0.2], [0.0], [0.0]]), np.zeros((3, 4)))
    after = step(start, small(), strength=0.1, rate=0.5)
    np.testing.assert_allclose(after.nodes, [[0.69], [-0.5], [-0.5]])
    # With lambda = 4 and rate .25 the shrinking is whole; the step (.25, -.25, -.25, -.25) has length .5 = 1 / sqrt(4).
    held = step(start, small(), strength=4.0, rate=0.25)
    np.testing.assert_allclose(held.nodes, [[0.25], [-0.25], [-0.25]])
    # At twice the rate it would be longer than the ball allows.
    long = step(Weights(np.zeros((3, 1)), np.zeros((3, 4))), small(), strength=4.0, rate=0.5)
    assert np.sqrt((long.nodes**2).sum() + (long.edges**2).sum()) == pytest.approx(0.5)


def test_weights_are_averaged_over_the_latter_half_of_the_steps() -> None:
    lesson, strength = small(), 0.5
    w = Weights(np.zeros((3, 1)), np.zeros((3, 4)))
    path = []
    for time in range(1, 5):
        w = step(w, lesson, strength, 1 / (strength * time))
        path.append(w)
    found = trained(lambda _: lesson, [0, 0, 0, 0], 1, strength)
    np.testing.assert_allclose(found.nodes, (path[2].nodes + path[3].nodes) / 2)
    np.testing.assert_allclose(found.edges, (path[2].edges + path[3].edges) / 2)


def test_the_objective_falls_towards_what_a_slow_descent_on_all_photos_finds() -> None:
    lessons = []
    true = weights(50)
    for seed in range(12):
        one = problem(seed)
        o, a, s = np.unravel_index(int(totals(one, true).argmax()), SIZES)
        right = (int(o), int(a), int(s))
        lessons.append(Lesson(one, right, losses([right], SIZES)))
    strength = 0.2

    def objective(w: Weights) -> float:
        hinges = [(totals(x.problem, w) + x.loss).max() - totals(x.problem, w)[x.right] for x in lessons]
        return float(strength / 2 * ((w.nodes**2).sum() + (w.edges**2).sum()) + np.mean(hinges))

    draw = np.random.default_rng(0)
    order = [int(at) for _ in range(300) for at in draw.permutation(len(lessons))]
    found = trained(lambda at: lessons[at], order, WIDTH, strength)
    slow = Weights(np.zeros((3, WIDTH)), np.zeros((3, 4)))
    for time in range(1, 400):
        gradient = Weights(strength * slow.nodes, strength * slow.edges)
        for x in lessons:
            bad, good = features(x.problem, worst(x, slow)), features(x.problem, x.right)
            gradient.nodes[:] += (bad.nodes - good.nodes) / len(lessons)
            gradient.edges[:] += (bad.edges - good.edges) / len(lessons)
        rate = 1 / (strength * (time + 20))
        slow = Weights(slow.nodes - rate * gradient.nodes, slow.edges - rate * gradient.edges)
    assert objective(found) < 0.5 * objective(Weights(np.zeros((3, WIDTH)), np.zeros((3, 4))))
    assert objective(found) == pytest.approx(objective(slow), rel=0.15)
