"""A bench: everything that the contract's checks need of a dataset, made on disk as in a run."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import PIL.Image

from pipeline.columns import write_column
from pipeline.executor import Job, SplitFiles, StageFiles, apart, fit, fit_resource, in_process
from pipeline.images import size
from pipeline.photos import Seen
from pipeline.records import FIELDS, Image, Truth
from pipeline.registry import Choice, choose
from pipeline.stage import Runtime

PROVIDERS: Mapping[str, str] = dict.fromkeys(FIELDS, "oracle") | {
    "graph": "argmax",
    "grid": "cnn_grid",
    "maps": "cnn_maps",
    "guidance": "image",
    "regions": "roi_align",
    "descriptors": "gist_hog_colour",
}
_ODD = {"pixel": (1, 1), "grey": (64, 48), "wide": (3000, 40), "huge": (2400, 1800)}


class Bench:
    """A small dataset with everything a stage may need, made on disk by the same executor as in a run.

    `providers` names the stage that fills each field; photos of the split `odd` are a single pixel, grey, very wide and
    huge, without any object.
    """

    def __init__(self, directory: Path, dataset: str, providers: Mapping[str, str] = PROVIDERS) -> None:
        self.directory, self.dataset = directory, choose("datasets", dataset)
        self.providers = {**PROVIDERS, **providers}
        self.split = cache(self._split)
        self.resource = cache(self._resource)
        self.model = cache(self._model)
        self.apart = apart()

    def files(self, choice: Choice, split: str, learning: bool = False) -> SplitFiles:
        """A split with the columns that a stage reads, or reads when it is fitted."""
        stage = choice.create()
        columns = {read: self.column(read, split) for read in (stage.fit_reads() if learning else stage.reads())}
        return dataclasses.replace(self.split(split), columns=columns)

    def stage_files(self, choice: Choice, model: Path | None) -> StageFiles:
        """A stage with its resources."""
        uses = choice.create().uses()
        return StageFiles(choice.folder, choice.text, {name: (name, self.resource(name)) for name in uses}, model)

    def job(self, choice: Choice, split: str, runtime: Runtime | None = None) -> Job:
        """A fitted stage over a split."""
        return Job(self.stage_files(choice, self.model(choice)), self.files(choice, split), runtime or Runtime())

    def fit(self, choice: Choice) -> Any:
        """A stage fitted anew."""
        splits = {split: self.files(choice, split, learning=True) for split in choice.kind.fit_on}
        return fit(self.stage_files(choice, None), splits, Runtime())

    def _split(self, name: str) -> SplitFiles:
        directory = self._fresh("split", name)
        if name == "odd":
            examples = list(_odd_photos(directory))
        else:
            examples = list(self.dataset.create().examples(name, directory, unremembered))
        ids = [image.id for image, _ in examples]
        for place, written in enumerate(("images", "truth")):
            (directory / written).mkdir()
            write_column(directory / written, written, ids, partial(_part, examples, place))
        return SplitFiles(directory)

    def column(self, written: str, split: str) -> Path:
        """Where the values of a field are, by its provider."""
        directory = self.directory / f"column-{written}-{split}"
        if not directory.exists():
            job = self.job(choose(written, self.providers[written]), split)
            ids = job.split.images().ids
            values = list(chain.from_iterable(in_process(job, [range(len(ids))])))
            directory.mkdir()
            write_column(directory, written, ids, lambda start: iter(values[start:]))
        return directory

    def _resource(self, name: str) -> Path:
        uses = {used: (used, self.resource(used)) for used in choose("resources", name).create().uses()}
        directory = self._fresh("resource", name)
        fit_resource(name, uses, self.split("train"), Runtime()).save_state(directory)
        return directory

    def _model(self, choice: Choice) -> Path | None:
        if not choice.kind.fit_on:
            return None
        made = self.fit(choice)
        directory = self._fresh("model", f"{choice.folder}-{choice.name}")
        made.save_state(directory)
        return directory

    def _fresh(self, kind: str, name: str) -> Path:
        directory = self.directory / f"{kind}-{name}"
        directory.mkdir(parents=True)
        return directory


def _odd_photos(directory: Path) -> Iterator[tuple[Image, Truth]]:
    for name, (width, height) in _ODD.items():
        photo = PIL.Image.new("L" if name == "grey" else "RGB", (width, height), 90)
        photo.save(directory / f"{name}.png")
        truth = Truth(name, ("A photograph.", "Nothing to see."), (), (), (), ())
        yield Image(name, f"{name}.png", width, height, name), truth


def _part(examples: Sequence[tuple[Image, Truth]], place: int, start: int) -> Iterator[Any]:
    return (example[place] for example in examples[start:])


def unremembered(path: Path) -> Seen | None:
    """What a photo file is, looked at each time."""
    width, height = size(path)
    return Seen(path.name, width, height)
