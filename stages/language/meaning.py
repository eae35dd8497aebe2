"""What a caption means, as triplets of an object, an action and a scene (Farhadi et al. 2010, section 2).

Subjects and direct objects with their verbs are objects and actions; the objects of prepositions are scenes, but for
those of "of" and "with".
"""

from collections import defaultdict
from typing import TypeAlias

from stages.language.english import Parse
from stages.language.facts import facts, undergone

NOTHING = "none"
"""The action or scene of which nothing is said."""
Meaning: TypeAlias = tuple[str, str, str]
_NO_PLACES = ("of", "with")


def meanings(parse: Parse) -> tuple[Meaning, ...]:
    """The triplets of one caption, in the order in which it names their objects; without nouns none.

    An object of which no scene is said is where the others are. A caption in which nothing acts and nothing is anywhere
    speaks of its first object alone.
    """
    said = facts(parse)
    acts: dict[str, list[str]] = defaultdict(list)
    for thing, verb in (*said.actions, *undergone(parse)):
        acts[thing].append(verb)
    places: dict[str, list[str]] = defaultdict(list)
    for thing, preposition, place in said.relations:
        if preposition not in _NO_PLACES and thing != place:
            places[thing].append(place)
    named = list(dict.fromkeys(mention.label for mention in said.objects))
    spoken_of = [name for name in named if name in acts or name in places] or named[:1]
    anywhere = list(dict.fromkeys(place for name in named for place in places.get(name, ())))
    found = [
        (thing, action, place)
        for thing in spoken_of
        for action in acts.get(thing) or [NOTHING]
        for place in places.get(thing) or [place for place in anywhere if place != thing] or [NOTHING]
    ]
    return tuple(dict.fromkeys(found))
