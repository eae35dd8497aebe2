"""Words of a sentence on regions of a photo, neighbours rather on one: a chain solved exactly (Viterbi 1967).

a = argmin of E(a) = sum_t -v_{a_t} . s_t - beta sum_t 1{a_t = a_{t+1}}       Karpathy and Fei-Fei 2015, (10)-(12)
"""

import numpy as np

from pipeline.records import Array


def segments(fit: Array, beta: float) -> tuple[int, ...]:
    """The region of each word, the first of equals.

    Args:
        fit: v_i . s_t, (words, regions).
        beta: what it is worth that two neighbours share a region, 0 or more.
    """
    if not len(fit):
        return ()
    best, came = fit[0], list[Array]()
    for row in fit[1:]:
        jump = int(best.argmax())
        stays = best + beta >= best[jump]
        came.append(np.where(stays, np.arange(len(best)), jump))
        best = row + np.where(stays, best + beta, best[jump])
    path = [int(best.argmax())]
    for before in reversed(came):
        path.append(int(before[path[-1]]))
    return tuple(reversed(path))
