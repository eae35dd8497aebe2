"""What people put between the nouns they name: strings of function words and verbs, learnt from parsed captions.

A gap is spelt as its words and, last, how the next noun phrase begins ("a", "the", "~" for no article) or "." where the
sentence ends: "is/are standing on the", "and a", "running .". Verbs that agree are spelt in both numbers. Captions are
brought to one form: the first noun phrases, joined by "and", are the subject, or "there is" stands before them; the one
finite verb follows. "A man riding a horse" is learnt as "a man is riding a horse".
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from stages.captions._items import BARE, DEFINITE, INDEFINITE
from stages.language.english import Parse
from stages.language.facts import nameless, reduced
from stages.language.inflection import is_mass, is_plural_only
from stages.language.synonyms import known, match, spoken, synonyms

THERE, BE, AND, END = "there", "is/are", "and", "."
NECESSARY = (INDEFINITE, f"{THERE} {BE} {INDEFINITE}", f"{AND} {INDEFINITE}", END)
"""Gaps with which anything can be said: "There is a dog and some grass."""
LONGEST = 5
_FUNCTION = frozenset(("IN", "TO", "RP", "RB", "CC", "EX", "VBZ", "VBP", "VBD", "VBG", "VBN"))
_UNUSABLE = frozenset(("not", "n't", "of", "while", "as", "that", "because", "or", "but", "no", "if", "like", "than"))
_FINITE = ("VBZ", "VBP", "VBD")
_DETERMINED = frozenset(("the", "this", "that", "these", "those", "both"))


@dataclass(frozen=True, slots=True)
class Aligned:
    """A caption, or its beginning, as noun phrases and the gaps around them.

    Attributes:
        labels: of the label set given, one a noun phrase.
        numbers: "one", "many" or "mass".
        gaps: one before each noun phrase, and the end.
    """

    labels: tuple[str, ...]
    numbers: tuple[str, ...]
    gaps: tuple[str, ...]


def aligned(parse: Parse, labels: Collection[str]) -> Aligned | None:
    """Align a caption with the labels it names; None where the form above cannot be had.

    A noun that no label means is passed over with the preposition before it ("in a hat"); before any other the caption
    is cut, if two nouns or a noun and its verb are left.
    """
    nouns: list[_Noun] = []
    gaps: list[list[str]] = []
    passed: list[str] = []
    before = 0
    for noun in _nouns(parse, labels):
        gap = _function_words(parse, before, noun.start)
        if gap is None or not _attached(parse, gap, nouns, before):
            break
        if nouns and noun.label is None and _is_aside(parse, gap, noun.start):
            passed += gap[:-1]
        elif noun.label is None:
            break
        else:
            nouns.append(noun)
            gaps.append(passed + gap)
            passed = []
        before = noun.at + 1
    else:
        end = _function_words(parse, before, len(parse.words) - (parse.tags[-1:] == (".",)))
        if end and _attached(parse, end, nouns, before) and not _dangles(passed + end):
            passed += end
        elif end == [] and not passed:
            gaps.append([])
    if passed and not _dangles(passed):
        gaps.append(passed)
    if not nouns or (len(gaps) == len(nouns) and len(nouns) < 2):
        return None
    gaps += [[]] * (len(nouns) + 1 - len(gaps))
    formed = _one_clause(gaps)
    if formed is None or any(len(gap) > LONGEST for gap in formed):
        return None
    begins = [*(noun.begin for noun in nouns), END]
    return Aligned(
        tuple(noun.label or "" for noun in nouns),
        tuple(noun.number for noun in nouns),
        tuple(" ".join([*gap, begin]) for gap, begin in zip(formed, begins, strict=True)),
    )


@dataclass(frozen=True, slots=True)
class _Noun:
    at: int
    start: int
    label: str | None
    number: str
    begin: str


def _nouns(parse: Parse, labels: Collection[str]) -> Iterator[_Noun]:
    named = {at: name for at, what, name in reduced(parse) if what == "noun"}
    for at in sorted({*named, *nameless(parse)}):
        start = at
        while start and _leads_to(parse, start - 1, at):
            start -= 1
        label = match(named[at], labels) if at in named else None
        begin, several = _begin(parse, start, at), parse.tags[at] in ("NNS", "NNPS")
        group = start - 2
        if group >= 0 and parse.words[start - 1] == "of" and parse.lemmas[group] in synonyms().groups:
            start, begin = group, INDEFINITE if several else begin
            while start and _leads_to(parse, start - 1, group):
                start -= 1
        if label is None or begin is None or parse.words[at + 1 : at + 2] == ("'s",):
            yield _Noun(at, start, None, "", "")
            continue
        mass = is_mass(spoken(label)) or is_plural_only(spoken(label))
        number = "mass" if mass else "many" if several or parse.lemmas[at] == "people" else "one"
        yield _Noun(at, start, label, number, begin or (BARE if mass else INDEFINITE))


def _leads_to(parse: Parse, token: int, noun: int) -> bool:
    """Whether a token before a noun depends on it, perhaps by way of others."""
    for _ in range(4):
        head = parse.heads[token]
        if head == noun:
            return True
        if head == token or (parse.tags[token].startswith("VB") and parse.dependencies[token] != "amod"):
            return False
        token = head
    return False


def _begin(parse: Parse, start: int, noun: int) -> str | None:
    """How a noun phrase begins; "" without a determiner, None for what is denied or somebody's."""
    words = parse.words[start:noun]
    if "no" in words or "'s" in words:
        return None
    if any(word in _DETERMINED or parse.tags[start + at] == "PRP$" for at, word in enumerate(words)):
        return DEFINITE
    return INDEFINITE if any(parse.tags[start + at] in ("DT", "CD") for at in range(len(words))) else ""


def _function_words(parse: Parse, start: int, end: int) -> list[str] | None:
    """The words of a gap, finite verbs in both numbers; None where one is no function word or verb."""
    words: list[str] = []
    for at in range(start, end):
        word, tag = parse.words[at], parse.tags[at]
        following = parse.words[at + 1] if at + 1 < end else ""
        if (
            _is_place(parse, at)
            or (word == "the" and _is_place(parse, at + 1))
            or known(f"{word} {following}", "prepositions")
        ) or (word == "of" and at > start and _is_place(parse, at - 1)):
            words.append(word)
        elif tag not in _FUNCTION or word in _UNUSABLE or not word.isalpha():
            return None
        else:
            words.append(_both(word, parse.lemmas[at], tag) if tag in _FINITE else word)
    return words


def _is_aside(parse: Parse, gap: Sequence[str], start: int) -> bool:
    """Whether a sentence goes on without the preposition before `start` and its noun: "in a hat"; "on a rock" where
    somebody sits there."""
    if not gap or parse.tags[start - 1] != "IN":
        return False
    acts = parse.is_verb(start - 2) and parse.lemmas[start - 2] not in ("be", "have")
    return len(gap) == 1 or (acts and known(gap[-1], "prepositions"))


def _is_place(parse: Parse, at: int) -> bool:
    """Whether a noun is part of a preposition: the "front" of "in front of"."""
    if not 0 < at < len(parse.words) - 1 or parse.words[at + 1] != "of" or not parse.is_noun(at):
        return False
    first = at - 2 if parse.words[at - 1] == "the" else at - 1
    return first >= 0 and known(f"{parse.words[first]} {parse.lemmas[at]} of", "prepositions")


def _both(word: str, lemma: str, tag: str) -> str:
    """A finite verb in the singular and in the plural."""
    if lemma == "be":
        return BE
    if lemma == "have":
        return "has/have"
    if tag == "VBZ":
        return f"{word}/{lemma}"
    if tag == "VBD":
        return f"{word}/{word}"
    sound = lemma.endswith(("s", "x", "z", "ch", "sh", "o"))
    third = (
        lemma[:-1] + "ies" if lemma.endswith("y") and lemma[-2:-1] not in "aeiou" else lemma + ("es" if sound else "s")
    )
    return f"{third}/{lemma}"


def _attached(parse: Parse, gap: Sequence[str], nouns: Sequence[_Noun], before: int) -> bool:
    """Whether the subject of the gap's finite verb is one of the nouns before it."""
    if not any("/" in word for word in gap) or not nouns:
        return True
    verb = before + next(place for place, word in enumerate(gap) if "/" in word)
    subjects = {
        subject
        for head in (verb, parse.heads[verb])
        if parse.is_verb(head)
        for subject in parse.children(head, "nsubj", "nsubjpass")
    }
    return any(noun.start <= subject <= noun.at for noun in nouns for subject in subjects)


def _dangles(gap: Sequence[str]) -> bool:
    """Whether a sentence cannot end with these words: "sitting in"."""
    return bool(gap) and (
        len(gap) > 3 or known(gap[-1], "prepositions") or gap[-1] in (AND, "with", "to", BE, "has/have")
    )


def _one_clause(gaps: Sequence[list[str]]) -> list[list[str]] | None:
    """The gaps with exactly one finite verb, after the first noun phrases or in "there is"; None where it cannot be."""
    finite = [place for place, gap in enumerate(gaps) for word in gap if "/" in word]
    subject = next(place for place in range(1, len(gaps)) if gaps[place] != [AND])
    inner = gaps[1:-1]
    if len(finite) > 1 or not all(inner) or gaps[0] not in ([], [THERE, BE]):
        return None
    if any(gap[-1] == AND for gap in gaps if gap and gap != [AND]):
        return None
    if finite:
        return list(gaps) if finite[0] == (0 if gaps[0] else subject) else None
    if gaps[0]:
        return None
    if not gaps[subject]:
        return [[THERE, BE], *gaps[1:]] if subject == len(gaps) - 1 else None
    return [gap if place != subject else [BE, *gap] for place, gap in enumerate(gaps)]
