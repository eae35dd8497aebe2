"""A page of its own for an ablation: what each stage costs, what each field carries, and where it shows."""

from dataclasses import dataclass, field

from stages.analysis.attribution import Attribution
from stages.analysis.bootstrap import LEAST_PHOTOS, Estimate
from workflows.inlined import source_hash
from workflows.report.section import assets, filled


@dataclass(frozen=True, slots=True)
class Gain:
    """A photo that gains by a stand-in: its share of the score, what was said of it, and what is with it alone."""

    photo: str
    gain: float
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Ablation:
    """One plan with its stages replaced.

    Attributes:
        base: the plan's own score; `floor` that of its captions said of other photos.
        stand_ins: field -> the stage that stood in for the plan's; `kept` those that stayed, and why.
        replaced: with stages replaced by these; None where there are none.
        foreign: with fields of other photos, the shares of what is lost; None where no field can be.
        gains: field -> the photos that gain most by its stand-in.
    """

    plan: str
    title: str
    dataset: str
    split: str
    score: str
    references: str
    photos: int
    base: Estimate
    floor: Estimate
    stand_ins: dict[str, str]
    kept: dict[str, str]
    replaced: Attribution | None = None
    foreign: Attribution | None = None
    gains: dict[str, tuple[Gain, ...]] = field(default_factory=dict)
    command: str = ""

    @property
    def verdict(self) -> str:
        """Which stage is blamed, in a sentence."""
        if self.replaced is None:
            return ""
        told = next((share for share in self.replaced.shares if share.field == self.replaced.blamed), None)
        if told is None:
            return "No stage is to blame: none of the replacements raises the score."
        if self.photos < LEAST_PHOTOS:
            return f"{self.photos} photos are too few to blame a stage; {told.field} has the largest share of them."
        sure = f"its share is the largest in {told.largest:.0%} of resamples"
        doubt = "" if told.share.low > 0 else ", and its interval holds 0"
        return f"Blamed: {told.field} ({sure}{doubt})."

    @property
    def sampled(self) -> bool:
        """Whether shares come of singles, pairs and all alone."""
        return any(part is not None and not part.exact for part in (self.replaced, self.foreign))


def render(ablation: Ablation) -> str:
    """The ablation as one self-contained page, without scripts."""
    style = assets("colours.css", "page.css")
    page = filled("ablation_page.html", ablation=ablation, style=style, style_hash=source_hash(style), shown=shown)
    return page.encode("utf-8", "replace").decode("utf-8")


def shown(estimate: Estimate, signed: bool = False) -> str:
    """An estimate with its interval, as ".250 [.210, .290]"; `signed` for what is a difference."""
    sign = "+" if signed else ""
    numbers = (f"{number:{sign}.3f}" for number in (estimate.value, estimate.low, estimate.high))
    value, low, high = (number.replace("0.", ".", 1) if abs(float(number)) < 1 else number for number in numbers)
    return f"{value} [{low}, {high}]"
