"""Exact maximisation of a sum of unary and pairwise scores over a few variables, with max-marginals.

A problem is written over all states of all variables in a row: `sizes` (variables,) says how many states each variable
has, `unary` (states,) scores a state, `pair` (states, states) symmetric scores two states of different variables (its
blocks within a variable are 0). A labelling picks one state a variable; its score is the sum of its unary scores and
of its pair scores, each pair once.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, combinations_with_replacement
from math import prod

import numpy as np

from pipeline.records import Array

MOST_SEARCHED = 20_000
"""Labellings that are scored one by one faster than a solver starts."""


def best(sizes: Sequence[int], unary: Array, pair: Array) -> Array:
    """The best labelling: (variables,) indices into the states. Of equal ones, the first where all are scored."""
    if prod(sizes) > MOST_SEARCHED:
        return _solved(sizes, unary, pair)
    first, second, table = _table(sizes, unary, pair)
    row, column = np.unravel_index(int(table.argmax()), table.shape)
    return np.concatenate([first[row], second[column]])


def max_marginals(sizes: Sequence[int], unary: Array, pair: Array) -> Array:
    """(states, states): the best score of a labelling that has both states; on the diagonal, that has the state.

    -inf for two states of one variable. Every labelling is scored: at most about two million (eight variables of six
    states) should exist.
    """
    marginals = np.full(pair.shape, -np.inf)  # (states, states)
    blocks = _blocks(sizes)
    _, _, table = _table(sizes, unary, pair)
    middle, count = len(sizes) // 2, len(sizes)
    halves = range(middle), range(middle, count)

    def keep(scores: Array, variables: Sequence[int], one: int, other: int) -> None:
        rest = tuple(axis for axis, variable in enumerate(variables) if variable not in (one, other))
        block = scores.max(axis=rest)  # (states of one, states of other); (states,) where one is other
        if one == other:
            marginals[blocks[one], blocks[one]] = np.where(np.eye(len(block), dtype=bool), block, -np.inf)
        else:
            marginals[blocks[one], blocks[other]], marginals[blocks[other], blocks[one]] = block, block.T

    for half, other_half in ((halves[0], 1), (halves[1], 0)):
        scores = table.max(axis=other_half).reshape([sizes[variable] for variable in half])  # one axis a variable
        for one, other in combinations_with_replacement(half, 2):
            keep(scores, half, one, other)
    whole = table.reshape(tuple(sizes))  # one axis a variable
    for one in halves[0]:
        scores = whole.max(axis=tuple(axis for axis in halves[0] if axis != one))
        for other in halves[1]:
            keep(scores, [one, *halves[1]], one, other)
    return marginals


def _blocks(sizes: Sequence[int]) -> list[slice]:
    """Where each variable's states lie among all."""
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]


def _table(sizes: Sequence[int], unary: Array, pair: Array) -> tuple[Array, Array, Array]:
    """The labellings of the first and of the second half of the variables, and the score of every two together.

    Returns (rows, variables of the first half), (columns, variables of the second half) and (rows, columns).
    """
    middle = len(sizes) // 2
    first = _labellings(tuple(sizes[:middle]))
    second = _labellings(tuple(sizes[middle:])) + sum(sizes[:middle])
    rows, columns = (_indicator(half, len(unary)) for half in (first, second))  # (labellings, states)
    own = [half @ unary + np.einsum("ls,st,lt->l", half, pair, half, optimize=True) / 2 for half in (rows, columns)]
    return first, second, own[0][:, None] + rows @ pair @ columns.T + own[1]


@lru_cache(maxsize=256)
def _labellings(sizes: tuple[int, ...]) -> Array:
    """Every choice of one state a variable: (product of sizes, variables)."""
    starts = np.cumsum((0, *sizes[:-1]))[: len(sizes)]
    places = np.indices(sizes).reshape(len(sizes), -1).T if sizes else np.zeros((1, 0), dtype=np.int64)
    labellings: Array = places + starts
    return labellings


def _indicator(labellings: Array, states: int) -> Array:
    rows = np.zeros((len(labellings), states))
    np.put_along_axis(rows, labellings, 1.0, axis=1)
    return rows


def _solved(sizes: Sequence[int], unary: Array, pair: Array) -> Array:
    """`best` by toulbar2, exact to a millionth: its costs are what a choice falls short of the largest score."""
    import pytoulbar2

    blocks = _blocks(sizes)
    network = pytoulbar2.CFN(resolution=6)
    for variable, size in enumerate(sizes):
        network.AddVariable(f"x{variable}", range(size))
    for variable, block in enumerate(blocks):
        network.AddFunction([variable], (unary[block].max() - unary[block]).tolist())
    for one, other in combinations(range(len(sizes)), 2):
        scores = pair[blocks[one], blocks[other]]  # (states of one, states of other)
        network.AddFunction([one, other], (scores.max() - scores).ravel().tolist())
    places, _, _ = network.Solve()
    return np.array([block.start + place for block, place in zip(blocks, places, strict=True)])


def score(labelling: Array, unary: Array, pair: Array) -> float:
    """The score of a labelling."""
    return float(unary[labelling].sum() + pair[np.ix_(labelling, labelling)].sum() / 2)
