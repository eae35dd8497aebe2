"""What people's choices between two captions say of the systems that wrote them: shares, strengths, and of the people.

Whoever could not say gives half a choice to either side. All intervals come from drawing photos, each with all that
was asked of it and of whomever. A question asked again with its sides swapped tells whether a judge is consistent; it
is no second choice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.errors import BadData
from pipeline.records import Array
from stages.analysis.bootstrap import DRAWS, bounds, photo_draws
from stages.analysis.bradley_terry import preferred, require_maximum, strengths
from stages.analysis.choices import Choice, Share, share_of
from stages.analysis.judges import Judge, agreement, judges

_TRACE = 1e-3
"""Wins added to either side of what was asked in a resample, so that it has a maximum where one side won all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A system: how often it was preferred when asked about, and by Bradley and Terry, whoever it happened to be paired
    with, its strength (mean 0) and the chance that it is preferred to another drawn at random, both with bounds.

    A bound of a strength far beyond all others stands for infinity: resamples in which one side won all.
    """

    system: str
    preferred: Share
    strength: float | None
    strength_interval: tuple[float, float] | None
    chance: Share


@dataclass(frozen=True, slots=True)
class Duel:
    """Two systems: how often each was preferred to the other, how often nobody could say, the share of the first."""

    first: str
    second: str
    wins: int
    losses: int
    undecided: int
    share: Share


@dataclass(frozen=True, slots=True)
class Preferences:
    """All of it. `missing` says why there are no strengths; `agreement` is Krippendorff's alpha, None where unknown;
    `first_side` the share of decided answers that took the caption of the first side."""

    standings: tuple[Standing, ...]
    duels: tuple[Duel, ...]
    judges: tuple[Judge, ...]
    agreement: float | None
    first_side: Share
    missing: str = ""


def preferences(choices: Sequence[Choice], seed: int = 0) -> Preferences:
    """Analyse the answers of any number of judges.

    Raises:
        BadData: if there is no answer.
    """
    if not choices:
        raise BadData("nobody has answered anything yet: give files with answers")
    once = [choice for choice in choices if not choice.again]
    systems = sorted({system for choice in choices for system in choice.systems})
    photos = sorted({choice.photo for choice in choices})
    wins, sides = _wins(once, photos, systems), _sides(choices, photos)
    draws = photo_draws(len(photos), DRAWS, seed)
    drawn = (draws @ wins.reshape(len(photos), -1)).reshape(DRAWS, *wins.shape[1:])
    total, missing = wins.sum(axis=0), ""
    try:
        require_maximum(total, systems)
    except BadData as error:
        missing = str(error)
    return Preferences(
        standings=_standings(systems, total, drawn, not missing),
        duels=_duels(once, systems, total, drawn),
        judges=judges(choices),
        agreement=agreement(once),
        first_side=share_of(sides.sum(axis=0)[0], sides.sum(axis=0)[1], *np.moveaxis(draws @ sides, -1, 0)),
        missing=missing,
    )


def _wins(choices: Iterable[Choice], photos: Sequence[str], systems: Sequence[str]) -> Array:
    """(photos, systems, systems): how often i was preferred to j."""
    found = np.zeros((len(photos), len(systems), len(systems)))
    at_photo, at_system = ({name: place for place, name in enumerate(names)} for names in (photos, systems))
    for choice in choices:
        one, other = (at_system[system] for system in choice.systems)
        share = (0.5, 1.0, 0.0)[choice.side]
        found[at_photo[choice.photo], one, other] += share
        found[at_photo[choice.photo], other, one] += 1.0 - share
    return found


def _sides(choices: Iterable[Choice], photos: Sequence[str]) -> Array:
    """(photos, 2): decided answers that took the first side, and all decided ones."""
    found = np.zeros((len(photos), 2))
    places = {name: place for place, name in enumerate(photos)}
    for choice in choices:
        found[places[choice.photo]] += (choice.side == 1, choice.side != 0)
    return found


def _standings(systems: Sequence[str], total: Array, drawn: Array, bounded: bool) -> tuple[Standing, ...]:
    """From wins of all photos (systems, systems) and of resamples (draws, systems, systems); best first."""
    asked, chosen = (total + total.T).sum(axis=1), total.sum(axis=1)
    drawn_asked = (drawn + drawn.swapaxes(1, 2)).sum(axis=2)
    found = strengths(total) if bounded else None
    met = (total + total.T > 0) * _TRACE
    resampled = strengths(drawn + met) if bounded else np.empty((0, len(systems)))
    chances = _chances(resampled)
    standings = []
    for at, system in enumerate(systems):
        share = share_of(chosen[at], asked[at], drawn[:, at].sum(axis=1), drawn_asked[:, at])
        if found is None:
            standings.append(Standing(system, share, None, None, Share(share.count, None, None)))
        else:
            chance = Share(share.count, float(_chances(found)[at]), bounds(chances[:, at]))
            standings.append(Standing(system, share, float(found[at]), bounds(resampled[:, at]), chance))
    return tuple(sorted(standings, key=lambda one: (one.strength or 0.0, one.preferred.value or 0.0), reverse=True))


def _chances(found: Array) -> Array:
    """(..., systems): the mean chance of being preferred to each other system."""
    chances: Array = (preferred(found).sum(axis=-1) - 0.5) / (found.shape[-1] - 1)
    return chances


def _duels(choices: Sequence[Choice], systems: Sequence[str], total: Array, drawn: Array) -> tuple[Duel, ...]:
    counts: Mapping[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for choice in choices:
        first, second = sorted(choice.systems)
        counts[first, second][("", first, second).index(choice.system)] += 1
    places = {system: place for place, system in enumerate(systems)}
    duels = []
    for pair in combinations(systems, 2):
        if pair in counts:
            i, j = (places[system] for system in pair)
            share = share_of(total[i, j], total[i, j] + total[j, i], drawn[:, i, j], drawn[:, i, j] + drawn[:, j, i])
            undecided, won, lost = counts[pair]
            duels.append(Duel(*pair, won, lost, undecided, share))
    return tuple(duels)
