from dataclasses import replace

from pipeline.records import GraphNode
from stages.captions._items import Item
from stages.captions._selection import Selection, selection
from stages.captions._speaking import spoken_of
from stages.language.english import parse
from tests.captions.small_text import CUP, DOG, GRASS, HORSE, PERSON, examples, graph_of


def _learnt() -> Selection:
    train = examples()
    return selection(train.scenes, [tuple(parse(item.captions)) for item in train.truth])


def test_what_people_mention_comes_first() -> None:
    items, _ = _learnt().items(graph_of(CUP, DOG, GRASS), 0.5)
    assert items[0].label == "dog"
    assert items[-1].label == "cup"
    assert [item.label for item in spoken_of(items, 0.5, 3)] == ["dog", "grass"]
    assert [item.label for item in spoken_of(items, 1.0, 3)] == ["dog"]
    assert spoken_of([], 0.5, 3) == []


def test_an_attribute_is_said_where_people_say_such() -> None:
    learnt = _learnt()
    (brown, *_), _ = learnt.items(graph_of(DOG, GRASS, attribute="brown"), 0.5)
    assert brown.attribute == "brown"
    never = replace(learnt, attribute=replace(learnt.attribute, weights=(-9.0, 0.0, 0.0, 0.0, 0.0)))
    (dog, *_), _ = never.items(graph_of(DOG, GRASS, attribute="brown"), 0.5)
    assert dog.attribute is None


def test_a_relation_reads_in_its_direction() -> None:
    learnt, scene = _learnt(), graph_of(PERSON, HORSE)
    items, meant = learnt.items(scene, 0.5)
    by_label = {item.label: item for item in items}
    there = learnt.relate(by_label["person"], by_label["horse"], meant)
    back = learnt.relate(by_label["horse"], by_label["person"], meant)
    assert there is not None
    assert back is not None
    assert (there[0], there[1].preposition, back[0]) == (False, "on", True)
    assert learnt.relate(by_label["horse"], Item((GraphNode(7, "car"),), "car"), meant) is None


def test_things_are_called_what_people_call_them_but_people_only_people() -> None:
    table = replace(DOG, labels=(("dining table", 0.9),))
    captions = ("A man at a table.", "A table and a man.", "The man sits at a table.")
    scenes = [graph_of(PERSON, table, photo=str(n)) for n in range(3)]
    learnt = selection(scenes, [tuple(parse(captions))] * 3)
    assert learnt.names == {"dining table": "table"}
    items, _ = learnt.items(scenes[0], 0.5)
    assert {item.name for item in items} == {"table", "person"}


def test_photos_nobody_described_teach_nothing() -> None:
    learnt = selection([graph_of(DOG)], [()])
    (item,), _ = learnt.items(graph_of(DOG), 0.5)
    assert 0 < item.chance < 1
