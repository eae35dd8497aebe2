"""Which gaps are learnt from captions, and what rare ones are taken for."""

from stages.captions._speaking import frequent
from stages.language.english import parse

LABELS = ("person", "dog", "horse", "grass")


def test_a_rare_gap_is_taken_for_one_with_another_article_and_never_for_an_end() -> None:
    common = ["A dog is running."] * 3 + ["A man is riding a horse."] * 3
    rare = ["A man is running the dog.", "A man is riding the horse.", "A man is riding."]
    told = [list(parse(common)), *([one] for one in parse(rare))]
    kept, gaps, heard = frequent(told, LABELS, 2)
    assert {"is/are running .", "is/are riding a"} <= set(gaps)
    assert [[one.gaps for one in photo] for photo in kept[1:]] == [[], [("a", "is/are riding a", ".")], []]
    assert heard["is/are running ."] == (("dog",), ("dog",), ())
    assert heard["is/are riding a"] == (("person",), ("person",), ("horse",))
