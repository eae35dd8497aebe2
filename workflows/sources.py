"""Stores, datasets and recipes that this process has already opened, fingerprinted or derived."""

from functools import cache
from pathlib import Path

from pipeline.keys import Recipes, Source
from pipeline.plan import Plan
from pipeline.store import Store
from workflows.bundles.bundle import Bundle, Bundled


@cache
def store_at(root: str) -> Store:
    """The store of a directory, opened once a process."""
    return Store(Path(root))


@cache
def source_of(dataset: str, root: str, skip: bool = False) -> Source:
    """A dataset with its fingerprints, taken once a run; `skip` leaves out photos that cannot be used.

    `bundle:FILE` is what a bundle was fitted on; its artefacts are taken into the store.
    """
    kind, _, file = dataset.partition(":")
    if kind == "bundle":
        bundle = Bundle(Path(file))
        bundle.install(store_at(root))
        return Bundled(bundle)
    return Source(dataset, store_at(root).photos(skip))


@cache
def recipes_of(plan: str, dataset: str, root: str, skip: bool = False) -> Recipes:
    """The recipes of a plan fitted on a dataset, derived once a run."""
    return Recipes(Plan.from_text(plan), source_of(dataset, root, skip))


def forget() -> None:
    """Take fingerprints anew: files may have changed since the last run in this process."""
    for remembered in (store_at, source_of, recipes_of):
        remembered.cache_clear()
