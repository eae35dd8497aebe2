"""How far apart several captions of one photo are."""

import re
from collections.abc import Sequence
from itertools import combinations

_WORD = re.compile(r"\w+")


def disagreement(captions: Sequence[str]) -> float | None:
    """One minus the mean, over all pairs of captions, of the words they share by the words either has, in [0, 1].

    Words are runs of letters and digits without regard to case, each counted once (the Jaccard index of two sets).
    Two captions without words agree. None where there is no pair.
    """
    words = [frozenset(_WORD.findall(caption.lower())) for caption in captions]
    overlaps = [len(one & other) / len(one | other) if one | other else 1.0 for one, other in combinations(words, 2)]
    return 1.0 - sum(overlaps) / len(overlaps) if overlaps else None
