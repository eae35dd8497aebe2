"""Krippendorff's alpha: how far judges agree beyond chance, whoever judged what (Krippendorff 2011, nominal data).

1 is full agreement, 0 what chance would give, less than 0 systematic disagreement. Unlike Cohen's and Fleiss' kappa
it needs no two judges who have answered the same questions.
"""

from collections import Counter
from collections.abc import Iterable, Sequence


def alpha(units: Iterable[Sequence[object]]) -> float | None:
    """1 - D_o / D_e of the values given to each unit, by any number of judges.

    None where no two judges answered one question, or all answers are the same, which leaves no chance to beat.
    """
    pairable = [values for values in units if len(values) > 1]
    totals = Counter(value for values in pairable for value in values)
    count = totals.total()
    by_chance = count * count - sum(times * times for times in totals.values())
    if not by_chance:
        return None
    apart = sum(
        (len(values) ** 2 - sum(times * times for times in Counter(values).values())) / (len(values) - 1)
        for values in pairable
    )
    return 1.0 - (count - 1) * apart / by_chance
