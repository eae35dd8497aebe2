"""Five true sentences about a layout, as five people would write them, from a small grammar.

Each person has a style: how many things they mention, how often they name colours and places, how they open. Nothing
untrue is ever said; words of mood ("happily") are said only where nothing contradicts them.
"""

import numpy as np

from pipeline.records import Box
from stages.datasets import _scenes_words as words
from stages.datasets._scenes_layout import Layout
from stages.datasets._scenes_phrases import Mention, Phrases, Style, join
from stages.datasets._scenes_truth import between, salience

SENTENCES = 5
STYLES = (
    Style(mentions=1, colours=0.25, places=0.8, weather=0.05, mood=0.12, opening=0.05),
    Style(mentions=1, colours=0.6, places=0.9, weather=0.2, mood=0.15, opening=0.1),
    Style(mentions=2, colours=0.7, places=0.8, weather=0.1, mood=0.05, opening=0.1),
    Style(mentions=2, colours=0.35, places=0.95, weather=0.15, mood=0.15, opening=0.25),
    Style(mentions=3, colours=0.55, places=0.75, weather=0.1, mood=0.05, opening=0.1),
    Style(mentions=2, colours=0.85, places=0.7, weather=0.25, mood=0.1, opening=0.05),
)
RELATED = ("next to", "near", "beside", "by", "in front of", "behind", "above", "over")


def sentences(layout: Layout, boxes: tuple[Box, ...], rng: np.random.Generator) -> tuple[str, ...]:
    """Five sentences, different from each other where twenty attempts can make them so."""
    said: list[str] = []
    styles = rng.permutation(len(STYLES)).tolist()
    for style in styles[:SENTENCES]:
        speaker = Speaker(layout, boxes, Phrases(layout, rng, STYLES[style]))
        attempts = (speaker.sentence() for _ in range(20))
        sentence = speaker.sentence()
        said.append(sentence if sentence not in said else next((s for s in attempts if s not in said), sentence))
    return tuple(said)


class Speaker:
    """One person, who says one sentence after another about the same photo."""

    def __init__(self, layout: Layout, boxes: tuple[Box, ...], phrases: Phrases) -> None:
        self.layout, self.boxes, self.phrases = layout, boxes, phrases
        self.style = phrases.style

    def sentence(self) -> str:
        """A sentence with a capital and a full stop."""
        text = self._of_things() if self.layout.things else self._of_scenery()
        return text[0].upper() + text[1:] + "."

    def _of_scenery(self) -> str:
        say = self.phrases
        scenery = say.choose(words.SCENERY[self.layout.place])
        if say.chance(0.4) and self.layout.place != "sky":
            return join(scenery, say.sky())
        if say.chance(0.5):
            return join(say.opening(False), scenery)
        return join("there is", scenery) if say.chance(0.5) else join(scenery, say.day())

    def _of_things(self) -> str:
        say = self.phrases
        groups = self._groups()
        main = say.mention(groups[0])
        told = {self.layout.things[i].kind for i in main.things}
        others: list[Mention] = []
        for group in groups[1:]:
            kind = self.layout.things[group[0]].kind
            if kind not in told and len(others) < self.style.mentions - 1:
                told.add(kind)
                others.append(say.mention(group))
        place = say.place(main) if say.chance(self.style.places) else ""
        text = self._with_others(main, others, place) if others and say.chance(0.85) else self._alone(main, place)
        return join(text, say.day()) if say.chance(self.style.weather) and "sky" not in text else text

    def _groups(self) -> list[tuple[int, ...]]:
        """Things people mention in one breath, the most salient first; what is carried goes with its carrier."""
        things, say = self.layout.things, self.phrases
        kinds: dict[tuple[str, ...], list[int]] = {}
        by_action = say.chance(0.5)
        for index, thing in enumerate(things):
            kinds.setdefault((thing.kind, thing.action) if by_action else (thing.kind,), []).append(index)
        groups: list[tuple[int, ...]] = []
        for members in kinds.values():
            stacked = any(things[i].upon is not None or say.load(i) is not None for i in members)
            if len(members) > 1 and not (stacked and say.chance(0.6)):
                groups.append(tuple(members))
            else:
                groups += [(i,) for i in members]
        carried = {say.load(group[0]) for group in groups if len(group) == 1}
        groups = [group for group in groups if len(group) > 1 or group[0] not in carried]
        noise = say.rng.random(len(groups)) * 0.25
        weights = [max(salience(things[i]) for i in group) + 0.15 * len(group) for group in groups] + noise
        return [groups[k] for k in np.argsort(-weights, kind="stable").tolist()]

    def _alone(self, main: Mention, place: str) -> str:
        say = self.phrases
        if say.chance(self.style.opening):
            return join(say.opening(main.plural), main.phrase, main.doing, place)
        form = say.rng.random()
        if form < 0.2 and place and main.doing and not place.startswith("in front"):
            return join(f"{place},", main.phrase, main.copula, main.doing)
        if form < 0.4 or not (main.doing or place):
            return join(main.there, main.phrase, main.doing, place)
        return join(main.phrase, main.copula if form < 0.7 else "", main.doing, place)

    def _with_others(self, main: Mention, others: list[Mention], place: str) -> str:
        """The main mention and others: related, in the background, meanwhile, above, or simply listed."""
        say, other = self.phrases, others[0]
        listed = self._listed(others)
        verb = main.copula if main.doing and say.chance(0.4) else ""
        start = join(main.phrase, verb, main.doing)
        relation = self._relation(main, other) if len(others) == 1 else ""
        if relation and say.chance(0.65):
            opening = say.opening(main.plural) if not verb and say.chance(self.style.opening) else ""
            shared = place if say.together(main, other) and say.chance(0.3) else ""
            return join(opening, start, relation, other.phrase, shared)
        form = say.rng.random()
        if form < 0.5 and self._farther(main, others):
            return join(start, place, "with", listed, "in the background")
        if form < 0.5 and len(others) == 1 and self._overhead(main, other):
            return join(
                start, place, "with", other.phrase, other.doing, say.choose(("above", "overhead", "in the sky"))
            )
        if form < 0.25 and other.doing and main.doing and len(others) == 1:
            return join(main.phrase, main.copula, main.doing, place, "while", other.phrase, other.copula, other.doing)
        if form < 0.75 or not say.together(main, *others):
            everything, shared = self._listed([main, *others]), place if say.together(main, *others) else ""
            if say.chance(0.4):
                return join("there is" if everything.split()[0] in ("a", "an") else "there are", everything, shared)
            if not shared or say.chance(2 * self.style.opening):
                return join(say.opening(True), everything, shared)
            return join(everything, "are" if say.chance(0.5) else "", shared)
        return join(start, place, "with", listed, "nearby" if self._near(main, others) else "")

    def _listed(self, mentions: list[Mention]) -> str:
        """ "x, y and z"; phrases with something hanging on them come last, where they cannot be misread."""
        phrases = [mention.phrase for mention in sorted(mentions, key=lambda m: m.phrase.count(" ") > 2)]
        return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if phrases[1:] else phrases)

    def _relation(self, one: Mention, two: Mention) -> str:
        """A true preposition between two things that carry nothing, or an empty string."""
        riding = "riding" in one.doing
        if one.plural or two.plural or len(two.things) > 1 or (len(one.things) > 1 and not riding):
            return ""
        found = self._between(one.things[0], two.things[0])
        usable = [word for word in RELATED if word in found]
        return self.phrases.choose(usable) if usable else ""

    def _between(self, i: int, j: int) -> tuple[str, ...]:
        return between(i, self.layout.things[i], self.boxes[i], j, self.layout.things[j], self.boxes[j])

    def _near(self, one: Mention, others: list[Mention]) -> bool:
        return all(any("near" in self._between(i, j) for i in one.things for j in two.things) for two in others)

    def _overhead(self, one: Mention, two: Mention) -> bool:
        things = self.layout.things
        return things[two.things[0]].zone == "air" != things[one.things[0]].zone and self.phrases.together(two)

    def _farther(self, one: Mention, others: list[Mention]) -> bool:
        """Whether all the others stand at least 15 pixels behind, and nothing is in the air."""
        things = self.layout.things
        if any(things[i].zone == "air" for mention in (one, *others) for i in mention.things):
            return False
        nearest = min(things[i].foot for i in one.things)
        return all(things[j].foot + 15 < nearest for other in others for j in other.things)
