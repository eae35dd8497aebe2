"""Luigi targets: an artefact of the store, whole or not there."""

from pathlib import Path
from typing import Any

import luigi

from pipeline.keys import key_of
from pipeline.store import Store


class Artefact(luigi.Target):
    """The artefact of a recipe in a store."""

    def __init__(self, store: Store, kind: str, recipe: dict[str, Any]) -> None:
        self.store, self.kind, self.recipe = store, kind, recipe
        self.key = key_of(recipe)

    @property
    def path(self) -> Path:
        return self.store.path(self.kind, self.key)

    def exists(self) -> bool:
        return self.store.has(self.kind, self.key)

    def __repr__(self) -> str:
        return f"{self.kind}/{self.key}"
