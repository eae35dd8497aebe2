"""Where systems do best, worst, and disagree most: photos that lead to their own views."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from workflows.report.comparison import Comparison
from workflows.report.disagreement import disagreement
from workflows.report.scores import by_photo, photo_metric
from workflows.report.section import Section, filled
from workflows.report.shots import Shot, most


@dataclass(frozen=True, slots=True)
class Gallery:
    """`order` is the page's name of the same order of all photos, or empty."""

    title: str
    order: str
    number: str
    shots: tuple[Shot, ...]


def section(comparison: Comparison) -> Section | None:
    """The galleries; None where no photo has a number."""
    found = [gallery for gallery in galleries(comparison) if gallery.shots]
    return Section("galleries", "Photographs to look at", filled("galleries.html", galleries=found)) if found else None


def galleries(comparison: Comparison) -> tuple[Gallery, ...]:
    """Most disagreed, best and worst: by the mean score of the systems that neither are people nor saw the truth."""
    ids = [image.id for image in comparison.images]
    said = {place: _said(comparison, place) for place in comparison.shown}
    apart = {
        place: value
        for place, captions in said.items()
        if (value := disagreement(list(captions.values()))) is not None and value > 0
    }
    scores = _scores(comparison)
    means = {place: fmean(each.values()) for place, each in scores.items()}
    metric = photo_metric(comparison)
    return (
        Gallery(
            "Most disagreed",
            "disagreed",
            "disagreement",
            tuple(_shot(ids, place, apart[place], _farthest(said[place])) for place in most(apart, ids)),
        ),
        *(
            Gallery(
                title,
                "",
                f"mean {metric}",
                tuple(
                    _shot(
                        ids,
                        place,
                        means[place],
                        {(who := choose(scores[place], key=scores[place].__getitem__)): said[place][who]},
                    )
                    for place in most(means, ids, least)
                ),
            )
            for title, least, choose in (("Best described", False, max), ("Worst described", True, min))
        ),
    )


def _said(comparison: Comparison, place: int) -> dict[str, str]:
    captions = ((system.name, system.captions(place)) for system in comparison.systems)
    return {name: best[0].text for name, best in captions if best}


def _scores(comparison: Comparison) -> dict[int, dict[str, float]]:
    """place -> system -> score, of the photos on the page that have any."""
    rivals = [
        (system, scores)
        for system, scores in zip(comparison.systems, by_photo(comparison), strict=True)
        if not system.human and not system.oracle
    ]
    found = {}
    for place in comparison.shown:
        photo = comparison.images[place].id
        each = {system.name: scores[photo] for system, scores in rivals if photo in scores and system.captions(place)}
        if each:
            found[place] = each
    return found


def _farthest(said: Mapping[str, str]) -> dict[str, str]:
    """The two captions that share least."""
    pair = max(combinations(said, 2), key=lambda two: disagreement([said[two[0]], said[two[1]]]) or 0.0)
    return {name: said[name] for name in pair}


def _shot(ids: list[str], place: int, value: float, said: Mapping[str, str]) -> Shot:
    return Shot(ids[place], tuple(said.items()), value)
