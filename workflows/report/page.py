"""One HTML file that needs nothing else: no server, no network, no other file.

The scores and plans are plain HTML. Every photo is a block of JSON that the page's script reads when its card comes
near the screen, so that a thousand photos open at once. A content security policy admits only this page's own script
and style, by hash, and pictures inside the page.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from pipeline.records import FIELDS, Image
from workflows.report.axes import apart, axes
from workflows.report.comparison import Comparison, System
from workflows.report.details import details, number
from workflows.report.disagreement import disagreement
from workflows.report.learning import HEIGHT, WIDTH, line
from workflows.report.pairs import chance, pairs
from workflows.report.scatter import FRAME
from workflows.report.scores import GROUPS, photo_scores, score_table
from workflows.report.thumbnails import thumbnails

MOST_CHARACTERS = 15_000_000
MOST_PHOTOS = 1_000
STYLES = ("page.css", "axes.css", "card.css")
SCRIPTS = ("elements.js", "overlay.js", "evidence.js", "seen.js", "card.js", "photos.js", "reasons.js")
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
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("workflows.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    style, script = _assets(STYLES), _assets(SCRIPTS)
    plain = apart(comparison)
    places = _places(len(comparison.images))
    index, blocks = _index(comparison, places, compares), [_details(comparison, place) for place in places]
    words = len(index) + sum(map(len, blocks)) + len(style) + len(script)
    pictures = thumbnails([comparison.images[place] for place in places], MOST_CHARACTERS - words - 100_000)
    page = environment.get_template("page.html").render(
        title=title,
        compares=compares,
        comparison=comparison,
        axes=axes(comparison),
        frame=FRAME,
        tables=[("main", score_table(plain)), ("variants", score_table(plain, variants=True))],
        pairs=pairs(comparison),
        chance=chance,
        fields=[field for field in FIELDS if any(field in system.stages for system in comparison.systems)],
        shown=len(places),
        line=line,
        size=(WIDTH, HEIGHT),
        photo_metric=_metric(comparison) if compares else "",
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        index=index,
        blocks=[f'["{picture}",{block}]' for picture, block in zip(pictures, blocks, strict=True)],
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _places(total: int) -> list[int]:
    shown = min(total, MOST_PHOTOS)
    return [turn * total // shown for turn in range(shown)]


def _index(comparison: Comparison, places: list[int], compares: bool) -> str:
    """What sorting and filtering need of every photo."""
    column = photo_scores(comparison) if compares else None
    scores = [
        next((s.per_photo for s in system.scores if (s.references, s.metric) == column), {})
        for system in comparison.systems
    ]
    photos = []
    for place in places:
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
    return _json(
        {"compares": compares, "metric": _metric(comparison) if compares else "", "systems": systems, "photos": photos}
    )


def _metric(comparison: Comparison) -> str:
    """What the number beside a caption is; empty where no photo has one."""
    column = photo_scores(comparison)
    return f"{column[1]}, {GROUPS[column[0]].lower()}" if column else ""


def _details(comparison: Comparison, place: int) -> str:
    return _json([details(system.scenes[place]) for system in comparison.systems])


def _json(value: Any) -> str:
    """JSON that no HTML parser can leave: "<", ">" and "&" are written as escapes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _assets(names: tuple[str, ...]) -> str:
    folder = resources.files("workflows.report") / "assets"
    return "\n".join((folder / name).read_text("utf-8").strip() for name in names)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def _photographs(comparison: Comparison) -> str:
    total = len(comparison.images)
    return f"{_count(total)} photograph{'' if total == 1 else 's'}"
