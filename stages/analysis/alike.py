"""Which results may be compared: those of one metric, on the same photos, against the same references."""

from pipeline.errors import BadData
from stages.analysis.scoring import MetricResult


def require_alike(first: MetricResult, second: MetricResult) -> None:
    """Refuse two results whose difference would not be one of systems alone.

    Raises:
        BadData: naming what differs: metric, references, fingerprint, or the photos.
    """
    if not first.photos or not second.photos:
        raise BadData(f"{first.metric}: no photo was scored for both systems; compare systems on common photos")
    for what, one, other in (
        ("metrics", first.metric, second.metric),
        ("choices of references", first.references, second.references),
        ("fingerprints", _fingerprint(first), _fingerprint(second)),
        ("references", first.truth, second.truth),
        ("numbers of references left out", len(first.rows), len(second.rows)),
    ):
        if one != other:
            raise BadData(f"{first.metric}: scores of unlike {what} cannot be compared: {one!r} and {other!r}")
    if first.photos != second.photos:
        strange = sorted(set(first.photos) ^ set(second.photos))
        differs = f"{len(strange)} of one alone, as {strange[0]!r}" if strange else "in another order"
        raise BadData(f"{first.metric}: scores of unlike photos cannot be compared ({differs}); take the common ones")


def _fingerprint(result: MetricResult) -> str:
    return result.scores[0].fingerprint
