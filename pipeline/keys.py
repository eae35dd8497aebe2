"""Keys: what a result depends on, and nothing else, hashed. Equal key, equal content."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.columns import FOREIGN_VERSION
from pipeline.config import spell
from pipeline.datasets import Dataset, Fingerprint
from pipeline.errors import BadData, BadPlan
from pipeline.photos import Photos, Survey
from pipeline.plan import Plan
from pipeline.registry import choose

KEY_LENGTH = 32
_TOLD_BY = {"concepts": "captions"}  # fields whose truth is read off another part of it


def key_of(recipe: Any) -> str:
    """The key of a JSON-able recipe: sha256 of its canonical form, cut to 128 bits."""
    canonical = json.dumps(recipe, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:KEY_LENGTH]


@dataclass(frozen=True)
class Fold:
    """The i-th of k parts of `train`: photos at the positions i, i + k, i + 2k ..."""

    index: int
    count: int


class Source:
    """A dataset and the fingerprints of its splits, asked for once.

    Attributes:
        skipped: path -> why, of the photos left out of the splits asked for so far.
    """

    def __init__(self, text: str, photos: Photos) -> None:
        self.choice = choose("datasets", text)
        self.text = self.choice.text
        self.photos = photos
        self.skipped: dict[str, str] = {}
        self._fingerprints: dict[str, Fingerprint] = {}
        self._usable: dict[str, int] = {}

    @cached_property
    def dataset(self) -> Dataset[Any]:
        created: Dataset[Any] = self.choice.create()
        return created

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits whose photos are here."""
        return tuple(self.dataset.splits)

    @property
    def name(self) -> str:
        """The dataset's name, which a plan may say something special of."""
        return self.choice.name

    @property
    def about(self) -> str:
        """The dataset in the words of its options, without texts: these may be paths, which are nobody else's."""
        config = self.choice.config
        texts = {
            item.name: item.default
            for item in dataclasses.fields(config)
            if isinstance(getattr(config, item.name), str | tuple)
        }
        return spell(self.choice.name, dataclasses.replace(config, **texts))

    def fingerprint(self, split: str) -> Fingerprint:
        """The hashes of a split.

        Raises:
            BadData, UnknownName: for a split that the dataset does not have.
            BadPhoto: naming the photos that cannot be used, unless they are to be skipped and others are left.
        """
        self.dataset.check_split(split)
        if split not in self._fingerprints:
            survey = Survey(self.photos)
            prints = self.dataset.fingerprint(split, survey.inspect)
            survey.judge(f"{self.choice.name} {split}")
            self.skipped.update(survey.bad)
            self._fingerprints[split], self._usable[split] = prints, survey.usable
        return self._fingerprints[split]

    def check_unchanged(self, split: str) -> None:
        """Refuse a split whose photos are others now than when its fingerprint was taken.

        Raises:
            BadData: naming the split; BadPhoto for a photo that can no longer be used.
        """
        if self.dataset.fingerprint(split, self.photos.inspect) != self.fingerprint(split):
            what = f"photos of {self.choice.name} {split}"
            raise BadData(f"{what} changed while they were read; run again when nothing changes them")

    def count(self, split: str) -> int:
        """How many photos a split has, before any is read. Raises as `fingerprint` does."""
        self.fingerprint(split)
        return self.dataset.count(split) or self._usable[split]

    def split_recipe(self, split: str) -> dict[str, Any]:
        """What a prepared split depends on: the reader's version, the photos and the truth (options show in these)."""
        prints, kind = self.fingerprint(split), self.choice.kind
        dataset = {"name": kind.name, "version": kind.version}
        return {"dataset": dataset, "split": split, **dataclasses.asdict(prints)}


class Recipes:
    """The recipes of everything a plan makes when it is fitted on one dataset."""

    def __init__(self, plan: Plan, fit: Source) -> None:
        self.plan, self.fit = plan, fit
        self._memory: dict[Any, dict[str, Any]] = {}

    def resource(self, name: str) -> dict[str, Any]:
        """Of a resource: its config, the training truth and the resources it is made from."""
        return {
            "resource": self.plan.resource(name).recipe(),
            "truth": self.fit.fingerprint("train").truth,
            "uses": {used: key_of(self.resource(used)) for used in sorted(self.plan.resource_uses(name))},
        }

    def model(self, written: str, fold: Fold | None = None) -> dict[str, Any]:
        """Of a fitted stage: its fit-config, resources and, unless stateless, all it was fitted on."""
        if self.plan.fitted or self.plan.foreign:
            return Recipes(self.plan.as_fitted(written), self.fit).model(written, fold)
        kind = self.plan.stage(written).kind
        content: dict[str, Any] = {
            "stage": self.plan.stage(written).recipe("fit"),
            "uses": {name: key_of(self.resource(name)) for name in sorted(self.plan.uses(written))},
        }
        for split in kind.fit_on:
            prints = self.fit.fingerprint(split)
            reads = self._fit_columns(written, split)
            content[split] = {"photos": prints.photos, "truth": prints.truth, "reads": reads}
        if fold and "train" in kind.fit_on:
            content["fold"] = [fold.index, fold.count]
        return content

    def column(self, written: str, on: Source, split: str, learning: bool = False) -> dict[str, Any]:
        """Of a stage's values on a split: the models, the predict-config, the photos and the columns it read there,
        and of one that sees them the truth or the paths.

        `learning`: a later stage learns from it, so it and what it read are cross-fitted where the plan says so.
        """
        memo = (written, on.text, split, learning)
        if memo not in self._memory:
            choice = self.plan.stage(written)
            prints = on.fingerprint(split)
            folds = self.folds(written, split) if learning else 0
            models = [key_of(self.model(written, fold)) for fold in fold_list(folds)]
            self._memory[memo] = {
                "models": models,
                "stage": choice.recipe("predict"),
                "photos": prints.photos,
                "reads": {read: self._read(read, on, split, learning) for read in sorted(self.plan.reads(written))},
                "truth": prints.truth if choice.kind.sees_truth else "",
                **({"where": prints.where} if choice.kind.sees_paths else {}),
            }
        return self._memory[memo]

    def _read(self, read: str, on: Source, split: str, learning: bool) -> str:
        key = key_of(self.column(read, on, split, learning))
        return key_of({"foreign": FOREIGN_VERSION, "column": key}) if read in self.plan.foreign else key

    def folds(self, written: str, split: str) -> int:
        """In how many parts a column that later stages learn from is cross-fitted (0: it is not)."""
        fitted_here = split == "train" and "train" in self.plan.stage(written).kind.fit_on
        return self.plan.folds.get(written, 0) if fitted_here else 0

    def _fit_columns(self, written: str, split: str) -> Mapping[str, str]:
        return {
            read: key_of(self.column(read, self.fit, split, learning=True))
            for read in sorted(self.plan.fit_reads(written))
        }


def fold_list(folds: int) -> tuple[Fold | None, ...]:
    """The folds a column needs models of: one model of everything, or one for each part left out."""
    return tuple(Fold(index, folds) for index in range(folds)) if folds else (None,)


def annotated(written: str, on: Source) -> bool:
    """Whether a dataset says what is true of a field."""
    return _TOLD_BY.get(written, written) in on.dataset.annotates


def check_truth(plan: Plan, on: Source) -> None:
    """Refuse a plan whose oracle stages need what the dataset does not annotate.

    Raises:
        BadPlan: naming the stage, the field and the dataset.
    """
    for written in plan.sees_truth():
        if not annotated(written, on):
            known, remedy = on.dataset.annotates, on.dataset.untold(_TOLD_BY.get(written, written))
            raise BadPlan(
                f"plan {plan.name!r}: {written}/{plan.stages[written]} hands on the truth, and dataset {on.text!r} has"
                f" no {written} (it has {', '.join(known) or 'photos alone'}); {remedy}"
            )
