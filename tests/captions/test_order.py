from math import exp, log

import pytest

from stages.captions._order import PRIOR, counted

STUFF = frozenset({"grass", "sky"})
ORDER = counted([("dog", "grass"), ("dog", "grass"), ("grass", "dog"), ("dog", "cat")], STUFF)


def test_the_share_of_an_order_is_smoothed_by_that_of_the_kinds() -> None:
    things_first = (2 + 1) / (3 + 2)
    expected = (2 + PRIOR * things_first) / (3 + PRIOR)
    assert ORDER.log_share(["dog", "grass"], STUFF) == pytest.approx(log(expected))
    assert ORDER.log_share(["bus", "sky"], STUFF) == pytest.approx(log(things_first))


def test_both_orders_of_a_pair_have_all() -> None:
    shares = [exp(ORDER.log_share(pair, STUFF)) for pair in (["dog", "cat"], ["cat", "dog"])]
    assert sum(shares) == pytest.approx(1)
    assert shares[0] > shares[1]


def test_of_several_every_pair_counts() -> None:
    pairs = (["dog", "cat"], ["dog", "grass"], ["cat", "grass"])
    assert ORDER.log_share(["dog", "cat", "grass"], STUFF) == pytest.approx(
        sum(ORDER.log_share(pair, STUFF) for pair in pairs)
    )
    assert ORDER.log_share(["dog"], STUFF) == 0
