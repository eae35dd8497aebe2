"""Choices made up so that the answer is known: counts by hand, intervals against simulation, judges of known habits."""

import numpy as np
import pytest

from pipeline.errors import BadData
from stages.analysis.choices import Choice, Side
from stages.analysis.preferences import preferences


def choice(photo: int, systems: str, side: Side, judge: str = "eve", again: bool = False) -> Choice:
    return Choice(f"q{photo}", judge, f"photo{photo}", (systems[0], systems[1]), side, again)


def simulated(strong: dict[str, float], photos: int, seed: int) -> list[Choice]:
    """Choices by the model itself."""
    generator = np.random.default_rng(seed)
    made = []
    for photo in range(photos):
        one, other = generator.choice(sorted(strong), 2, replace=False)
        wins = generator.random() < 1 / (1 + np.exp(strong[other] - strong[one]))
        made.append(choice(photo, one + other, 1 if wins else 2))
    return made


def test_shares_are_counts_with_half_for_whoever_could_not_say() -> None:
    found = preferences([choice(0, "ab", 1), choice(1, "ba", 2), choice(2, "ab", 2), choice(3, "ba", 0)])
    (duel,) = found.duels
    assert (duel.first, duel.second, duel.wins, duel.losses, duel.undecided) == ("a", "b", 2, 1, 1)
    assert duel.share.value == pytest.approx(2.5 / 4)
    best = found.standings[0]
    assert (best.system, best.preferred.count) == ("a", 4)
    assert best.preferred.value == best.chance.value == pytest.approx(2.5 / 4)
    assert best.strength == pytest.approx(0.5 * np.log(2.5 / 1.5))


def test_the_interval_of_a_share_is_the_normal_one_where_photos_are_many() -> None:
    found = preferences([choice(photo, "ab", 1 if photo % 4 else 2) for photo in range(800)])
    low, high = found.duels[0].share.interval or (0.0, 0.0)
    reach = 1.96 * np.sqrt(0.75 * 0.25 / 800)
    assert (low, high) == pytest.approx((0.75 - reach, 0.75 + reach), abs=0.1 * reach)


def test_a_photo_is_drawn_with_the_answers_of_all_judges() -> None:
    alone = [choice(photo, "ab", 1 if photo % 2 else 2) for photo in range(60)]
    echoed = [Choice(one.question, f"judge {n}", one.photo, one.systems, one.side) for one in alone for n in range(5)]
    assert preferences(echoed).duels[0].share.interval == preferences(alone).duels[0].share.interval


def test_strengths_of_the_model_are_found_again() -> None:
    truth = {"a": 1.0, "b": 0.0, "c": -1.0}
    found = preferences(simulated(truth, 3000, 0))
    assert [one.system for one in found.standings] == ["a", "b", "c"]
    for one in found.standings:
        assert one.strength == pytest.approx(truth[one.system], abs=0.12)
        low, high = one.strength_interval or (9.0, -9.0)
        assert low < truth[one.system] < high < low + 0.3
        true = np.mean([1 / (1 + np.exp(truth[other] - truth[one.system])) for other in truth if other != one.system])
        low, high = one.chance.interval or (1.0, 0.0)
        assert low < true < high


def test_a_system_paired_with_the_weak_alone_is_not_taken_for_the_strongest() -> None:
    won = {"ab": (8, 12), "bc": (19, 1)}  # b wins most of its answers because it met c
    made = [
        choice(100 * at + turn, systems, 1 if turn < wins else 2)
        for at, (systems, (wins, losses)) in enumerate({**won, "ba": (6, 14)}.items())
        for turn in range(wins + losses)
    ]
    found = preferences(made)
    by_name = {one.system: one for one in found.standings}
    assert (by_name["b"].preferred.value or 0) > (by_name["c"].preferred.value or 0)
    assert found.standings[-1].system == "c"
    assert by_name["a"].strength is not None


def test_why_there_are_no_strengths_is_said_and_shares_are_there_all_the_same() -> None:
    apart = preferences([choice(0, "ab", 1), choice(1, "ab", 2), choice(2, "cd", 1), choice(3, "cd", 2)])
    assert "a and b and c and d were never compared" in apart.missing
    assert {one.preferred.value for one in apart.standings} == {0.5}
    assert all(
        one.strength is None and one.strength_interval is None and one.chance.value is None for one in apart.standings
    )
    assert "b was never preferred to a" in preferences([choice(0, "ab", 1)]).missing


def test_repeats_tell_of_the_judge_and_are_no_second_choice() -> None:
    made = [choice(0, "ab", 1), choice(0, "ba", 2, again=True), choice(1, "ab", 1), choice(1, "ba", 1, again=True)]
    found = preferences([*made, choice(2, "ab", 2), choice(3, "ab", 1, judge="al")])
    assert [(one.name, one.answers, one.repeated, one.consistent) for one in found.judges] == [
        ("al", 1, 0, 0),
        ("eve", 3, 2, 1),
    ]
    assert (found.duels[0].wins, found.duels[0].losses) == (3, 1)


def test_a_judge_who_always_takes_one_side_shows() -> None:
    made = [choice(photo, "ab" if photo % 2 else "ba", 1) for photo in range(30)]
    found = preferences([*made, choice(30, "ab", 0)])
    assert (found.first_side.count, found.first_side.value) == (30, 1.0)
    assert found.duels[0].share.value == pytest.approx(0.5, abs=0.02)


def test_agreement_is_of_systems_not_of_sides() -> None:
    made = [choice(photo, "ab", 2 if photo % 2 else 1) for photo in range(6)]
    same = [Choice(one.question, "al", one.photo, one.systems, one.side) for one in made]
    assert preferences([*made, *same]).agreement == 1.0
    assert preferences(made).agreement is None


def test_no_answers_are_refused() -> None:
    with pytest.raises(BadData, match="nobody has answered"):
        preferences([])
