"""What the manifests of a store say things cost, and which of them is nearest to a thing that is not made yet.

Artefacts of before costs were recorded have seconds and bytes. Their photos are counted where the split they are of is
still in the store; what else is missing stays None, "not recorded". Costs only
inform: an artefact that cannot be read has none, and it is for who needs it, and for the doctor, to say so.
"""

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from pipeline.store import Store

_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""What reading a manifest or an index raises that is missing, damaged or something else."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one artefact: None is what was not recorded.

    Attributes:
        memory: peak of the process and its workers in bytes; `bound` where it is that of the process's whole life, so
            that the artefact's own was this at most.
        disk: bytes.
        photos: those learned from, described or scored.
    """

    seconds: float | None
    cpu_seconds: float | None
    memory: int | None
    bound: bool
    disk: int
    photos: int | None
    parameters: int | None

    @classmethod
    def of(cls, manifest: Mapping[str, Any], photos: int | None) -> Self:
        """That of a manifest, which may be older than some of its parts: scores once timed their writing alone."""
        timed = manifest["kind"] != "scores" or "runs" in manifest
        return cls(
            manifest.get("seconds") if timed else None,
            manifest.get("cpu_seconds") if timed else None,
            manifest.get("peak_memory_bytes"),
            manifest.get("peak_memory_since") != "start",
            sum(file["bytes"] for file in manifest["files"].values()),
            manifest.get("photos", photos),
            manifest.get("parameters"),
        )


@dataclass(frozen=True, slots=True)
class Precedent:
    """Something like it that was made: its recipe and cost."""

    recipe: Mapping[str, Any]
    cost: Cost

    def alike(self, recipe: Mapping[str, Any]) -> bool:
        """Whether it was made by the same options as what a recipe makes."""
        return _made_by(self.recipe) == _made_by(recipe)


class Recorded:
    """The costs that a store knows."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def cost(self, kind: str, key: str) -> Cost | None:
        """That of an artefact; None where it is not there or cannot be read."""
        found = self._read(kind, key)
        return found.cost if found else None

    def photos(self, recipe: Mapping[str, Any]) -> int | None:
        """The photos of what a recipe makes, where all of its splits are known here."""
        if "dataset" in recipe:
            return self.counts.get(recipe["photos"])
        if "references" in recipe:
            return self.counts.get(recipe["references"])
        if isinstance(recipe.get("photos"), str):
            return self.counts.get(recipe["photos"])
        if isinstance(recipe.get("truth"), str):
            return self.counts.get(recipe["truth"])
        index, count = recipe.get("fold", (0, 0))
        total = 0
        for name, split in recipe.items():
            if isinstance(split, Mapping) and "photos" in split:
                known = self.counts.get(split["photos"])
                if known is None:
                    return None
                total += known - (len(range(index, known, count)) if count and name == "train" else 0)
        return total

    def nearest(self, kind: str, recipe: Mapping[str, Any]) -> Precedent | None:
        """What was made of the same kind by the same stage, resource, metric or dataset: of a known number of photos
        before others, then by the same options, then of as many photos as can be."""
        wanted = self.photos(recipe)

        def far(made: Precedent) -> tuple[bool, bool, float]:
            photos = made.cost.photos
            distance = abs(math.log(photos / wanted)) if photos and wanted else math.inf
            return not photos, not made.alike(recipe), distance

        return min(self._made.get((kind, _name(recipe)), ()), key=far, default=None)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Fingerprint of photos or truth -> how many they are, of the prepared splits."""
        found: dict[str, int] = {}
        for directory in self._store.artefacts():
            if directory.parent.name == "datasets":
                with suppress(*_UNREADABLE):
                    recipe = self._store.manifest("datasets", directory.name)["recipe"]
                    ids = json.loads((directory / "images" / "index.json").read_text(encoding="utf-8"))["ids"]
                    found[recipe["photos"]] = found[recipe["truth"]] = len(ids)
        return found

    @cached_property
    def _made(self) -> dict[tuple[str, str], list[Precedent]]:
        made: dict[tuple[str, str], list[Precedent]] = {}
        for directory in self._store.artefacts():
            kind = directory.parent.name
            found = self._read(kind, directory.name)
            if found:
                made.setdefault((kind, _name(found.recipe)), []).append(found)
        return made

    def _read(self, kind: str, key: str) -> Precedent | None:
        with suppress(*_UNREADABLE):
            manifest = self._store.manifest(kind, key)
            return Precedent(manifest["recipe"], Cost.of(manifest, self.photos(manifest["recipe"])))
        return None


def _made_by(recipe: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of a recipe is the plug-in with its options; of what none made, as a calibrator, nothing."""
    parts = (recipe[part] for part in ("stage", "resource", "metric", "dataset") if part in recipe)
    made: Mapping[str, Any] = next(parts, {"name": ""})
    return made


def _name(recipe: Mapping[str, Any]) -> str:
    made = _made_by(recipe)
    return f"{made.get('folder', 'datasets')}/{made['name']}"
