"""What is known about a photo, as frozen records.

A Scene is one photo and the fields that stages have written about it; Truth is what people (or the generator of
drawn scenes) say of the same photo. `None` means "not known" or "has not run"; an empty tuple "looked, found nothing".
Coordinates are pixels of the upright photo, origin at its top left corner.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

from numpy.typing import NDArray

from pipeline.errors import FieldNotAvailable

Array: TypeAlias = NDArray[Any]
Scored: TypeAlias = tuple[str, float]
"""A name and its score: a label, an attribute, a preposition, or a term of an energy."""


@dataclass(frozen=True, slots=True)
class Image:
    """Where a photo is and what it is; pixels are read by `pipeline.images.read`. Sizes are of the upright photo."""

    id: str
    path: str
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels: left <= x < right, top <= y < bottom."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Mask:
    """Which places of a grid over a box are covered: `rows` x `columns` places, row by row, as lengths of runs.

    The first run is of places left out, perhaps 0; runs left out and covered take turns. See `pipeline.masks`.
    """

    rows: int
    columns: int
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """A thing or a region of stuff, with its k best labels, best first, each scored in [0, 1].

    `mask` says coarsely which part of the box it covers; None where nobody knows.
    """

    box: Box
    labels: tuple[Scored, ...]
    kind: Literal["thing", "stuff"] = "thing"
    mask: Mask | None = None

    @property
    def label(self) -> str:
        return self.labels[0][0]

    @property
    def score(self) -> float:
        return self.labels[0][1]


@dataclass(frozen=True, slots=True)
class AttributeScores:
    """Independent probabilities of attributes of one detection, best first."""

    scores: tuple[Scored, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """Scores in [0, 1] of prepositions read "subject preposition object"; both are indices into `detections`."""

    subject: int
    object: int
    prepositions: tuple[Scored, ...]


@dataclass(frozen=True, slots=True)
class GraphNode:
    """An object kept by the labelling. `margin` is the energy lost by the best labelling without this choice (>= 0);
    `terms` are the potentials that made it win."""

    detection: int
    label: str
    attribute: str | None = None
    margin: float = 0.0
    terms: tuple[Scored, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """A preposition between two nodes (indices into `SceneGraph.nodes`), read "subject preposition object"."""

    subject: int
    preposition: str
    object: int
    margin: float = 0.0
    terms: tuple[Scored, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneGraph:
    """The meaning of a photo: objects with at most one attribute each, and prepositions between them."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    energy: float = 0.0


@dataclass(frozen=True, slots=True)
class Triplet:
    """Object, action and scene (Farhadi et al. 2010)."""

    object: str
    action: str
    scene: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one word was said. `kind` names what speaks: attention, detection, potential, reference, file ...

    `weights` is a map over the photo of `shape` (rows, columns), row by row; `detection` an index into the
    scene's detections; `terms` named numbers (a gate, a potential, an n-gram score).
    """

    kind: str
    weights: tuple[float, ...] = ()
    shape: tuple[int, int] | None = None
    detection: int | None = None
    terms: tuple[Scored, ...] = ()


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence. `token_scores` are natural log-probabilities where the captioner has them; `evidence` is empty or
    has one entry a word; `reference` is set when a person wrote it: its place among the photo's references."""

    text: str
    words: tuple[str, ...]
    token_scores: tuple[float, ...] = ()
    log_probability: float | None = None
    evidence: tuple[Evidence | None, ...] = ()
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one photo. `captions` are people's sentences; the rest is None where nobody annotated it."""

    id: str
    captions: tuple[str, ...] = ()
    detections: tuple[Detection, ...] | None = None
    attributes: tuple[AttributeScores, ...] | None = None
    relations: tuple[Relation, ...] | None = None
    triplets: tuple[Triplet, ...] | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One number of one system. `value` is None where it could not be computed, with the `missing` reason beside it;
    `interval` is where it lies with 95 % confidence, None where nobody asked."""

    metric: str
    value: float | None
    references: Literal["all", "leave_one_out"]
    fingerprint: str
    per_photo: Mapping[str, float] = field(default_factory=dict)
    missing: str = ""
    interval: tuple[float, float] | None = None


FIELDS: Mapping[str, Any] = types.MappingProxyType(
    {
        "descriptors": Array,  # (features,)
        "grid": Array,  # (locations, dim), locations row by row over a square grid
        "maps": Array,  # (channels, rows, columns)
        "detections": tuple[Detection, ...],
        "regions": Array,  # (1 + boxes, dim), the whole photo first
        "attributes": tuple[AttributeScores, ...],  # one per detection
        "concepts": tuple[Scored, ...],
        "relations": tuple[Relation, ...],
        "graph": SceneGraph,
        "triplets": tuple[Triplet, ...],
        "guidance": Array,  # (dim,)
        "alignments": Array,  # (words, regions)
        "captions": tuple[Caption, ...],  # best first
    }
)
"""Every field a stage may write, and the type of its value."""

OF_THE_WHOLE_PHOTO = ("descriptors", "grid", "maps", "concepts", "triplets", "guidance")
"""Fields of which nothing points at a box, a word or an entry of another field: any of them can be another photo's."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One photo and the fields its reader declared. Reading any other field raises FieldNotAvailable."""

    image: Image
    fields: Mapping[str, Any] = field(default_factory=dict)

    def read(self, name: str) -> Any:
        """The value of a field.

        Raises:
            FieldNotAvailable: if nothing wrote the field or its reader did not declare it.
        """
        value = self.fields.get(name)
        if value is None:
            raise FieldNotAvailable(
                f"photo {self.image.id!r} has no {name!r} here: add it to reads() of the stage that wants it"
                f" (readable: {', '.join(sorted(self.fields)) or 'image'})"
            )
        return value

    @property
    def detections(self) -> tuple[Detection, ...]:
        return cast(tuple[Detection, ...], self.read("detections"))

    @property
    def attributes(self) -> tuple[AttributeScores, ...]:
        return cast(tuple[AttributeScores, ...], self.read("attributes"))

    @property
    def relations(self) -> tuple[Relation, ...]:
        return cast(tuple[Relation, ...], self.read("relations"))

    @property
    def graph(self) -> SceneGraph:
        return cast(SceneGraph, self.read("graph"))

    @property
    def captions(self) -> tuple[Caption, ...]:
        return cast(tuple[Caption, ...], self.read("captions"))

    @property
    def truth(self) -> Truth:
        """What is true of the photo; readable only by stages that declare `sees_truth`."""
        return cast(Truth, self.read("truth"))

    @property
    def grid(self) -> Array:
        """(locations, dim) float array."""
        return cast(Array, self.read("grid"))


def is_array(name: str) -> bool:
    """Whether a field holds an array (kept in safetensors) and not records (kept in JSON lines)."""
    return FIELDS[name] is Array
