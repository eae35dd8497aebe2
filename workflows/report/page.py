"""One HTML file that needs nothing else: no server, no network, no other file.

It has views: an overview, one a system, all photos, one a photo; what stands behind `#` says which. Overview and
systems are plain HTML, one below the other where scripts are off. Every photo is a block that the page's script unpacks
when it is looked at, so that a thousand photos open at once. A content security policy admits only this page's own
script and style, by hash, and pictures inside the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.records import Image
from workflows.inlined import inlined, source_hash
from workflows.report import plans
from workflows.report.comparison import Comparison, System
from workflows.report.details import details, number
from workflows.report.disagreement import disagreement
from workflows.report.packing import packed
from workflows.report.scores import by_photo, photo_metric
from workflows.report.section import assets, filled
from workflows.report.sections import sections
from workflows.report.systems import views
from workflows.report.thumbnails import thumbnails

MOST_CHARACTERS = 15_000_000
STYLES = ("colours.css", "page.css", "parts.css", "axes.css", "card.css")
SCRIPTS = (
    "elements.js",
    "overlay.js",
    "evidence.js",
    "seen.js",
    "card.js",
    "photos.js",
    "photo.js",
    "views.js",
    "reasons.js",
)
_FRAME = 100_000
"""More characters than the page has beside what is counted."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def render(comparison: Comparison) -> str:
    """The comparison as one page: scores, plans, and every photo with each system's caption and its reasons.

    Of more than MOST_PHOTOS photos that many are shown, evenly spaced; the scores are always of all of them.

    Raises:
        ContractViolation: if scenes or truth do not belong to the photos.
    """
    ways = "way" if len(comparison.systems) == 1 else "ways"
    title = f"{_count(len(comparison.systems)).capitalize()} {ways} to describe {_photographs(comparison)}"
    return _page(comparison, title, compares=True)


def render_captions(
    dataset: str, images: Sequence[Image], system: System, command: str, notes: tuple[str, ...] = ()
) -> str:
    """The captions of one system as one page: every photo with its best captions and their reasons, without scores.

    Raises:
        ContractViolation: if the system's scenes do not belong to the photos.
    """
    photos = Comparison(dataset, "", images, (), (system,), command, notes)
    shown = _photographs(photos)
    return _page(photos, f"{shown[0].upper()}{shown[1:]}, described", compares=False)


def _page(comparison: Comparison, title: str, compares: bool) -> str:
    style, script = assets(*STYLES), assets(*SCRIPTS)
    places = comparison.shown
    index, blocks = inlined(_index(comparison, compares)), [_details(comparison, place) for place in places]
    parts = sections(comparison) if compares else [part for part in [plans.section(comparison)] if part]
    systems = views(comparison)
    written = [index, style, script, *blocks, *(part.body for part in parts), *(body for _, body in systems)]
    pictures = thumbnails(
        [comparison.images[place] for place in places], MOST_CHARACTERS - sum(map(len, written)) - _FRAME
    )
    page = filled(
        "page.html",
        title=title,
        compares=compares,
        comparison=comparison,
        sections=parts,
        systems=systems,
        photo_metric=photo_metric(comparison),
        style=style,
        style_hash=source_hash(style),
        script=script,
        script_hash=source_hash(script),
        index=index,
        blocks=[f'["{picture}","{block}"]' for picture, block in zip(pictures, blocks, strict=True)],
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _index(comparison: Comparison, compares: bool) -> Mapping[str, Any]:
    """What sorting and filtering need of every photo."""
    scores = by_photo(comparison)
    photos = []
    for place in comparison.shown:
        image = comparison.images[place]
        said = [captions[0].text if captions else None for captions in comparison.captions(place)]
        photos.append(
            {
                "id": image.id,
                "size": [image.width, image.height],
                "said": said,
                "scores": [number(of_system.get(image.id)) for of_system in scores],
                "apart": number(disagreement([text for text in said if text is not None])),
                "references": comparison.references(place),
            }
        )
    systems = [
        {"title": system.name, "human": system.human, "oracle": () if system.human else system.oracle}
        for system in comparison.systems
    ]
    return {"compares": compares, "metric": photo_metric(comparison), "systems": systems, "photos": photos}


def _details(comparison: Comparison, place: int) -> str:
    return packed([details(system.scenes[place]) for system in comparison.systems])


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def _photographs(comparison: Comparison) -> str:
    total = len(comparison.images)
    return f"{_count(total)} photograph{'' if total == 1 else 's'}"
