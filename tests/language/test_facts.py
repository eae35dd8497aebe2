import pytest

from stages.language.english import parse
from stages.language.facts import Mention, attribute_before, facts, reduced

SENTENCES: dict[str, tuple[tuple[Mention, ...], tuple[tuple[str, str, str], ...], tuple[tuple[str, str], ...]]] = {
    "A puppy sits on the grass.": (
        (Mention("dog"), Mention("grass")),
        (("dog", "on", "grass"),),
        (("dog", "sit"),),
    ),
    "A dog is next to two brown dogs.": (
        (Mention("dog"), Mention("dog", 2, ("brown",))),
        (("dog", "next to", "dog"),),
        (),
    ),
    "The dog is brown and white.": ((Mention("dog", 1, ("brown", "white")),), (), ()),
    "A cat is on top of the red car in front of a house.": (
        (Mention("cat"), Mention("car", 1, ("red",)), Mention("house")),
        (("cat", "on", "car"), ("cat", "in front of", "house")),
        (),
    ),
    "There is a bird in the sky above a boat.": (
        (Mention("bird"), Mention("sky"), Mention("boat")),
        (("bird", "in", "sky"), ("bird", "above", "boat")),
        (),
    ),
    "A group of people stand on the beach.": (
        (Mention("person", None), Mention("sand")),
        (("person", "on", "sand"),),
        (("person", "stand"),),
    ),
    "A man riding a bike down the street.": (
        (Mention("person"), Mention("bicycle"), Mention("road")),
        (("person", "down", "road"),),
        (("person", "ride"),),
    ),
    "Three dogs run through the water.": (
        (Mention("dog", 3), Mention("water")),
        (("dog", "through", "water"),),
        (("dog", "run"),),
    ),
    "A black dog and a white cat are lying under a wooden table.": (
        (Mention("dog", 1, ("black",)), Mention("cat", 1, ("white",)), Mention("dining table", 1, ("wooden",))),
        (("dog", "under", "dining table"), ("cat", "under", "dining table")),
        (("dog", "lie"), ("cat", "lie")),
    ),
    "A teddy bear and a hot dog are in a blue bowl.": (
        (Mention("teddy bear"), Mention("hot dog"), Mention("bowl", 1, ("blue",))),
        (("teddy bear", "in", "bowl"), ("hot dog", "in", "bowl")),
        (),
    ),
    "A brick building behind the trees.": (
        (Mention("building", 1, ("brick",)), Mention("tree", None)),
        (("building", "behind", "tree"),),
        (),
    ),
    "A couple of kids sit inside of a car.": (
        (Mention("person", None), Mention("car")),
        (("person", "in", "car"),),
        (("person", "sit"),),
    ),
    "A motorcycle parked on the side of the road.": (
        (Mention("motorcycle"), Mention("road")),
        (("motorcycle", "beside", "road"),),
        (("motorcycle", "park"),),
    ),
    "Several grey elephants stand near a tall tree.": (
        (Mention("elephant", None, ("gray",)), Mention("tree", 1, ("tall",))),
        (("elephant", "near", "tree"),),
        (("elephant", "stand"),),
    ),
    "There is no dog on the grass.": ((Mention("grass"),), (), ()),
    "A man without a shirt or shoes.": ((Mention("person"),), (), ()),
    "A dog with no collar.": ((Mention("dog"),), (), ()),
    "Neither the dog nor the cat is on the bed.": ((Mention("bed"),), (), ()),
    "There isn't a boat in the water.": ((Mention("water"),), (), ()),
    "No dogs but a cat on a mat.": ((Mention("cat"), Mention("mat")), (("cat", "on", "mat"),), ()),
    "The dog is not brown.": ((Mention("dog"),), (), ()),
    "A dog is not on the couch.": ((Mention("dog"), Mention("couch")), (), ()),
    "A man is not riding a horse.": ((Mention("person"),), (), ()),
    "A man in orange is skiing.": ((Mention("person", 1, ("orange",)),), (), (("person", "ski"),)),
    "A person in red and a person in green are sitting.": (
        (Mention("person", 1, ("red",)), Mention("person", 1, ("green",))),
        (),
        (("person", "sit"), ("person", "sit")),
    ),
    "A man in all black rides a bike.": (
        (Mention("person", 1, ("black",)), Mention("bicycle")),
        (),
        (("person", "ride"),),
    ),
    "A man wearing red.": ((Mention("person", 1, ("red",)),), (), (("person", "wear"),)),
    "A man in a red shirt.": (
        (Mention("person"), Mention("shirt", 1, ("red",))),
        (("person", "in", "shirt"),),
        (),
    ),
    "An orange in a bowl.": ((Mention("orange"), Mention("bowl")), (("orange", "in", "bowl"),), ()),
    "a boat floats on the calm lake under a blue sky .": (
        (Mention("boat"), Mention("water", 1, ("calm",)), Mention("sky", 1, ("blue",))),
        (("boat", "on", "water"), ("boat", "under", "sky")),
        (("boat", "float"),),
    ),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_facts_are_what_a_person_reads(sentence: str) -> None:
    found = facts(next(iter(parse([sentence]))))
    assert (found.objects, found.relations, found.actions) == SENTENCES[sentence]


def test_attributes_are_pairs_with_their_object() -> None:
    found = facts(next(iter(parse(["A red car and a small white dog."]))))
    assert found.attributes == (("red", "car"), ("small", "dog"), ("white", "dog"))


def test_a_reduced_caption_keeps_nouns_and_prepositions_in_order() -> None:
    one = next(iter(parse(["A brown dog runs quickly on the green grass next to a fire hydrant."])))
    assert [name for _, _, name in reduced(one)] == ["dog", "on", "grass", "next to", "fire hydrant"]


def test_a_reduced_caption_has_neither_what_is_absent_nor_worn_colours() -> None:
    for one in parse(["A man in red without a hat on grass."]):
        assert [name for _, _, name in reduced(one)] == ["person", "on", "grass"]


def test_the_attribute_before_a_noun_looks_past_names_of_two_words() -> None:
    one = next(iter(parse(["A red fire hydrant and some grass"])))
    hydrant, grass = one.words.index("hydrant"), one.words.index("grass")
    assert (attribute_before(one, hydrant), attribute_before(one, grass)) == ("red", None)


def test_a_caption_without_words_has_no_facts() -> None:
    for one in parse(["", "  ", "."]):
        assert facts(one).objects == facts(one).relations == facts(one).actions == ()
