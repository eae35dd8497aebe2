"""Connected parts against flood fill, smoothing against its definition."""

import numpy as np
import pytest

from pipeline.records import Array
from stages.vision.connected import parts, smoothed


def flooded(labels: Array) -> set[tuple[int, frozenset[tuple[int, int]]]]:
    left = {(int(y), int(x)) for y, x in np.ndindex(labels.shape)}
    found = set()
    while left:
        part, border = set(), [left.pop()]
        label = labels[border[0]]
        while border:
            y, x = border.pop()
            part.add((y, x))
            for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if near in left and labels[near] == label:
                    left.remove(near)
                    border.append(near)
        found.add((int(label), frozenset(part)))
    return found


@pytest.mark.parametrize("seed", range(10))
def test_parts_are_those_of_a_flood_fill(seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, (7, 9))
    found = list(parts(labels, 0.0))
    assert {(p.label, frozenset(map(tuple, np.argwhere(p.places).tolist()))) for p in found} == flooded(labels)
    for part in found:
        rows, columns = np.nonzero(part.places)
        assert (part.top, part.bottom, part.left, part.right) == (
            rows.min(),
            rows.max() + 1,
            columns.min(),
            columns.max() + 1,
        )


def test_parts_below_the_least_share_are_left_out() -> None:
    labels = np.zeros((4, 5), dtype=np.int64)
    labels[0, 0] = 1
    assert [part.label for part in parts(labels, 0.06)] == [0]
    assert [part.label for part in parts(labels, 0.05)] == [0, 1]


def test_a_place_becomes_the_mean_of_its_neighbourhood() -> None:
    given = np.random.default_rng(0).random((4, 5, 2))
    near = [given[min(max(y, 0), 3), min(max(x, 0), 4)] for y in (-1, 0, 1) for x in (3, 4, 5)]
    assert smoothed(given)[0, 4] == pytest.approx(np.mean(near, axis=0))
    assert smoothed(given)[2, 2] == pytest.approx(given[1:4, 1:4].mean(axis=(0, 1)))
    assert smoothed(given[:1, :1]) == pytest.approx(given[:1, :1])
