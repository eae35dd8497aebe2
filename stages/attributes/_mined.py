"""Attributes of boxes, mined from what captions say of them (after Kulkarni et al. 2011, who mine Flickr by text).

A caption names objects with attributes; the detector has found boxes of these objects. What nobody says of an object is
not known to be absent: people say "a dog" of most brown dogs. Only an attribute that denies another one (a white dog is
not black) tells what is absent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.geometry import area
from pipeline.records import Detection
from stages.language.attribute_kinds import WORN, attribute_kinds, denied, kind, visible
from stages.language.english import Parse
from stages.language.facts import Mention, facts
from stages.language.synonyms import canonical, match


@dataclass(frozen=True, slots=True)
class Said:
    """What the captions say of one detection: attributes it has, and those which it thereby lacks."""

    present: frozenset[str]
    absent: frozenset[str]


def mined(detections: Sequence[Detection], captions: Iterable[Parse], least: float) -> list[Said | None]:
    """What the captions of a photo say of each of its detections; None of one that no caption names.

    An object named once of which there are several boxes is taken to be the largest; as many objects as there are
    boxes, all of them. Detections that score less than `least` are not looked at.
    """
    sure = [index for index, detection in enumerate(detections) if detection.score >= least]
    labels = tuple(dict.fromkeys(detections[index].label for index in sure))
    present: dict[int, set[str]] = {}
    for parse in captions:
        for label, mention, attributes in _mentions(facts(parse).objects, labels):
            boxes = [index for index in sure if detections[index].label == label]
            if mention.count != len(boxes) and not (mention.count is None and len(boxes) > 1):
                boxes = [max(boxes, key=lambda index: area(detections[index].box))]
            for index in boxes:
                present.setdefault(index, set()).update(attributes)
    return [_said(present[index]) if index in present else None for index in range(len(detections))]


def _mentions(objects: Iterable[Mention], labels: Sequence[str]) -> Iterator[tuple[str, Mention, list[str]]]:
    """The objects that have boxes, each with the label of these and its visible attributes."""
    table = attribute_kinds()
    wearer = next((name for name in labels if canonical(name) in table.wearers), None)
    for mention in objects:
        worn = mention.label in table.garments
        label = wearer if worn else match(mention.label, labels)
        if label is not None:
            named = [attribute for word in mention.attributes if (attribute := visible(word))]
            clothed = canonical(label) in table.wearers
            yield label, mention, [name for name in named if (kind(name) in WORN) == worn or not (clothed or worn)]


def _said(present: set[str]) -> Said:
    absent = {other for attribute in present for other in denied(attribute)}
    return Said(frozenset(present), frozenset(absent - present))
