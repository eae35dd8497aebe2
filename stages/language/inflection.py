"""English for generation: plurals, articles and number words."""

from stages.language.synonyms import synonyms

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_VOWEL_SOUND = ("hour", "honest", "honor", "honour", "heir", "unid", "unim", "unin")
_CONSONANT_SOUND = ("uni", "use", "usa", "eu", "one", "once", "ufo", "uti", "ute", "uku", "ewe", "uri", "ura", "usu")
_LETTERS_WITH_A_VOWEL_SOUND = "aefhilmnorsx"


def plural(noun: str) -> str:
    """The plural of a singular noun; of several words, the last is inflected ("traffic lights")."""
    *modifiers, head = noun.split(" ")
    return " ".join([*modifiers, _plural(head)])


def _plural(word: str) -> str:
    irregular = synonyms().plurals
    if word in irregular or word in synonyms().plural_only:
        return irregular.get(word, word)
    for ending in ("man", "child", "shelf", "knife", "tooth"):  # snowman, grandchild, bookshelf
        if word.endswith(ending) and word not in ("human", "german", "roman"):
            return word.removesuffix(ending) + irregular[ending]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("potato", "tomato", "hero", "echo")):
        return word + "es"
    return word + "s"


def is_mass(noun: str) -> bool:
    """Whether a noun is not counted: "some grass", never "two grasses"."""
    return noun in synonyms().mass


def is_plural_only(noun: str) -> bool:
    """Whether a noun has no singular: "some skis are", never "one skis is"."""
    return noun in synonyms().plural_only


def article(words: str) -> str:
    """ "a" or "an", by the sound the words begin with: "an orange", "a uniform", "an hour", "an SUV"."""
    first = words.lower()
    head = first.replace("-", " ").split(" ")[0]
    if len(head) == 1 or is_spelt_out(head):
        return "an" if head[0] in _LETTERS_WITH_A_VOWEL_SOUND else "a"
    if first.startswith(_VOWEL_SOUND):
        return "an"
    return "an" if first[:1] in "aeiou" and first and not first.startswith(_CONSONANT_SOUND) else "a"


def is_spelt_out(word: str) -> bool:
    """Whether a word is read letter by letter: "suv", "lcd"; lower case."""
    return word in synonyms().spelt_out or (word.isalpha() and not set("aeiouy") & set(word))


def number(count: int) -> str:
    """A number from nought to twelve in words, a larger one in digits."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def value(word: str) -> int | None:
    """The number a number word or digits stand for, None for any other word."""
    if word.isdecimal():
        return int(word)
    return _NUMBERS.index(word) if word in _NUMBERS else None


def ordinal(place: int) -> str:
    """ "first" for 1, up to "tenth"; beyond, digits with their ending ("11th", "21st")."""
    if 1 <= place <= len(_ORDINALS):
        return _ORDINALS[place - 1]
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
