"""What the report reads: several systems' words about the same photos, what is true of them, and the scores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.config import split_spec
from pipeline.errors import ContractViolation
from pipeline.records import Caption, Image, Scene, Score, Truth
from stages.analysis.verdicts import Verdict
from workflows.costs.systems import SystemCost
from workflows.report.ablation import Ablation
from workflows.report.learning import Learning

MOST_PHOTOS = 1_000
"""On one page."""


@dataclass(frozen=True, slots=True)
class System:
    """One plan after its run. `stages` gives every field's stage in canonical text, `oracle` the fields that saw the
    truth, `differs` whatever it had that the others had not (features, vocabulary, search, tuning trials). `scenes`
    is parallel to the photos and holds every field the plan wrote; empty captions: it said nothing of that photo.
    `together` is how fluency and relevance go together over resamples, by the choice of references: the correlation of
    perplexity's logarithm and the tuple F1. `learning` is how its networks learned, `ablation` what its stages cost,
    where that was asked. `said` is of how many photos it said something."""

    name: str
    title: str
    stages: Mapping[str, str]
    oracle: tuple[str, ...]
    differs: str
    scores: tuple[Score, ...]
    scenes: Sequence[Scene]
    learning: tuple[Learning, ...] = ()
    ablation: Ablation | None = None
    together: Mapping[str, float] = field(default_factory=dict)
    said: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "said", sum(bool(self.captions(place)) for place in range(len(self.scenes))))

    @property
    def human(self) -> bool:
        """Whether its captions are people's own."""
        return split_spec(self.stages.get("captions", ""))[0] == "human"

    @property
    def elsewhere(self) -> bool:
        """Whether its captions come from a file."""
        return split_spec(self.stages.get("captions", ""))[0] == "from_file"

    def captions(self, place: int) -> tuple[Caption, ...]:
        """What it said of one photo, best first."""
        said: tuple[Caption, ...] | None = self.scenes[place].fields.get("captions")
        return said or ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Systems on one split of one dataset. `truth` is parallel to `images`, or empty where nothing is known;
    `pairs` is what can be said of every two systems, `costs` what each cost.

    Raises:
        ContractViolation: if truth or a system's scenes are not as many as the photos.
    """

    dataset: str
    split: str
    images: Sequence[Image]
    truth: Sequence[Truth]
    systems: tuple[System, ...]
    command: str
    notes: tuple[str, ...] = ()
    pairs: tuple[Verdict, ...] = ()
    costs: tuple[SystemCost, ...] = ()

    def __post_init__(self) -> None:
        parts: Iterator[tuple[str, Sequence[object]]] = ((system.name, system.scenes) for system in self.systems)
        for name, part in (*parts, ("truth", self.truth or self.images)):
            if len(part) != len(self.images):
                raise ContractViolation(
                    f"the report got {len(part)} scenes of {name!r} for {len(self.images)} photos; give one a photo"
                )

    @property
    def shown(self) -> list[int]:
        """The places of the photos that the page shows: all, or MOST_PHOTOS evenly spaced."""
        total = len(self.images)
        shown = min(total, MOST_PHOTOS)
        return [turn * total // shown for turn in range(shown)]

    def references(self, place: int) -> tuple[str, ...]:
        """People's sentences about one photo."""
        return self.truth[place].captions if self.truth else ()

    def captions(self, place: int) -> list[tuple[Caption, ...]]:
        """What every system said of one photo.

        Raises:
            ContractViolation: if a system's scene there is of another photo.
        """
        image = self.images[place]
        for system in self.systems:
            if system.scenes[place].image.id != image.id:
                raise ContractViolation(
                    f"scene {place} of {system.name!r} is of photo {system.scenes[place].image.id!r}, not {image.id!r};"
                    " give scenes in the order of the photos"
                )
        return [system.captions(place) for system in self.systems]
