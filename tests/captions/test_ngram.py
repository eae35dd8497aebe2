import pytest

from pipeline.records import Caption, GraphEdge, GraphNode, Scene, Truth
from pipeline.stage import Resources
from stages.captions._items import Item
from stages.captions._phrases import Meaning, words
from stages.captions._selection import selection
from stages.captions._sentences import Gaps
from stages.captions.ngram import NgramCaptions, NgramCaptionsConfig, _likeliest
from stages.resources.ngram import NgramConfig, NgramModel
from tests.captions.small_text import CUP, DOG, GRASS, PERSON, examples, fitted, graph_of, scene

ITEMS = [Item((GraphNode(0, "dog"),), "dog"), Item((GraphNode(1, "grass"),), "grass", stuff=True)]
SAYING = NgramCaptionsConfig(chance=0.4, min_count=2)
PAPER = NgramCaptionsConfig(variant="paper", chance=0.4, min_count=2)


def _model(*captions: str) -> NgramModel:
    return NgramModel(NgramConfig()).fit([Truth("photo", captions)], Resources())


def _say(photo: Scene, config: NgramCaptionsConfig = SAYING) -> Caption:
    train = examples()
    resources = fitted(train.truth)
    stage = NgramCaptions(config).fit({"train": train, "tune": examples(1)}, resources)
    ((caption,),) = stage.predict([photo], resources)
    return caption


def test_of_two_gaps_the_likelier_is_said() -> None:
    gaps = Gaps(("a", "is/are on the", "is/are in the", "."))
    assert _likeliest(gaps, ITEMS, _model("A dog is on the grass.")).text == "A dog is on the grass."
    assert _likeliest(gaps, ITEMS, _model("A dog is in the grass.")).text == "A dog is in the grass."


def test_a_function_word_is_put_in_where_it_makes_the_string_likelier_and_nowhere_else() -> None:
    """A1: x between A and B if, and only if, p^(A x B) > p^(A B)."""
    stage = NgramCaptions(PAPER)
    stage.inserted_ = ("on", "in")
    content = [words("dog"), words("grass")]
    for captions in (("dog on grass", "dog on grass"), ("dog grass", "dog grass"), ("dog in grass", "dog in grass")):
        phrase = stage._inserted(content, _model(*captions))
        assert " ".join(word.text for word in phrase) == captions[0]


def test_a_photo_is_said_as_people_say_such() -> None:
    assert _say(graph_of(DOG, GRASS, CUP, attribute="brown")).text == "A brown dog is standing on the grass."


def test_the_papers_form_keeps_the_content_words_in_order() -> None:
    said = [word.strip(".").lower() for word in _say(graph_of(DOG, GRASS, attribute="brown"), PAPER).words]
    content = [word for word in said if word in ("brown", "dog", "on", "grass")]
    assert content == ["brown", "dog", "on", "grass"]
    assert len(said) <= 2 * len(content)


def test_the_papers_form_is_handed_no_articles_and_no_numbers() -> None:
    several = tuple(GraphNode(at, "horse") for at in range(2))
    items = [Item(several, "horse"), Item((GraphNode(2, "umbrella", "red"),), "umbrella", attribute="red")]
    stage = NgramCaptions(PAPER)
    stage.selection_ = selection([], [])
    nodes = (*several, items[1].nodes[0])
    said = [word.text for part in stage._content(items, Meaning(nodes, (), (), (), {})) for word in part]
    assert said == ["horses", "red", "umbrella"]


def test_the_papers_form_turns_round_what_reads_so() -> None:
    """Things stand before stuff, and the edge leads from the grass to the dog."""
    nodes = (GraphNode(0, "dog", "brown"), GraphNode(1, "grass"))
    photo = scene(nodes, (DOG, GRASS), GraphEdge(1, "under", 0, terms=(("preposition", 0.5),)))
    said = [word.strip(".").lower() for word in _say(photo, PAPER).words]
    content = [word for word in said if word in ("brown", "dog", "under", "grass")]
    assert content == ["grass", "under", "brown", "dog"]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([(1, "behind", 0)], "cat behind dog grass"),
        ([(1, "behind", 0), (1, "on", 2)], "cat behind dog grass"),  # the dog is not said to be on it
        ([(1, "behind", 0), (2, "under", 1)], "grass under cat behind dog"),
        ([(0, "by", 1), (2, "under", 1)], "dog by cat grass"),  # nor to be by the grass
        ([(0, "by", 1), (1, "on", 2)], "dog by cat on grass"),
        ([(2, "under", 1)], "dog grass under cat"),
    ],
)
def test_a_preposition_of_the_papers_form_stands_between_its_own_nouns(
    edges: list[tuple[int, str, int]], expected: str
) -> None:
    items = [Item((GraphNode(at, name),), name) for at, name in enumerate(("dog", "cat", "grass"))]
    nodes = [item.nodes[0] for item in items]
    related = tuple((nodes[one], GraphEdge(one, text, other), nodes[other]) for one, text, other in edges)
    meant = Meaning(tuple(nodes), (), related, (), {})
    stage = NgramCaptions(PAPER)
    stage.selection_ = selection([], [])
    said = [word.text for part in stage._content(items, meant) for word in part if word.text not in ("a", "some")]
    assert " ".join(said) == expected


def test_every_word_says_why() -> None:
    caption = _say(graph_of(DOG, GRASS, attribute="brown"))
    kinds = {word.strip("."): why.kind for word, why in zip(caption.words, caption.evidence, strict=True) if why}
    assert len(kinds) == len(caption.words)
    assert (kinds["brown"], kinds["dog"], kinds["grass"]) == ("potential", "detection", "detection")
    assert kinds["standing"] == "ngram"


def test_nothing_detected_is_said_truly() -> None:
    caption = _say(scene([], []))
    assert caption.text == "This is a photograph."
    assert all(caption.evidence)


def test_how_much_is_said_can_be_bounded() -> None:
    one = NgramCaptionsConfig(most_objects=1, chance=0.0, min_count=2)
    assert _say(graph_of(PERSON, GRASS), one).text.count("grass") + _say(graph_of(PERSON), one).text.count("grass") == 0


def test_the_chance_is_chosen_among_those_tried() -> None:
    train = examples()
    stage = NgramCaptions(NgramCaptionsConfig(min_count=2))
    stage.fit({"train": train, "tune": examples(1)}, fitted(train.truth))
    assert stage.chance_ in (0.2, 0.3, 0.4, 0.5)


@pytest.mark.parametrize("config", [SAYING, PAPER])
def test_an_empty_split_teaches_nothing_but_breaks_nothing(config: NgramCaptionsConfig) -> None:
    train = examples(1)
    resources = fitted(train.truth)
    nothing = type(train)([], [])
    stage = NgramCaptions(config).fit({"train": nothing, "tune": nothing}, resources)
    ((caption,),) = stage.predict([graph_of(DOG, GRASS)], resources)
    assert "dog" in caption.text.lower()
