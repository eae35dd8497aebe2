"""The contracts of what can be plugged in: Stage, Resource and Metric."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Literal, Protocol, Self, TypeAlias, TypeVar, cast

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array, Caption, Image, Scene, Truth
from pipeline.state import Learned

C = TypeVar("C")
T = TypeVar("T")
R = TypeVar("R", bound="Resource[Any]")
Item = TypeVar("Item")
Better: TypeAlias = Literal["more", "less", "neither"]
"""Whether a higher or a lower value of a score is better, or neither."""


class Progress(Protocol):
    """Wraps an iterable to show how far it is: `for photo in progress(photos, "fit detections", len(photos))`; a total
    of 0 means that nobody knows it yet."""

    def __call__(self, items: Iterable[Item], what: str, total: int) -> Iterator[Item]: ...


def silent(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """The Progress that shows nothing."""
    return iter(items)


@dataclass(frozen=True, slots=True)
class Runtime:
    """How a stage runs, never what it answers.

    Attributes:
        device: "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:1".
        batch: photos a network looks at together when predicting; what is said in 8-bit integers (`int8=true`) alone
            hangs on it.
        fit_processes: processes that fit one stage together, where it can (`fits_together`).
        scratch: a directory that outlives a kill, for checkpoints of a long fit; None where there is none.
        events: a directory for what TensorBoard shows of a long fit; None where nobody looks.
        progress: shows how far a long loop is.
    """

    device: str = "auto"
    batch: int = 32
    fit_processes: int = 1
    scratch: Path | None = None
    events: Path | None = None
    progress: Progress = field(default=silent, compare=False)


class Resources(Mapping[str, "Resource[Any]"]):
    """The fitted resources a stage declared in `uses`."""

    def __init__(self, fitted: Mapping[str, "Resource[Any]"] | None = None) -> None:
        self._fitted = dict(fitted or {})

    def __getitem__(self, name: str) -> "Resource[Any]":
        if name not in self._fitted:
            raise KeyError(
                f"resource {name!r} is not here: add it to uses() (here: {', '.join(self._fitted) or 'none'})"
            )
        return self._fitted[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fitted)

    def __len__(self) -> int:
        return len(self._fitted)

    def of(self, kind: type[R]) -> R:
        """The resource of a class, with its type: `resources.of(Vocabulary)`."""
        return cast(R, self[kind.name])


@dataclass(frozen=True, slots=True)
class Examples:
    """The photos of one split with the fields a stage declared, and what is true of them, in the same order."""

    scenes: Sequence[Scene]
    truth: Sequence[Truth]


class Stage(Learned, ABC, Generic[C, T]):
    """Reads some fields of a scene and writes exactly one.

    Class attributes: `writes`, the field (and the folder the file lies in); `name`, the file name; `version`, raised
    whenever the same config and data give another answer; `fit_on`, the splits `fit` learns from, () if stateless;
    `sees_truth`, True only where the truth itself is handed on (oracles, people), which can then read `scene.truth`;
    `sees_paths`, True where the answer hangs on how a photo's file is called, and not on its id and content alone;
    `fits_together`, True where several processes that call `fit` alike, told of each other as by torchrun, share it.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    writes: ClassVar[str]
    config_type: ClassVar[type[Any]] = NoOptions
    fit_on: ClassVar[tuple[str, ...]] = ()
    sees_truth: ClassVar[bool] = False
    sees_paths: ClassVar[bool] = False
    fits_together: ClassVar[bool] = False

    def __init__(self, config: C, runtime: Runtime | None = None) -> None:
        self.config = config
        self.runtime = runtime or Runtime()

    def reads(self) -> tuple[str, ...]:
        """The fields `predict` reads besides the image; may depend on the config."""
        return ()

    def fit_reads(self) -> tuple[str, ...]:
        """The fields `fit` reads; fewer than `reads` where a stage learns from the truth, or from pixels, alone."""
        return self.reads()

    def uses(self) -> tuple[str, ...]:
        """The resources `fit` and `predict` need, by name; may depend on the config."""
        return ()

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        """Learn from the splits named in `fit_on`, one Examples each. Stateless stages leave this alone."""
        return self

    @property
    def parameters(self) -> int | None:
        """How many numbers a fitted network learned; None of what has none to count."""
        return None

    @abstractmethod
    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[T]:
        """One value of the written field per scene, in the same order; the scenes stay as they are."""


class Resource(Learned, ABC, Generic[C]):
    """Knowledge fitted from the training truth alone (its captions, above all), shared by stages."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    config_type: ClassVar[type[Any]] = NoOptions

    def __init__(self, config: C, runtime: Runtime | None = None) -> None:
        self.config = config
        self.runtime = runtime or Runtime()

    def uses(self) -> tuple[str, ...]:
        """Other resources this one is made from."""
        return ()

    @abstractmethod
    def fit(self, truth: Sequence[Truth], resources: Resources) -> Self:
        """Learn from the training split's truth and return self."""


class Metric(ABC, Generic[C]):
    """A score in two steps, so that a bootstrap can resample photos: a vector per caption, then one number of many.

    Class attributes: `scores`, their names; `better`, what is better of those of which more is not; `tokenised`, True
    where captions and references arrive as words separated by single spaces, False where they arrive as written, with
    the capitals and full stops that a parser wants; `expected`, False where a table goes without it and says nothing
    of that, unless it can run or was asked for; `needs`, the parts of Truth without which it has nothing to say;
    `uses`, the resources it judges by, of what the systems learned from: they are in `resources` before it is asked;
    `undefined`, why a score has no value where it has none.
    `rows_stand_alone` is False where the row of a caption depends on the other photos too, as by an idf of all
    references.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    config_type: ClassVar[type[Any]] = NoOptions
    scores: ClassVar[tuple[str, ...]]
    rows_stand_alone: ClassVar[bool] = True
    better: ClassVar[Mapping[str, Better]] = MappingProxyType({})
    undefined: ClassVar[Mapping[str, str]] = MappingProxyType({})
    tokenised: ClassVar[bool] = True
    expected: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    uses: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: C) -> None:
        self.config = config
        self.resources = Resources()

    @abstractmethod
    def fingerprint(self) -> str:
        """Tool, version, variant and idf source: what must be equal for two numbers to be comparable."""

    def unavailable(self) -> str:
        """Why the metric cannot run here and what would help; empty when it can. Cheap: nothing is started."""
        return ""

    @abstractmethod
    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, statistics): one row per caption, computed over the whole split at once."""

    @abstractmethod
    def aggregate(self, rows: Array) -> dict[str, float]:
        """The score named in `scores` -> its value, from any choice of rows of `statistics`; NaN where it has none."""

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., scores), in the order of `scores`: what `aggregate` says of that many rows whose sums these are.

        A score depends on nothing but the sums of its rows and their number, so that thousands of resamples need no
        rows. A metric that says this for all sums (..., statistics) at once is resampled some hundred times faster.
        """
        means = sums.reshape(-1, sums.shape[-1]) / photos
        values = [list(self.aggregate(np.broadcast_to(mean, (photos, mean.size))).values()) for mean in means]
        return np.array(values).reshape(*sums.shape[:-1], len(self.scores))


class EvidenceMetric(Metric[C]):
    """A metric of why words were said: it sees scenes and all that is true of them, where others see sentences alone.

    `reads` are the fields it looks at beside the captions, where a plan writes them.
    """

    reads: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def rows(self, scenes: Sequence[Scene], truth: Sequence[Truth]) -> Array:
        """(photos, statistics): one row for the first caption of each scene."""

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, statistics) of sentences alone, which have no evidence."""
        image = Image("", "", 1, 1, "")
        scenes = [Scene(image, {"captions": (Caption(text, tuple(text.split())),)}) for text in captions]
        return self.rows(scenes, [Truth("", tuple(group)) for group in references])
