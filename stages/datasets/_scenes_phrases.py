"""Phrases about the things of a layout: who is there, what they do, where, on what kind of day; all of them true."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stages.datasets import _scenes_words as words
from stages.datasets._scenes_layout import Layout, Thing
from stages.datasets._scenes_stuff import pick

COLLECTIVE = tuple(f"a {name} of" for name in words.COLLECTIVES.values())


@dataclass(frozen=True, slots=True)
class Style:
    """How one person writes: things mentioned, and chances of colours, places, weather, mood and an opening."""

    mentions: int
    colours: float
    places: float
    weather: float
    mood: float
    opening: float


@dataclass(frozen=True, slots=True)
class Mention:
    """A noun phrase, what its things do, and which things of the layout it stands for, the carrier first."""

    phrase: str
    doing: str
    things: tuple[int, ...]
    plural: bool = False

    @property
    def copula(self) -> str:
        return "are" if self.plural else "is"

    @property
    def there(self) -> str:
        """How a sentence that begins with "there" begins."""
        return "there are" if self.plural and not self.phrase.startswith(COLLECTIVE) else "there is"


def article(phrase: str) -> str:
    """The phrase with "a" or "an" before it."""
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def join(*parts: str) -> str:
    """The parts that are not empty, with spaces between."""
    return " ".join(part for part in parts if part)


class Phrases:
    """The phrases of one person of a given style, each chosen at random among those that are true."""

    def __init__(self, layout: Layout, rng: np.random.Generator, style: Style) -> None:
        self.layout, self.rng, self.style = layout, rng, style

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < probability)

    def choose(self, options: Sequence[str]) -> str:
        """One of the options, all equally likely."""
        return options[int(self.rng.integers(0, len(options)))]

    def mention(self, group: tuple[int, ...]) -> Mention:
        """What is said of one thing with what it carries, or of several of a kind."""
        things = self.layout.things
        first, load = things[group[0]], self.load(group[0])
        if len(group) > 1:
            return self._plural(group)
        if load is None:
            return Mention(self._noun_phrase(first), self._doing(first), group)
        upper, both = things[load], (group[0], load)
        if upper.held:
            held = join(self._noun_phrase(first), self.choose(("with", "holding", "under")), self._noun_phrase(upper))
            return Mention(held, self._doing(first) if self.chance(0.5) else "", both)
        if upper.action == "riding":
            doing = self._moody("riding", "riding") if self.chance(0.85) else "on"
        else:
            doing = join("" if upper.kind == "flower" else self._doing(upper), "on")
        return Mention(self._noun_phrase(upper), join(doing, self._noun_phrase(first)), both)

    def load(self, index: int) -> int | None:
        """The thing that another carries, if any."""
        return next((j for j, thing in enumerate(self.layout.things) if thing.upon == index), None)

    def together(self, *mentions: Mention) -> bool:
        """Whether everything mentioned is in one region of stuff, and not upon something unmentioned."""
        found = [(self.layout.things[i], mention) for mention in mentions for i in mention.things]
        aloft = any(thing.upon is not None and thing.upon not in mention.things for thing, mention in found)
        return not aloft and len({(thing.band, thing.zone) for thing, _ in found}) == 1

    def place(self, mention: Mention) -> str:
        """Where the mentioned things are; empty where they are not together."""
        if not self.together(mention):
            return ""
        thing, place = self.layout.things[mention.things[0]], self.layout.place
        band = self.layout.bands[thing.band]
        if thing.zone == "air":
            if self.chance(0.55) or place == "sky":
                return self.choose(("in the sky", "in the air", f"in {article(band.attributes[-1])} sky"))
            return self.choose(words.OVER[place])
        if thing.zone == "water":
            if thing.kind == "boat" and self.chance(0.5):
                return self.choose(("on the water", "on the lake" if place == "lake" else "on the sea"))
            return f"in the {band.attributes[0]} water" if self.chance(0.15) else self.choose(words.ON_WATER[place])
        if band.label in ("grass", "snow", "sand") and self.chance(0.12):
            return f"on the {band.attributes[0]} {band.label}"
        return self.choose(words.ON_GROUND[place, band.label])

    def opening(self, plural: bool) -> str:
        """The words before a noun phrase that name the photo or its viewer."""
        return self.choose((*words.OPENINGS, "here are" if plural else "here is"))

    def sky(self) -> str:
        """Under what sky."""
        return f"under {article(self.layout.bands[0].attributes[-1])} sky"

    def day(self) -> str:
        """The weather, as the sky shows it."""
        looks = self.layout.bands[0].attributes
        if looks == ("orange",):
            return self.choose(("at sunset", "in the evening"))
        if "cloudy" in looks:
            return self.choose(("on a cloudy day", "under a cloudy sky"))
        return self.choose(("on a sunny day", "under a blue sky", "on a clear day"))

    def _plural(self, group: tuple[int, ...]) -> Mention:
        things = [self.layout.things[i] for i in group]
        first, count = things[0], len(things)
        forms = {thing.form for thing in things}
        if len(forms) == 1:
            noun = self._noun(first.form or first.kind)[1]
        else:
            noun = self.choose(("children", "kids")) if forms <= {"boy", "girl"} else "people"
        if len({thing.colour for thing in things}) == 1 and first.kind != "person" and self.chance(self.style.colours):
            noun = f"{first.colour} {noun}"
        counts = [words.NUMBERS[count]] * 4
        counts += ["some", "several", "a group of"] if count > 2 else ["a pair of", "a couple of"]
        if count > 2 and first.kind in words.COLLECTIVES:
            counts.append(f"a {words.COLLECTIVES[first.kind]} of")
        alike = len({(t.action, t.zone, t.upon) for t in things}) == 1 and first.upon is None
        return Mention(f"{self.choose(counts)} {noun}", self._doing(first) if alike else "", group, True)

    def _noun(self, name: str) -> words.Noun:
        options = words.NOUNS[name]
        return options[pick(self.rng, [option[2] for option in options])]

    def _noun_phrase(self, thing: Thing) -> str:
        noun = self._noun(thing.form or thing.kind)[0]
        patterned = bool(thing.pattern) and self.chance(self.style.colours)
        coloured = self.chance(0.3 if patterned else self.style.colours)
        looks = join(thing.pattern if patterned else "", thing.colour if coloured else "")
        if thing.kind == "person":
            return self._dressed(thing, noun, looks)
        if not looks and thing.kind in words.LIKED and self.chance(self.style.mood):
            looks = self.choose(words.FLATTERY)
        return article(join(looks, noun))

    def _dressed(self, thing: Thing, noun: str, looks: str) -> str:
        """A person in clothes of the given looks."""
        young = "young" if thing.form in ("boy", "girl") and self.chance(0.15) else ""
        who = article(join(young, noun))
        if not looks:
            return who
        if thing.action == "swimming" or (looks == thing.colour and self.chance(0.15)):
            return f"{who} in {thing.colour}"
        clothes = "dress" if thing.form in ("woman", "girl") else self.choose(("shirt", "top"))
        return f"{who} {self.choose(('in', 'wearing'))} {article(f'{looks} {clothes}')}"

    def _doing(self, thing: Thing) -> str:
        """The action; often left out of things that just stand there."""
        if thing.kind in words.STILL and self.chance(0.6):
            return ""
        verb = self.choose(words.OWN_VERBS.get((thing.kind, thing.action), words.VERBS[thing.action]))
        return verb if thing.kind in words.LIFELESS else self._moody(thing.action, verb)

    def _moody(self, action: str, verb: str) -> str:
        """The verb, perhaps with a word of mood before or after it."""
        adverbs = words.ADVERBS.get(action, ())
        if not adverbs or not self.chance(self.style.mood * 0.6):
            return verb
        mood = self.choose(adverbs)
        return f"{mood} {verb}" if action == "riding" or (self.chance(0.4) and mood != "fast") else f"{verb} {mood}"
