import json

import pytest

from pipeline.codec import decode, encode
from pipeline.errors import ContractViolation, FieldNotAvailable
from pipeline.records import (
    AttributeScores,
    Box,
    Caption,
    Detection,
    Evidence,
    GraphEdge,
    GraphNode,
    Image,
    Relation,
    Scene,
    SceneGraph,
    Score,
    Truth,
)

RECORDS = [
    Truth(
        "7",
        ("A dog .", "Un chien été."),
        (Detection(Box(0, 1.5, 2, 3), (("dog", 0.9), ("cat", 0.1))),),
        (AttributeScores((("brown", 0.8),)),),
        (Relation(0, 1, (("on", 1.0),)),),
        None,
    ),
    SceneGraph((GraphNode(0, "dog", "brown", 0.5, (("psi", 1.0),)),), (GraphEdge(0, "on", 1),), -3.25),
    Caption("A dog.", ("a", "dog"), (-0.5, -1.0), -1.5, (None, Evidence("attention", (0.5, 0.5), (1, 2)))),
    Score("BLEU-1", None, "all", "tool 1", {}, "no Java"),
    Score("BLEU-1", 0.5, "leave_one_out", "tool 1", {"7": 0.25}),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_records_survive_json(record: object) -> None:
    assert decode(type(record), json.loads(json.dumps(encode(record)))) == record


def test_a_value_of_another_type_is_no_record() -> None:
    with pytest.raises(ContractViolation, match="3 should be of type"):
        decode(Detection, {"box": {"left": 0, "top": 0, "right": 1, "bottom": 1}, "labels": [[3, 0.5]]})


def test_a_field_that_was_not_declared_cannot_be_read() -> None:
    scene = Scene(Image("7", "7.png", 1, 1, ""), {"detections": ()})
    assert scene.detections == ()
    with pytest.raises(FieldNotAvailable, match=r"'attributes'.*reads\(\)"):
        _ = scene.attributes
    with pytest.raises(FieldNotAvailable, match="truth"):
        _ = scene.truth
