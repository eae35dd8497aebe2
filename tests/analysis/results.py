"""Results of a metric made by hand: random rows, one system or several."""

import numpy as np

from pipeline.records import Array, Score
from pipeline.stage import Metric
from stages.analysis.scoring import MetricResult


def result(metric: Metric[object], rows: Array, first: int = 0) -> MetricResult:
    """What `metric` would say of photos first, first + 1 ... with these (rounds, photos, statistics)."""
    scores = tuple(Score(name, 0.0, "leave_one_out", metric.fingerprint()) for name in metric.scores)
    photos = tuple(f"photo {first + place}" for place in range(rows.shape[1]))
    return MetricResult(metric.name, "leave_one_out", scores, photos, rows)


def bleu_rows(seed: int, photos: int, rounds: int = 2, share: float = 0.5) -> Array:
    """Rows of BLEU as captions of some ten words give them: whole numbers, matches no more than n-grams."""
    draw = np.random.default_rng(seed)
    words = draw.integers(6, 14, (rounds, photos))
    grams = np.stack([words - order for order in range(4)], axis=-1)
    matches = draw.binomial(grams, share / np.arange(1, 5))
    lengths = np.stack([words, draw.integers(6, 14, (rounds, photos))], axis=-1)
    return np.concatenate([matches, grams, lengths], axis=-1).astype(np.float64)
