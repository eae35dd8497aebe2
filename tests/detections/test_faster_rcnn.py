"""torchvision's detectors: their weights from files, and their answers as detections with several labels."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import get_model

from pipeline.errors import BadOption, MissingDependency
from pipeline.geometry import area, iou
from pipeline.records import Array, Box, Detection, Image, Scene
from pipeline.stage import Resources
from stages.detections import faster_rcnn
from stages.detections.faster_rcnn import FasterRcnn, FasterRcnnConfig
from stages.vision import torchvision_detectors
from tests.detections.random_detector import SMALLEST, random_state

torch.set_num_threads(1)
PIXELS = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    torchvision_detectors.load.cache_clear()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.png")
    return Scene(Image("a", str(tmp_path / "a.png"), 160, 120, ""))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    save_file(random_state(), path)
    return path


def predict(scene: Scene, **options: str | float) -> tuple[Detection, ...]:
    config = FasterRcnnConfig(**{"model": SMALLEST, **options})  # type: ignore[arg-type]
    return FasterRcnn(config).predict([scene], Resources())[0]


def torchvisions(model: str, state: dict[str, torch.Tensor], kinds: int, least: float) -> list[tuple[Box, int, float]]:
    """What the model says by itself, best first."""
    detector = get_model(model, weights=None, weights_backbone=None, num_classes=kinds).eval()
    detector.load_state_dict(state)
    answering = getattr(detector, "roi_heads", detector)
    answering.score_thresh, answering.detections_per_img = least, 300
    with torch.inference_mode():
        found = detector([torch.from_numpy(PIXELS).permute(2, 0, 1) / 255])[0]
    rows = zip(found["boxes"].tolist(), found["labels"].tolist(), found["scores"].tolist(), strict=True)
    boxes = [(Box(*box), kind, score) for box, kind, score in rows]
    return [one for one in boxes if area(one[0]) > 0]


def grouped(said: list[tuple[Box, int, float]], same: float) -> list[tuple[Box, dict[int, float]]]:
    left, groups = said, []
    while left:
        best = left[0][0]
        mine = [one for place, one in enumerate(left) if not place or iou(one[0], best) >= same]
        left = [one for one in left if one not in mine]
        groups.append((best, {kind: score for _, kind, score in reversed(mine)}))
    return groups


@pytest.mark.parametrize(
    ("model", "kinds"), [(SMALLEST, 91), ("fasterrcnn_mobilenet_v3_large_320_fpn", 4)], ids=["ssdlite", "faster_rcnn"]
)
def test_it_says_what_torchvision_says_with_the_labels_of_one_place_together(
    model: str, kinds: int, scene: Scene, tmp_path: Path
) -> None:
    state = random_state(model, kinds)
    torch.save(state, tmp_path / "state.pth")
    names = torchvision_detectors.coco_names() if kinds == 91 else ("__background__", "ape", "bee", "cow")
    (tmp_path / "names.txt").write_text("\n".join(names[1:]))
    labels = "" if kinds == 91 else str(tmp_path / "names.txt")
    options = {"least": 0.05, "most": 300, "k": 100, "same": 0.6}
    found = predict(scene, model=model, weights=str(tmp_path / "state.pth"), labels=labels, **options)
    groups = grouped(torchvisions(model, state, kinds, 0.05), 0.6)
    expected = [(box, {names[k]: s for k, s in said.items() if names[k] != "N/A"}) for box, said in groups]
    expected = [(box, said) for box, said in expected if said]
    assert len(found) == len(expected) > 5
    for mine, (_, said) in zip(found, sorted(expected, key=lambda one: -max(one[1].values())), strict=True):
        assert dict(mine.labels) == pytest.approx(said)
        assert mine.score == max(said.values())
    assert {item.box for item in found} == {box for box, _ in expected}


def told(monkeypatch: pytest.MonkeyPatch, boxes: list[list[float]], kinds: list[int], scores: list[float]) -> None:
    said: tuple[Array, ...] = (np.array(boxes, dtype=float), np.array(kinds), np.array(scores))
    monkeypatch.setattr(faster_rcnn, "load", lambda *_: None)
    monkeypatch.setattr(faster_rcnn, "look", lambda *_: said)


def test_a_horse_is_not_also_a_cow_beside_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    names = torchvision_detectors.coco_names()
    horse, cow, person = (names.index(name) for name in ("horse", "cow", "person"))
    boxes = [[0, 0, 100, 100], [0, 0, 100, 95], [0, 0, 100, 90], [0, 0, 100, 60]]
    told(monkeypatch, boxes, [horse, cow, cow, person], [0.9, 0.5, 0.4, 0.3])
    found = predict(scene)
    assert [item.labels for item in found] == [(("horse", 0.9), ("cow", 0.5)), (("person", 0.3),)]
    assert [len(predict(scene, k=1)[0].labels), len(predict(scene, most=1)), len(predict(scene, least=0.4))] == [
        1,
        1,
        1,
    ]


def test_indices_that_are_no_kind_are_never_said(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    nameless = torchvision_detectors.coco_names().index("N/A")
    told(monkeypatch, [[0, 0, 9, 9], [0, 0, 9, 9], [50, 50, 60, 60]], [nameless, 1, 0], [0.9, 0.5, 0.8])
    assert [item.labels for item in predict(scene)] == [(("person", 0.5),)]


def test_missing_weights_are_named_with_what_to_do(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(MissingDependency, match=r"give weights=FILE, or put torchvision's ssdlite320.*\.pth into"):
        predict(scene)
    assert FasterRcnn(FasterRcnnConfig()).predict([], Resources()) == []


def test_weights_in_torchvisions_cache_are_used(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: Path
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    torch.save(random_state(), tmp_path / "checkpoints" / "ssdlite320_mobilenet_v3_large_coco-a79551df.pth")
    assert predict(scene) == predict(scene, weights=str(weights)) != ()


def test_a_checkpoint_of_torchvisions_training_and_frozen_norms_are_read(
    scene: Scene, tmp_path: Path, weights: Path
) -> None:
    frozen = {name: tensor for name, tensor in random_state().items() if not name.endswith("num_batches_tracked")}
    torch.save({"model": frozen, "epoch": 3}, tmp_path / "checkpoint.pth")
    assert predict(scene, weights=str(tmp_path / "checkpoint.pth")) == predict(scene, weights=str(weights))


def test_published_weights_made_without_the_norms_addition_are_run_without_it(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchvision_detectors, "_EXACT_NORMS", (weights.name,))
    detector = torchvision_detectors.load(SMALLEST, str(weights), 91, 0.05, "cpu")
    assert {part.eps for part in detector.modules() if isinstance(part, torch.nn.BatchNorm2d)} == {0.0}


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R."])
def test_what_is_not_a_file_of_tensors_is_refused_and_not_run(scene: Scene, tmp_path: Path, content: bytes) -> None:
    for name in ("w.pth", "w.safetensors"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadOption, match=rf"weights='.*{name}' cannot be read"):
            predict(scene, weights=str(tmp_path / name))


def test_weights_of_another_number_of_labels_are_refused(scene: Scene, tmp_path: Path, weights: Path) -> None:
    (tmp_path / "names.txt").write_text("ape\nbee\n")
    with pytest.raises(BadOption, match=f"model={SMALLEST} with 2 labels"):
        predict(scene, weights=str(weights), labels=str(tmp_path / "names.txt"))
    (tmp_path / "names.txt").write_text("\n")
    with pytest.raises(BadOption, match="has no name"):
        predict(scene, weights=str(weights), labels=str(tmp_path / "names.txt"))
