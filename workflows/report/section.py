"""A part of the overview, and how its HTML is made from a template and from assets."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True, slots=True)
class Section:
    """`name` is its anchor on the page, `body` HTML with every text escaped, as `filled` makes it."""

    name: str
    title: str
    body: str


def filled(template: str, **values: Any) -> str:
    """The HTML of a file of `templates/`; text among the values is escaped.

    Raises:
        jinja2.UndefinedError: if the template wants a value that was not given.
    """
    return _templates().get_template(template).render(values)


def assets(*names: str) -> str:
    """Files of `assets/`, one behind the other."""
    folder = resources.files("workflows.report") / "assets"
    return "\n".join((folder / name).read_text("utf-8").strip() for name in names)


@cache
def _templates() -> "jinja2.Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("workflows.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
