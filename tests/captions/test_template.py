import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.records import Box, Caption, Detection, GraphEdge, GraphNode, Image, Scene, SceneGraph
from pipeline.stage import Resources
from stages.captions.template import Template, TemplateConfig
from stages.language.inflection import plural

IMAGE = Image("photo", "photo.png", 100, 100, "")
DOG = (Box(10, 40, 30, 60), "thing")
SECOND_DOG = (Box(60, 40, 80, 60), "thing")
CAR = (Box(40, 40, 55, 55), "thing")
GRASS = (Box(0, 50, 100, 100), "stuff")
SKY = (Box(0, 0, 100, 50), "stuff")
ON = (("preposition", 0.4), ("preposition in text", 0.3))
NEAR = (("preposition", 0.2),)


def _scene(graph: SceneGraph, *found: tuple[Box, str]) -> Scene:
    detections = tuple(Detection(box, (("any", 1.0),), "stuff" if kind == "stuff" else "thing") for box, kind in found)
    return Scene(IMAGE, {"graph": graph, "detections": detections})


def _said(scene: Scene, config: TemplateConfig | None = None) -> Caption:
    ((caption,),) = Template(config or TemplateConfig()).predict([scene], Resources())
    return caption


SHORT = TemplateConfig(style="short")


def test_the_papers_two_sentences() -> None:
    graph = SceneGraph(
        (GraphNode(0, "dog", "brown"), GraphNode(1, "sky", "blue"), GraphNode(2, "road")),
        (GraphEdge(0, "on", 2, terms=ON), GraphEdge(0, "under", 1, terms=ON)),
    )
    scene = _scene(graph, DOG, SKY, GRASS)
    assert _said(scene).text == "There is one dog, one blue sky and one road. The brown dog is on the road."
    assert _said(scene, SHORT).text == "A brown dog is on the road."


def test_repeats_are_counted_from_the_left_and_mass_is_not_counted() -> None:
    graph = SceneGraph(
        (GraphNode(0, "dog", "brown"), GraphNode(1, "dog"), GraphNode(2, "grass", "green"), GraphNode(3, "car", "red")),
        (GraphEdge(0, "on", 2, terms=ON), GraphEdge(1, "near", 3, terms=NEAR)),
    )
    scene = _scene(graph, SECOND_DOG, DOG, GRASS, CAR)
    assert _said(scene).text == (
        "There are two dogs, one car and some grass."
        " The second brown dog is on the green grass. The first dog is near the red car."
    )


def test_one_subject_says_its_relations_in_one_sentence() -> None:
    graph = SceneGraph(
        (GraphNode(0, "person", "red"), GraphNode(1, "dog"), GraphNode(2, "car")),
        (GraphEdge(0, "behind", 1, terms=ON), GraphEdge(0, "next to", 2, terms=NEAR)),
    )
    scene = _scene(graph, DOG, SECOND_DOG, CAR)
    assert _said(scene).text == (
        "There is one person, one dog and one car. The person in red is behind the dog, and next to the car."
    )


@pytest.mark.parametrize(
    ("attribute", "said"),
    [("checked", "a person in checks"), ("plain", "a person"), ("colorful", "a person"), ("young", "a young person")],
)
def test_patterns_of_clothes_are_not_those_of_who_wears_them(attribute: str, said: str) -> None:
    scene = _scene(SceneGraph((GraphNode(0, "person", attribute),), ()), DOG)
    assert _said(scene, SHORT).text == f"There is {said}."
    twice = SceneGraph((GraphNode(0, "person", "plain"), GraphNode(1, "person")), ())
    assert _said(_scene(twice, DOG, SECOND_DOG), SHORT).text == "There are two people."
    assert _said(_scene(SceneGraph((GraphNode(0, "dog", "plain"),), ()), DOG), SHORT).text == "There is a plain dog."


def test_the_short_style_puts_together_what_is_alike() -> None:
    graph = SceneGraph(
        (
            GraphNode(0, "dog", "brown"),
            GraphNode(1, "dog", "brown"),
            GraphNode(2, "car"),
            GraphNode(3, "grass", "green"),
        ),
        tuple(GraphEdge(i, "on", 3, terms=ON) for i in range(3)),
    )
    scene = _scene(graph, DOG, SECOND_DOG, CAR, GRASS)
    assert _said(scene, SHORT).text == "Two brown dogs and a car are on the green grass."


def test_the_short_style_tells_two_of_a_kind_apart() -> None:
    graph = SceneGraph((GraphNode(0, "dog"), GraphNode(1, "dog", "old")), (GraphEdge(0, "by", 1, terms=ON),))
    assert _said(_scene(graph, DOG, SECOND_DOG), SHORT).text == "A dog is by another dog."


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("red", "green", "A red car is by another car."),
        ("red", None, "A red car is by another car."),
        ("red", "red", "A red car is by another red car."),
    ],
)
def test_another_of_a_kind_shares_the_attribute_that_is_said_of_it(one: str, other: str | None, said: str) -> None:
    graph = SceneGraph((GraphNode(0, "car", one), GraphNode(1, "car", other)), (GraphEdge(0, "by", 1, terms=ON),))
    assert _said(_scene(graph, DOG, SECOND_DOG), SHORT).text == said


def test_another_of_a_kind_is_another_than_one_that_is_said() -> None:
    names = ("dog", "cat", "bird", "car", "car")
    nodes = tuple(GraphNode(at, name, margin=9.0 - at) for at, name in enumerate(names))
    graph = SceneGraph(nodes, tuple(GraphEdge(at, "near", 4, terms=(("x", 0.9 - at / 10),)) for at in range(4)))
    scene = _scene(graph, *[(Box(20 * at, 40, 20 * at + 9, 60), "thing") for at in range(5)])
    assert _said(scene, SHORT).text == "A dog, a cat and a bird are near a car."


def test_the_short_style_says_what_is_far_where_only_stuff_stands_near_a_thing() -> None:
    graph = SceneGraph(
        (GraphNode(0, "dog"), GraphNode(1, "grass"), GraphNode(2, "sky")),
        (GraphEdge(1, "under", 0, terms=ON), GraphEdge(0, "below", 2, terms=NEAR)),
    )
    assert _said(_scene(graph, DOG, GRASS, SKY), SHORT).text == "A dog is below the sky."


def test_objects_without_relations_are_named() -> None:
    graph = SceneGraph((GraphNode(0, "airplane"), GraphNode(1, "umbrella", "old")), ())
    scene = _scene(graph, DOG, CAR)
    assert _said(scene).text == "There is one airplane and one old umbrella."
    assert _said(scene, SHORT).text == "There is an airplane and an old umbrella."


def test_stuff_alone_is_described() -> None:
    graph = SceneGraph(
        (GraphNode(0, "sky", "blue"), GraphNode(1, "grass", "green")), (GraphEdge(0, "above", 1, terms=ON),)
    )
    scene = _scene(graph, SKY, GRASS)
    assert _said(scene).text == ("There is one sky and some grass. The blue sky is above the green grass.")
    assert _said(scene, SHORT).text == "The blue sky is above the green grass."


def test_nothing_detected_is_said_truly() -> None:
    scene = _scene(SceneGraph((), ()))
    assert _said(scene).text == _said(scene, SHORT).text == "This is a photograph."
    assert Template(TemplateConfig()).predict([], Resources()) == []


def test_several_regions_of_stuff_are_one() -> None:
    graph = SceneGraph(
        (GraphNode(0, "dog"), GraphNode(1, "grass", "green"), GraphNode(2, "grass")),
        (GraphEdge(0, "on", 2, terms=ON), GraphEdge(1, "near", 2, terms=ON)),
    )
    scene = _scene(graph, DOG, GRASS, GRASS)
    assert _said(scene).text == "There is one dog and some grass. The dog is on the green grass."


def test_plural_only_words_agree() -> None:
    graph = SceneGraph((GraphNode(0, "skis", "red"), GraphNode(1, "snow")), (GraphEdge(0, "on", 1, terms=ON),))
    scene = _scene(graph, DOG, GRASS)
    assert _said(scene).text == "There are some skis and some snow. The red skis are on the snow."


def test_options_bound_what_is_said() -> None:
    graph = SceneGraph(
        (GraphNode(0, "dog", margin=1.0), GraphNode(1, "car", margin=2.0), GraphNode(2, "road", margin=9.0)),
        (GraphEdge(0, "on", 2, terms=ON), GraphEdge(1, "on", 2, terms=NEAR)),
    )
    scene = _scene(graph, DOG, CAR, GRASS)
    one = TemplateConfig(most_objects=2, most_relations=0)
    assert _said(scene, one).text == "There is one car and one dog."
    two = TemplateConfig(most_relations=1)
    assert _said(scene, two).text == ("There is one car, one dog and one road. The dog is on the road.")


def test_every_word_says_why() -> None:
    seen = (("object", 0.5), ("attribute", 0.3), ("attribute in text", 0.1))
    graph = SceneGraph(
        (GraphNode(1, "fire hydrant", "red", terms=seen), GraphNode(0, "road")),
        (GraphEdge(0, "next to", 1, terms=NEAR),),
    )
    caption = _said(_scene(graph, GRASS, CAR))
    why = dict(zip(caption.words, caption.evidence, strict=True))
    assert why["The"] is why["one"] is why["There"] is None
    for word in ("fire", "hydrant"):
        evidence = why[word]
        assert evidence is not None
        assert (evidence.kind, evidence.detection, evidence.terms) == ("detection", 1, seen)
    red, near = why["red"], why["next"]
    assert red is not None
    assert (red.kind, red.detection, red.terms) == ("potential", 1, seen[1:])
    assert near is not None
    assert near == why["to"]
    assert (near.kind, near.terms) == ("potential", NEAR)


LABELS = ("person", "dog", "sheep", "airplane", "umbrella", "bus", "skis", "grass", "sky", "tvmonitor", "fire hydrant")
ATTRIBUTES = (None, "red", "orange", "old", "striped")
PLURALS = tuple({plural("tv" if label == "tvmonitor" else label) for label in LABELS} - {"sheep"} | {"skis"})
PREPOSITIONS = ("on", "in front of", "next to", "above")


@some.composite
def photos(draw: some.DrawFn) -> Scene:
    """Any graph over up to seven detections, with at most one edge a pair."""
    count = draw(some.integers(0, 7))
    nodes, found = [], []
    for index in range(count):
        left, top = draw(some.integers(0, 80)), draw(some.integers(0, 80))
        margin = draw(some.floats(0, 3))
        found.append((Box(left, top, left + 20, top + 20), draw(some.sampled_from(("thing", "stuff")))))
        nodes.append(GraphNode(index, draw(some.sampled_from(LABELS)), draw(some.sampled_from(ATTRIBUTES)), margin))
    pairs = [(i, j) for i in range(count) for j in range(i)]
    kept = [pair for pair in pairs if draw(some.booleans())]
    edges = [
        GraphEdge(i, draw(some.sampled_from(PREPOSITIONS)), j, terms=(("preposition", draw(some.floats(0, 1))),))
        for i, j in kept
    ]
    return _scene(SceneGraph(tuple(nodes), tuple(edges)), *found)


@pytest.mark.parametrize("style", ["babytalk", "short"])
@given(scene=photos())
def test_every_caption_is_grammatical(style: str, scene: Scene) -> None:
    caption = _said(scene, TemplateConfig(style=style))
    assert caption.words == tuple(caption.text.split())
    assert len(caption.evidence) == len(caption.words)
    assert caption.text.endswith(".")
    assert "  " not in caption.text
    assert not re.search(r"[.,]{2}| [.,]|\bNone\b", caption.text)
    bare = [word.strip(".,").lower() for word in caption.words]
    for word, following in pairwise(bare):
        if word == "an":
            assert following[0] in "aeiou"
        if word == "a":
            assert following[0] not in "aeiou"
    for sentence in caption.text.removesuffix(".").split(". "):
        assert sentence[0].isupper()
        verbs = re.findall(r"\b(?:is|are)\b", sentence)
        assert len(verbs) == 1
        if sentence.startswith("The "):
            subject = sentence.split(f" {verbs[0]} ")[0]
            if "sheep" in subject and " and " not in subject:
                continue  # one, or all
            many = " and " in subject or any(subject.split(" in ")[0].endswith(name) for name in PLURALS)
            assert verbs[0] == ("are" if many else "is")


@given(scene=photos())
def test_numbers_agree_with_their_nouns(scene: Scene) -> None:
    opening = _said(scene).text.split(". ")[0].rstrip(".")
    spoken = {"tvmonitor": "tv"}
    if opening == "This is a photograph":
        return
    for part in re.split(r", | and ", re.sub("^There (?:is|are) ", "", opening)):
        determiner, _, described = part.partition(" ")
        noun = re.sub(r"^(?:red|orange|old|striped) | in \w+$", "", described)
        ones = [spoken.get(label, label) for label in LABELS]
        if determiner == "some":
            assert noun in ("skis", "grass")
        elif determiner == "one":
            assert noun in ones
        else:
            assert noun in [plural(label) for label in ones]


@given(scene=photos())
def test_words_of_objects_point_at_a_detection_of_that_label(scene: Scene) -> None:
    caption = _said(scene)
    labels = {node.detection: node.label for node in scene.graph.nodes}
    for evidence in caption.evidence:
        if evidence is not None and evidence.kind == "detection":
            assert evidence.detection in labels


def test_what_all_of_a_kind_do_is_said_of_them_all() -> None:
    graph = SceneGraph(
        (GraphNode(0, "dog", "brown"), GraphNode(1, "dog", "brown"), GraphNode(2, "grass"), GraphNode(3, "car", "red")),
        (GraphEdge(0, "on", 2, terms=ON), GraphEdge(1, "on", 2, terms=ON)),
    )
    scene = _scene(graph, DOG, SECOND_DOG, GRASS, CAR)
    assert _said(scene).text == "There are two dogs, one red car and some grass. The brown dogs are on the grass."


def test_one_of_a_label_is_not_said_to_be_in_another() -> None:
    graph = SceneGraph((GraphNode(0, "dog"), GraphNode(1, "dog")), (GraphEdge(0, "in", 1, terms=ON),))
    assert _said(_scene(graph, DOG, SECOND_DOG)).text == "There are two dogs."
    assert _said(_scene(graph, DOG, SECOND_DOG), SHORT).text == "There are two dogs."


def test_a_lone_thing_may_take_an_article() -> None:
    graph = SceneGraph((GraphNode(0, "dog", "old"), GraphNode(1, "car"), GraphNode(2, "car")), ())
    scene = _scene(graph, DOG, CAR, CAR)
    assert _said(scene, TemplateConfig(lone="a")).text == "There is an old dog and two cars."
