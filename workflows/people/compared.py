"""A comparison as `captionloom compare` left it: which photos, and what each system said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.errors import BadData, UnknownName
from workflows.people.key import read_json

_REMEDY = "give a directory that `captionloom compare` wrote"


@dataclass(frozen=True)
class Compared:
    """The directory of a comparison; `plans` are those asked about, all where none is named.

    Raises (when asked):
        BadData: if the directory holds no comparison.
        UnknownName: for a plan that was not compared.
    """

    directory: Path
    plans: tuple[str, ...] = ()

    @cached_property
    def about(self) -> dict[str, Any]:
        """`dataset`, `split` and `skipped` photos."""
        content = read_json(self.directory / "scores.json", _REMEDY)
        if not isinstance(content, dict) or not {"dataset", "split", "skipped"} <= set(content):
            raise BadData(f"{self.directory} holds no comparison; {_REMEDY}")
        return content

    @cached_property
    def files(self) -> dict[str, Path]:
        """Plan -> its file of captions."""
        there = {file.stem: file for file in sorted((self.directory / "captions").glob("*.json"))}
        for plan in self.plans:
            if plan not in there:
                raise UnknownName(f"plan in {self.directory}", plan, there)
        return {plan: there[plan] for plan in self.plans or there}

    def said(self, photos: Sequence[str]) -> dict[str, dict[str, str]]:
        """Plan -> photo -> caption."""
        known = set(photos)
        found = {}
        for plan, file in self.files.items():
            try:
                said = {str(item["image_id"]): str(item["caption"]) for item in read_json(file, _REMEDY)}
            except (TypeError, KeyError):
                raise BadData(f"{file} holds no captions in COCO's format of results; {_REMEDY}") from None
            strange = next((photo for photo in said if photo not in known), None)
            if strange is not None:
                raise BadData(f"{file} describes {strange!r}, which is no photo of its dataset now; compare again")
            found[plan] = said
        return found
