"""Three systems' captions of drawn photos, and a page of them."""

from pathlib import Path

import PIL.Image

from pipeline.records import Image
from workflows.people.questions import Question, questions

SYSTEMS = ("babytalk_oracle", "show_attend_tell", "nearest_neighbour")


def said(photos: int = 30, systems: tuple[str, ...] = SYSTEMS) -> dict[str, dict[str, str]]:
    return {
        system: {f"photo-{n:03}": f"Sentence {place} of {n}." for n in range(photos)}
        for place, system in enumerate(systems)
    }


def images(folder: Path, photos: int = 30) -> dict[str, Image]:
    found = {}
    for n in range(photos):
        file = folder / f"{n}.png"
        PIL.Image.new("RGB", (90, 60), (8 * n, 90, 120)).save(file)
        found[f"photo-{n:03}"] = Image(f"photo-{n:03}", str(file), 90, 60, "0" * 64)
    return found


def asked(count: int = 12, repeats: int = 4, seed: int = 0) -> tuple[Question, ...]:
    return questions(said(), count, repeats, seed)
