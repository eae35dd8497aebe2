"""A view of every system: its scores among the others', what it is made of, how it learned, what it says and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.records import Score
from workflows.report.ablation import shown
from workflows.report.comparison import Comparison, System
from workflows.report.learning import curves
from workflows.report.scores import GROUPS, better, by_photo, photo_metric, scored_on
from workflows.report.section import filled
from workflows.report.shots import Shot, most, typical
from workflows.report.wording import wording


@dataclass(frozen=True, slots=True)
class Standing:
    """One score among those of all systems: `at` and `others` are where they lie, of 0 to 1, the better the higher;
    `rank` is "2 of 5", empty where neither more nor less is better or nobody else has it; a lone one lies halfway."""

    metric: str
    text: str
    interval: str
    rank: str
    at: float
    others: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A field's stage, whether it saw the truth, and which other systems have the very same."""

    field: str
    stage: str
    truth: bool
    shared: tuple[str, ...]


def views(comparison: Comparison) -> list[tuple[System, str]]:
    """Every system and the HTML of its view."""
    scored = by_photo(comparison)
    said = {system.name: _texts(comparison, system) for system in comparison.systems}
    linked = {comparison.images[place].id for place in comparison.shown}
    spoken = {name: sum(text is not None for text in texts) for name, texts in said.items()}
    people = [text for place in range(len(comparison.images)) for text in comparison.references(place)]
    made = []
    for system, scores in zip(comparison.systems, scored, strict=True):
        alike = [other for other in comparison.systems if spoken[other.name] == spoken[system.name]]
        references, standings = _standings(system, alike)
        body = filled(
            "system.html",
            system=system,
            references=references,
            scored=scored_on(spoken[system.name], len(comparison.images)),
            standings=standings,
            parts=parts(comparison, system),
            ablation=system.ablation,
            linked=linked,
            shown=shown,
            curves=curves([(system.name, learned) for learned in system.learning]) if system.learning else "",
            galleries=_galleries(comparison, said[system.name], scores),
            metric=photo_metric(comparison),
            wording=wording(
                [text for text in said[system.name] if text is not None],
                people,
                [text for name, texts in said.items() if name != system.name for text in texts if text is not None],
            ),
        )
        made.append((system, body))
    return made


def parts(comparison: Comparison, system: System) -> list[Part]:
    """What a system is made of, field by field."""
    return [
        Part(
            field,
            stage,
            field in system.oracle,
            tuple(o.name for o in comparison.systems if o is not system and o.stages.get(field) == stage),
        )
        for field, stage in system.stages.items()
    ]


def standings(mine: Sequence[Score], all_of: Sequence[Sequence[Score]]) -> list[Standing]:
    """A system's scores among those of all systems scored alike, itself among them; without those it has not."""
    ways, found = better(), list[Standing]()
    for score in mine:
        if score.value is None:
            continue
        alike = (s for each in all_of for s in each if (s.metric, s.fingerprint) == (score.metric, score.fingerprint))
        values = sorted(s.value for s in alike if s.value is not None)
        way = ways.get(score.metric, "more")
        low, high = values[0], values[-1]
        place = [(value - low) / (high - low) if low < high else 0.5 for value in (score.value, *values)]
        if way == "less":
            place = [1.0 - one for one in place]
        ahead = sum(value > score.value if way == "more" else value < score.value for value in values)
        rank = f"{ahead + 1} of {len(values)}" if way != "neither" and len(values) > 1 else ""
        interval = f"{score.interval[0]:.3f} to {score.interval[1]:.3f}" if score.interval else ""
        found.append(Standing(score.metric, f"{score.value:.3f}", interval, rank, place[0], tuple(place[1:])))
    return found


def _standings(system: System, alike: Sequence[System]) -> tuple[str, list[Standing]]:
    """Under the choice of references under which the system has more scores, among systems of equally many photos."""
    group = max(GROUPS, key=lambda one: sum(s.references == one and s.value is not None for s in system.scores))
    of_all = [[s for s in each.scores if s.references == group] for each in alike]
    mine = [score for score in system.scores if score.references == group and "(" not in score.metric]
    return GROUPS[group].lower(), standings(mine, of_all)


def _texts(comparison: Comparison, system: System) -> list[str | None]:
    """Its best caption of every photo."""
    return [said[0].text if (said := system.captions(place)) else None for place in range(len(comparison.images))]


def _galleries(
    comparison: Comparison, said: Sequence[str | None], scores: Mapping[str, float]
) -> list[tuple[str, tuple[Shot, ...]]]:
    ids = [image.id for image in comparison.images]
    values = {place: scores[ids[place]] for place in comparison.shown if ids[place] in scores and said[place]}
    chosen = (
        ("Best", most(values, ids)),
        ("Worst", most(values, ids, least=True)),
        ("Most typical", typical(values, ids)),
    )

    def shot(place: int) -> Shot:
        return Shot(ids[place], (("", said[place] or ""),), values[place])

    return [(title, tuple(shot(place) for place in places)) for title, places in chosen if places]
