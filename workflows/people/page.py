"""The page on which people choose between captions: one HTML file that needs nothing else and names no system.

As in the report, a content security policy admits only this page's own script and style, by hash, and pictures inside
the page. Answers stay in the judge's browser until the judge saves them.
"""

from collections.abc import Mapping, Sequence
from importlib import resources

from pipeline.records import Image
from workflows.inlined import inlined, source_hash
from workflows.people.questions import Question, page_id
from workflows.report.thumbnails import GRADES, thumbnails

MOST_CHARACTERS = 15_000_000
LARGE = ((800, 82), (640, 80), (512, 78), (400, 76), *GRADES)


def render(asked: Sequence[Question], images: Mapping[str, Image]) -> str:
    """The page of some questions; `images` by photo id."""
    import jinja2

    rooms = [jinja2.PackageLoader(f"workflows.{room}") for room in ("people", "report")]  # the head is the report's
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(rooms), autoescape=True, undefined=jinja2.StrictUndefined
    )
    places = {photo: place for place, photo in enumerate(dict.fromkeys(question.photo for question in asked))}
    shown = [{"id": one.id, "photo": places[one.photo], "captions": one.captions} for one in asked]
    index = inlined({"id": page_id(asked), "questions": shown})
    style, script = _asset("judge.css"), _asset("judge.js")
    pictures = thumbnails([images[photo] for photo in places], MOST_CHARACTERS - len(index) - 100_000, LARGE)
    page = environment.get_template("judge.html").render(
        id=page_id(asked),
        total=len(asked),
        style=style,
        style_hash=source_hash(style),
        script=script,
        script_hash=source_hash(script),
        index=index,
        pictures=inlined(pictures),
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _asset(name: str) -> str:
    return (resources.files("workflows.people") / "assets" / name).read_text("utf-8").strip()
