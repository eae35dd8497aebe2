"""The key of a page: which system wrote which side, kept apart from the page that judges see."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.codec import decode, encode
from pipeline.errors import BadData, ContractViolation
from workflows.people.questions import Question, page_id


@dataclass(frozen=True, slots=True)
class Key:
    """What a page asks, and its name."""

    page: str
    questions: tuple[Question, ...]

    @classmethod
    def of(cls, asked: Sequence[Question]) -> "Key":
        return cls(page_id(asked), tuple(asked))

    def write(self, file: Path) -> None:
        """As JSON."""
        file.write_text(json.dumps(encode(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "Key":
        """The key of a file.

        Raises:
            BadData: if it cannot be read, or is no key as `captionloom judge` writes it.
        """
        remedy = "give the key.json that `captionloom judge` wrote beside the page"
        try:
            key = decode(cls, read_json(file, remedy))
        except (ContractViolation, KeyError, TypeError, ValueError):
            raise BadData(f"{file} is no key of a page; {remedy}") from None
        if not isinstance(key, Key) or key.page != page_id(key.questions):
            raise BadData(f"{file} is no whole key of a page; {remedy}")
        return key


def read_json(file: Path, remedy: str) -> Any:
    """What a JSON file holds.

    Raises:
        BadData: if it cannot be read, or is no JSON.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadData(f"{file} cannot be read: {error.strerror}; {remedy}") from None
    except ValueError as error:
        raise BadData(f"{file} is damaged, no JSON ({error}); {remedy}") from None
