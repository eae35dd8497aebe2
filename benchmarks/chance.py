"""What chance does in training: how far two trainings of one network lie apart, from those that were trained again."""

import math
import statistics
from functools import cache

from scipy.stats import t

from benchmarks.tables import figures_of
from workflows.planning import find_plans
from workflows.questions.question import Deciding

ROUNDED = "cbam[grid=cbam_grid:gates=none]"
LARGER = "`show_attend_tell` in batches of 32 photos: seeds 0 and 1, and seed 0 with maps that went through float16"


@cache
def trainings() -> dict[str, tuple[int, float, float]]:
    """Of networks trained more than once: how often, the mean of CIDEr-D and its standard deviation."""
    gates = figures_of("variants")["channel_gates"]["Flickr8k"][1]["of"][ROUNDED]["value"]
    larger = [*figures_of("seeds").values(), gates]
    found = {LARGER: (len(larger), statistics.mean(larger), statistics.stdev(larger))}
    for plan, each in figures_of("seeded")["spatial_attention"]["Flickr8k"][0]["of"].items():
        found[f"`{plan}`"] = (2, each["value"], each["deviation"])
    return found


def pooled() -> tuple[float, int]:
    """The standard deviation of a training, pooled over networks, and its degrees of freedom."""
    found = trainings().values()
    freedom = sum(count - 1 for count, _, _ in found)
    return math.sqrt(sum((count - 1) * deviation**2 for count, _, deviation in found) / freedom), freedom


def apart() -> float:
    """How far two trainings lie apart in one pair of twenty: by Student's t."""
    deviation, freedom = pooled()
    return float(t.ppf(0.975, freedom)) * deviation * math.sqrt(2)


def learned_apart(deciding: Deciding) -> bool:
    """Whether a sum is of two networks that learned each for itself."""
    plans = [find_plans((term.plan,), term.swaps, None, "flickr")[0] for term in deciding.terms]
    learned = [
        (plan.stage("captions").recipe("fit"), *(plan.stages[field] for field in plan.fit_reads("captions")))
        for plan in plans
        if hasattr(plan.stage("captions").config, "seed")
    ]
    return len(learned) == len(plans) == 2 and learned[0] != learned[1]
