import pytest

from pipeline.errors import MissingDependency
from stages.language import english
from stages.language.english import parse


def test_parses_come_in_order_with_one_entry_a_token() -> None:
    first, second = parse(["Two   geese\nare swimming.", "A man"])
    assert first.words == ("two", "geese", "are", "swimming", ".")
    assert first.lemmas == ("two", "goose", "be", "swim", ".")
    assert second.words == ("a", "man")
    for one in (first, second):
        assert len(one.words) == len(one.lemmas) == len(one.tags) == len(one.heads) == len(one.dependencies)
        assert all(0 <= head < len(one.words) for head in one.heads)


def test_a_root_is_its_own_head() -> None:
    (one,) = parse(["A dog sits on the grass."])
    roots = [index for index, head in enumerate(one.heads) if head == index]
    assert [one.words[index] for index in roots] == ["sits"]
    assert one.children(roots[0], "nsubj") == [one.words.index("dog")]


@pytest.mark.parametrize(
    ("word", "tag", "lemma"),
    [
        ("puppies", "NNS", "puppy"),
        ("grass", "NN", "grass"),
        ("men", "NNS", "man"),
        ("riding", "VBG", "ride"),
        ("sitting", "VBG", "sit"),
        ("is", "VBZ", "be"),
        ("brown", "JJ", "brown"),
    ],
)
def test_lemmas_are_dictionary_forms(word: str, tag: str, lemma: str) -> None:
    assert english._lemma(word, tag) == lemma


def test_a_missing_model_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(english, "MODELS", ("no_such_model",))
    with pytest.raises(MissingDependency, match=r"no_such_model.*pip install"):
        english._load()
