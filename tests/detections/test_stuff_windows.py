import numpy as np
import pytest

from pipeline.geometry import iou
from pipeline.records import Box, Image
from pipeline.stage import silent
from stages.detections._boxed_photos import Photo, with_stuff
from stages.detections._stuff_windows import FEATURES, _targets, features, learn_stuff, regions


def test_the_last_box_around_a_window_names_it():
    boxes = np.array([[0, 0, 32, 32], [0, 16, 32, 32], [8, 8, 16, 24]], dtype=float)
    known = _targets((4, 5), Photo(Image("a", "a.png", 40, 32, ""), boxes, np.array([0, 1, 2])))
    assert known.tolist() == [[0, 0, 0, 0, -1], [0, 2, 0, 0, -1], [1, 2, 1, 1, -1], [1, 1, 1, 1, -1]]


def test_things_lie_on_stuff_and_small_stuff_on_large(photos):
    image, truth = photos.scenes[0].image, photos.truth[0]
    photo = with_stuff(image, truth.detections, ("sand", "water"))
    assert photo.labels.tolist()[-1] == 2
    areas = (photo.boxes[:-1, 2] - photo.boxes[:-1, 0]) * (photo.boxes[:-1, 3] - photo.boxes[:-1, 1])
    assert areas.tolist() == sorted(areas.tolist(), reverse=True)


def test_regions_cover_the_stuff_of_new_photos(photos):
    from pipeline.images import read

    labels = ("sand", "water")
    known = [with_stuff(s.image, t.detections, labels) for s, t in zip(photos.scenes, photos.truth, strict=True)]
    weights, biases = learn_stuff(known[:40], 2, 0, silent)
    for scene, truth in zip(photos.scenes[40:], photos.truth[40:], strict=True):
        found = {labels[r.label]: Box(*r.box.tolist()) for r in regions(read(scene.image), weights, biases)}
        for detection in truth.detections[1:]:
            assert iou(found[detection.label], detection.box) > 0.7


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (8, 8), (50, 31)])
def test_any_photo_has_windows_or_none(size):
    windows = features(np.full((*size, 3), 77, dtype=np.uint8))
    assert windows.shape[2] == FEATURES
    assert np.isfinite(windows).all()
    regions(np.full((*size, 3), 77, dtype=np.uint8), np.zeros((FEATURES, 2)), np.zeros(2))


def test_a_photo_of_one_stuff_alone_can_be_learned_from(photos):
    photo = Photo(photos.scenes[0].image, np.array([[0.0, 0, 96, 96]]), np.array([0]))
    weights, biases = learn_stuff([photo], 1, 0, silent)
    (region,) = regions(np.zeros((40, 60, 3), dtype=np.uint8), weights, biases)
    assert region.label == 0
    assert region.box.tolist() == [0, 0, 60, 40]
