"""What a parsed caption says: objects, their attributes, prepositions between them and actions, synonyms merged.

The dependency patterns are those of Kulkarni et al. 2011 (amod and prep) and Farhadi et al. 2010 (subjects of
verbs), completed by predicate adjectives, conjunctions, participles and prepositions of several words. What is denied
("no dog", "without a shirt", "is not brown") is no fact, and "a man in red" is a red man, not a man in a thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from stages.language.attribute_kinds import COLOUR, kind
from stages.language.english import Parse
from stages.language.inflection import value
from stages.language.synonyms import canonical, known, synonyms

_SUBJECTS = ("nsubj", "nsubjpass")


@dataclass(frozen=True, slots=True)
class Mention:
    """An object a caption names: its canonical label, how many (None: several), and its attributes."""

    label: str
    count: int | None = 1
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What one caption says. `relations` are (object, preposition, object), `actions` (object, verb)."""

    objects: tuple[Mention, ...] = ()
    relations: tuple[tuple[str, str, str], ...] = ()
    actions: tuple[tuple[str, str], ...] = ()

    @property
    def attributes(self) -> tuple[tuple[str, str], ...]:
        """(attribute, object) pairs."""
        return tuple((attribute, mention.label) for mention in self.objects for attribute in mention.attributes)


def facts(parse: Parse) -> Facts:
    """The facts of one caption, each in the order in which the caption says it."""
    phrases = list(_prepositions(parse))
    places = {index for phrase in phrases for index in phrase.swallowed}
    nouns = [index for index in range(len(parse.words)) if _names(parse, index) and index not in places]
    clothed = list(_clothed(parse))
    worn = {noun: [colour for wearer, colour in clothed if wearer == noun] for noun in nouns}
    return Facts(
        objects=tuple(
            Mention(_label(parse, noun), _count(parse, noun), (*_attributes(parse, noun), *worn[noun]))
            for noun in nouns
        ),
        relations=tuple(
            (_label(parse, subject), phrase.name, _label(parse, other))
            for phrase in phrases
            for subject in _subjects(parse, phrase.attached)
            for other in _joined(parse, phrase.object)
            if subject != other and subject not in places and _names(parse, subject) and _names(parse, other)
            if not _negated(parse, phrase.at, phrase.attached)
        ),
        actions=tuple(
            (_label(parse, subject), parse.lemmas[verb])
            for verb in range(len(parse.words))
            if parse.is_verb(verb) and _acts(parse, verb)
            for subject in _subjects(parse, verb)
            if _names(parse, subject)
        ),
    )


def undergone(parse: Parse) -> list[tuple[str, str]]:
    """(object, verb) of what something is done to: ("horse", "ride") of "a man riding a horse"."""
    return [
        (_label(parse, noun), parse.lemmas[verb])
        for verb in range(len(parse.words))
        if parse.is_verb(verb) and _acts(parse, verb)
        for first in parse.children(verb, "dobj")
        for noun in (_measured(parse, other) for other in _joined(parse, first))
        if _names(parse, noun)
    ]


def reduced(parse: Parse) -> Iterator[tuple[int, str, str]]:
    """The caption's nouns and prepositions alone: (token, "noun", label) or (token, "preposition", name), in order.

    What is left when every function word, verb and adjective is dropped: "dog on grass".
    """
    phrases = list(_prepositions(parse))
    places = {index for phrase in phrases for index in phrase.swallowed}
    named = {phrase.at: phrase.name for phrase in phrases}
    for index in range(len(parse.words)):
        if index in named:
            yield index, "preposition", named[index]
        elif _names(parse, index) and index not in places:
            yield index, "noun", _label(parse, index)


def nameless(parse: Parse) -> list[int]:
    """Tokens that stand for a noun and name no object that is there: what is said to be absent, worn colours."""
    return [at for at in range(len(parse.words)) if _is_worn(parse, at) or (parse.is_noun(at) and _absent(parse, at))]


def attribute_before(parse: Parse, noun: int) -> str | None:
    """The adjective just before an object's name: "brown" of "brown dog", "red" of "red fire hydrant"."""
    before = noun - (2 if _is_part(parse, noun) else 1)
    if before < 0 or not parse.tags[before].startswith("JJ") or parse.words[before] in synonyms().quantifiers:
        return None
    return canonical(parse.words[before], "attributes")


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A preposition: its canonical name, its token, what it is attached to, its object, and nouns that are part of it
    (the "front" of "in front of")."""

    name: str
    at: int
    attached: int
    object: int
    swallowed: tuple[int, ...] = ()


def _prepositions(parse: Parse) -> Iterator[_Phrase]:
    for index, dependency in enumerate(parse.dependencies):
        places = parse.children(index, "pobj")
        if dependency != "prep" or not places:
            continue
        name, attached, place = parse.words[index], parse.heads[index], places[0]
        swallowed: tuple[int, ...] = ()
        if index and known(f"{parse.words[index - 1]} {name}", "prepositions"):  # "next to", "inside of"
            name = f"{parse.words[index - 1]} {name}"
            attached = parse.heads[index - 1] if attached == index - 1 else attached
        for of in parse.children(place, "prep"):
            longer, whole = f"{name} {parse.lemmas[place]} of", parse.children(of, "pobj")
            if parse.words[of] == "of" and whole and known(longer, "prepositions"):  # "on top of"
                name, swallowed, place = longer, (place,), whole[0]
                break
        if name != "of" and not _is_worn(parse, place) and not _absent(parse, place):
            yield _Phrase(canonical(name, "prepositions"), index, attached, place, swallowed)


def _names(parse: Parse, index: int) -> bool:
    """Whether a token names an object: a noun that is neither part of another's name nor only a measure, is not said to
    be absent, and is no colour somebody wears."""
    if not parse.is_noun(index) or parse.dependencies[index] == "compound" or _measured(parse, index) != index:
        return False
    if _absent(parse, index) or _is_worn(parse, index):
        return False
    return index + 1 >= len(parse.words) or not _is_part(parse, index + 1)


def _is_part(parse: Parse, index: int) -> bool:
    """Whether the word before `index` belongs to the name of the object at `index`: the "teddy" of "teddy bear"."""
    name = f"{parse.words[index - 1]} {parse.lemmas[index]}" if index else ""
    return parse.is_noun(index) and known(name)


def _measured(parse: Parse, index: int) -> int:
    """The noun that a measuring noun speaks of ("people" of "a group of people"), else the noun itself."""
    if parse.lemmas[index] in synonyms().groups:
        for of in parse.children(index, "prep"):
            for noun in parse.children(of, "pobj"):
                if parse.words[of] == "of":
                    return noun
    return index


def _label(parse: Parse, index: int) -> str:
    if _is_part(parse, index):
        return canonical(f"{parse.words[index - 1]} {parse.lemmas[index]}")
    return canonical(parse.lemmas[index])


def _count(parse: Parse, index: int) -> int | None:
    for number in parse.children(index, "nummod"):
        return value(parse.words[number])
    return None if parse.tags[index] in ("NNS", "NNPS") or parse.lemmas[index] == "people" else 1


def _attributes(parse: Parse, noun: int) -> Iterator[str]:
    """Adjectives before the noun, materials compounded with it, and adjectives said of it: "the dog is brown"."""
    part = noun - 1 if _is_part(parse, noun) else -1
    materials = [c for c in parse.children(noun, "compound") if known(parse.words[c], "attributes")]
    stated = [
        adjective
        for verb in (_verb(parse, noun), *parse.children(noun, "relcl"))
        if verb is not None and not _negated(parse, verb)
        for adjective in parse.children(verb, "acomp")
    ]
    for first in sorted((*parse.children(noun, "amod"), *materials, *stated)):
        for adjective in _joined(parse, first):
            word = parse.words[adjective]
            if adjective != part and word not in synonyms().quantifiers and value(word) is None:
                yield canonical(word, "attributes")


def _verb(parse: Parse, noun: int) -> int | None:
    """The verb whose subject the noun is."""
    return parse.heads[noun] if parse.dependencies[noun] in _SUBJECTS else None


def _acts(parse: Parse, verb: int) -> bool:
    """Whether a verb is something that is done, by the sentence."""
    helps = parse.dependencies[verb] in ("aux", "auxpass", "amod", "compound")
    return not helps and parse.lemmas[verb] != "be" and not _negated(parse, verb)


def _negated(parse: Parse, *tokens: int) -> bool:
    """Whether a "not" is said of one of these: of a verb, or of a preposition."""
    return any(parse.children(token, "neg") for token in tokens)


def _absent(parse: Parse, noun: int) -> bool:
    """Whether a noun is said not to be there: "no dog", "without a shirt or shoes", "not wearing a hat"."""
    denied = [parse.words[near] for near in parse.children(noun, "det", "preconj", "cc", "neg")]
    if "no" in denied or "neither" in denied:
        return True
    head, dependency = parse.heads[noun], parse.dependencies[noun]
    if dependency == "conj":  # "no dogs or cats", but "no dogs but a cat"
        return _absent(parse, head) and (not parse.children(noun, "det") or "nor" in parse.words)
    if dependency == "pobj":
        return parse.words[head] == "without" or _negated(parse, head)
    return dependency in ("dobj", "attr") and _negated(parse, head)


def _is_worn(parse: Parse, index: int) -> bool:
    """Whether a token is the bare colour of what somebody has on: the "red" of "in red", of "wearing black and red"."""
    determined = [parse.words[child] for child in parse.children(index, "det", "poss", "nummod")]
    if kind(parse.words[index]) != COLOUR or any(word != "all" for word in determined):
        return False
    head, dependency = parse.heads[index], parse.dependencies[index]
    if dependency == "conj":
        return _is_worn(parse, head)
    return (dependency, parse.words[head]) == ("pobj", "in") or (dependency, parse.lemmas[head]) == ("dobj", "wear")


def _clothed(parse: Parse) -> Iterator[tuple[int, str]]:
    """(who, colour) of bare colours that are worn."""
    for index in range(len(parse.words)):
        if _is_worn(parse, index):
            first = index
            while parse.dependencies[first] == "conj":
                first = parse.heads[first]
            head = parse.heads[first]
            attached = parse.heads[head] if parse.dependencies[first] == "pobj" else head
            for wearer in _subjects(parse, attached):
                yield wearer, canonical(parse.words[index], "attributes")


def _joined(parse: Parse, index: int) -> list[int]:
    """A token and those joined to it by "and", "or" or a comma."""
    return [index, *(other for near in parse.children(index, "conj") for other in _joined(parse, near))]


def _subjects(parse: Parse, index: int) -> list[int]:
    """The nouns a preposition or verb speaks of, from what it is attached to.

    A noun is its own; a verb's are its subjects; a participle's the noun it modifies; in "there is a dog on the
    grass" it is the dog; any other word hands the question to its head.
    """
    if parse.is_noun(index):
        return [_measured(parse, index)]
    subjects = [s for s in parse.children(index, *_SUBJECTS) if parse.is_noun(s)]
    if not subjects and parse.children(index, "expl"):
        subjects = [s for s in parse.children(index, "attr", "dobj") if parse.is_noun(s)]
    if subjects:
        return [_measured(parse, noun) for subject in subjects for noun in _joined(parse, subject)]
    head = parse.heads[index]
    return _subjects(parse, head) if head != index else []
