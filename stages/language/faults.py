"""Faults of grammar that a tagger lets one see: articles, agreement, doubled words, sentences that break off.

Only what is wrong on any reading counts, so each count is a lower bound; where the tagger errs, it can be wrong.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import pairwise

from stages.language.english import Parse
from stages.language.inflection import article, is_mass, is_plural_only, is_spelt_out, plural
from stages.language.synonyms import synonyms

FAULTS_VERSION = 2
"""Raised when the same sentence would have other faults."""
_ENDS = (".", "!", "?")
_MAY_DOUBLE = frozenset(("had", "that", "very"))
_NEVER_LAST = frozenset(("a", "an", "the", "and", "or", "of", "every", "its", "their", "my", "your"))
_STRANDS = ("relcl", "acl", "advcl", "xcomp", "ccomp")  # "a ball to play with" ends well


@dataclass(frozen=True, slots=True)
class Faults:
    """How many of each kind a caption has.

    Attributes:
        articles: "a apple", "an dog".
        agreement: "dogs runs", "a man and a dog is": a finite verb against the number of its subject.
        doubled: "the the", except words that may follow themselves.
        unfinished: a sentence that ends in "a", "and", "of", or in a preposition that nothing takes up.
    """

    articles: int = 0
    agreement: int = 0
    doubled: int = 0
    unfinished: int = 0

    @property
    def total(self) -> int:
        return sum(astuple(self))


def faults(parse: Parse) -> Faults:
    """The faults of one caption, of one sentence or several."""
    words = parse.words
    pairs = list(pairwise(words))
    return Faults(
        articles=sum(_wrong_article(*pair) for pair in pairs),
        agreement=sum(_disagrees(parse, subject) for subject in range(len(words))),
        doubled=sum(one == other and one.isalpha() and one not in _MAY_DOUBLE for one, other in pairs),
        unfinished=sum(_breaks_off(parse, last) for last in _last_words(parse)),
    )


def _wrong_article(word: str, after: str) -> bool:
    if word not in ("a", "an") or not after.isalpha() or len(after) <= 2:
        return False
    return article(after) != word and not is_spelt_out(after)  # some read these as words


def _disagrees(parse: Parse, subject: int) -> bool:
    """Whether the finite verb of a noun is of the other number.

    Nouns that may be either say nothing, nor do trousers and subjects that a comma or conjunction parts from their
    verb: it is there that the parser takes a neighbour for the subject.
    """
    verb = _finite(parse, parse.heads[subject])
    if verb is None or not parse.is_noun(subject) or parse.lemmas[subject] in synonyms().groups:
        return False
    noun, singular_verb = parse.lemmas[subject], parse.tags[verb] == "VBZ"
    if plural(noun) == noun or is_mass(noun) or is_plural_only(parse.words[subject]):
        return False
    several = parse.tags[subject] in ("NNS", "NNPS")
    joined = [other for other in parse.children(subject, "conj") if parse.is_noun(other)]
    if parse.dependencies[subject] in ("nsubj", "nsubjpass") and subject < verb:
        both = parse.words[subject + 1] == "and" and any(
            parse.children(other, "det", "poss", "nummod") and other < verb for other in joined
        )
        parted = any(parse.dependencies[between] in ("punct", "cc") for between in range(subject, verb))
        return singular_verb if both else not parted and singular_verb == several
    if parse.dependencies[subject] == "attr" and parse.children(parse.heads[subject], "expl"):
        return several if singular_verb else not several and not joined  # "there is a cat and a dog" is said, too
    return False


def _finite(parse: Parse, verb: int) -> int | None:
    """The present-tense form that carries the number: the verb's first auxiliary, else itself."""
    first = min((*parse.children(verb, "aux", "auxpass"), verb))
    return first if parse.tags[first] in ("VBZ", "VBP") else None


def _last_words(parse: Parse) -> Iterator[int]:
    """The last word of each sentence."""
    for place, word in enumerate(parse.words):
        ends = place + 1 == len(parse.words) or parse.words[place + 1] in _ENDS
        if word not in _ENDS and (ends or word.endswith(".")):  # "with a." is read as an abbreviation
            yield place


def _breaks_off(parse: Parse, last: int) -> bool:
    if parse.words[last].rstrip(".") in _NEVER_LAST:
        return True
    if parse.tags[last] != "IN" or parse.dependencies[last] != "prep" or parse.children(last):
        return False
    return not any(parse.dependencies[above] in _STRANDS for above in _above(parse, last))


def _above(parse: Parse, index: int) -> Iterator[int]:
    while parse.heads[index] != index:
        index = parse.heads[index]
        yield index
