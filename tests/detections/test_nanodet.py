"""The detector for photos: what it keeps of what the network says, and what it finds on photos."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pipeline.config import build
from pipeline.errors import BadOption
from pipeline.geometry import as_array, iou_matrix
from pipeline.images import size
from pipeline.records import Array, Box, Detection, Image, Scene
from pipeline.stage import Resources
from stages.detections import nanodet
from stages.detections.nanodet import Nanodet, NanodetConfig
from stages.vision.average_precision import detection_precision
from stages.vision.nanodet import names

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "coco128_stuff"
HORSE, COW, DOG = (names().index(name) for name in ("horse", "cow", "dog"))
Says = Callable[[Array, Array], None]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Puts words into the network's mouth."""
    return lambda boxes, scores: monkeypatch.setattr(nanodet, "look", lambda *_: (boxes, scores))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    PIL.Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    return Scene(Image("a", str(tmp_path / "a.png"), 40, 30, ""))


def told(*rows: dict[int, float]) -> Array:
    scores = np.zeros((len(rows), 80))
    for row, given in enumerate(rows):
        for kind, score in given.items():
            scores[row, kind] = score
    return scores


def predict(scene: Scene, **options: float) -> tuple[Detection, ...]:
    return Nanodet(NanodetConfig(**options)).predict([scene], Resources())[0]  # type: ignore[arg-type]


def test_one_animal_is_not_a_horse_and_a_cow(says: Says, scene: Scene) -> None:
    says(
        np.array([[0.0, 0, 10, 10], [0, 0, 10, 9], [20, 0, 30, 10]]),
        told({COW: 0.6, HORSE: 0.3}, {HORSE: 0.9}, {3: 0.2}),
    )
    found = predict(scene)
    assert [(item.box, item.label) for item in found] == [
        (Box(0, 0, 10, 9), "horse"),
        (Box(20, 0, 30, 10), "motorcycle"),
    ]


def test_a_box_keeps_its_best_labels_best_first(says: Says, scene: Scene) -> None:
    says(np.array([[0.0, 0, 10, 10]]), told({HORSE: 0.2, COW: 0.5, DOG: 0.049, 0: 0.06}))
    assert predict(scene)[0].labels == (("cow", 0.5), ("horse", 0.2), ("person", 0.06))
    assert predict(scene, k=2)[0].labels == (("cow", 0.5), ("horse", 0.2))
    assert predict(scene, floor=0.3)[0].labels == (("cow", 0.5),)


def test_the_best_boxes_are_kept_where_there_are_too_many(says: Says, scene: Scene) -> None:
    boxes = np.array([[float(left), 0, left + 1, 1] for left in range(20)])
    says(boxes, told(*({DOG: 0.2 + place / 100} for place in range(20))))
    assert [item.box.left for item in predict(scene, most=3)] == [19, 18, 17]


def test_a_photo_without_things_gives_nothing(says: Says, scene: Scene) -> None:
    says(np.zeros((0, 4)), np.zeros((0, 80)))
    assert predict(scene) == ()


def test_a_size_between_the_networks_steps_is_refused() -> None:
    with pytest.raises(BadOption, match="size=400 should be one of"):
        build(NanodetConfig, {"size": "400"}, "detections/nanodet")


def annotated(count: int) -> Iterator[tuple[Scene, tuple[Detection, ...]]]:
    for path in sorted((PHOTOS / "images" / "train2017").glob("*.jpg"))[:count]:
        width, height = size(path)
        boxes = PHOTOS / "boxes" / "train2017" / f"{path.stem}.txt"
        true = []
        for line in boxes.read_text().splitlines() if boxes.is_file() else ():
            kind, x, y, across, down = map(float, line.split())
            corners = (
                (x - across / 2) * width,
                (y - down / 2) * height,
                (x + across / 2) * width,
                (y + down / 2) * height,
            )
            true.append(Detection(Box(*corners), ((names()[int(kind)], 1.0),)))
        yield Scene(Image(path.stem, str(path), width, height, "")), tuple(true)


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the annotated photos are not here")
@pytest.mark.slow
def test_it_finds_what_people_marked_on_photos() -> None:
    scenes, true = zip(*annotated(128), strict=True)
    found = Nanodet(NanodetConfig()).predict(scenes, Resources())
    assert np.mean(list(detection_precision(found, true).values())) > 0.44
    for photo in found:
        boxes = as_array([item.box for item in photo])
        assert (iou_matrix(boxes, boxes) - np.eye(len(boxes)) <= 0.5).all()
        assert [item.score for item in photo] == sorted((item.score for item in photo), reverse=True)


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the annotated photos are not here")
def test_most_confident_answers_are_true() -> None:
    scenes, true = zip(*annotated(24), strict=True)
    found = Nanodet(NanodetConfig(least=0.5)).predict(scenes, Resources())
    answers = [(item.label, there) for items, there in zip(found, true, strict=True) for item in items]
    right = [any(item.label == label for item in there) for label, there in answers]
    assert len(right) >= 20
    assert np.mean(right) > 0.9
