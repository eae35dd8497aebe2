"""The words people use in drawn scenes: synonyms with plurals, verbs of actions, names of places, openings."""

from typing import TypeAlias

Noun: TypeAlias = tuple[str, str, float]
"""Singular, plural, how often it is chosen."""

NOUNS: dict[str, tuple[Noun, ...]] = {
    "man": (("man", "men", 6.0), ("person", "people", 2.0), ("guy", "guys", 1.0)),
    "woman": (("woman", "women", 6.0), ("person", "people", 2.0), ("lady", "ladies", 1.0)),
    "boy": (("boy", "boys", 6.0), ("child", "children", 2.0), ("kid", "kids", 1.0)),
    "girl": (("girl", "girls", 6.0), ("child", "children", 2.0), ("kid", "kids", 1.0)),
    "person": (("person", "people", 1.0),),
    "dog": (("dog", "dogs", 8.0), ("puppy", "puppies", 1.0)),
    "cat": (("cat", "cats", 8.0), ("kitten", "kittens", 1.0)),
    "horse": (("horse", "horses", 9.0), ("pony", "ponies", 1.0)),
    "cow": (("cow", "cows", 1.0),),
    "sheep": (("sheep", "sheep", 1.0),),
    "elephant": (("elephant", "elephants", 1.0),),
    "bird": (("bird", "birds", 1.0),),
    "duck": (("duck", "ducks", 1.0),),
    "car": (("car", "cars", 8.0), ("automobile", "automobiles", 1.0), ("vehicle", "vehicles", 1.0)),
    "bus": (("bus", "buses", 1.0),),
    "bicycle": (("bicycle", "bicycles", 3.0), ("bike", "bikes", 3.0)),
    "train": (("train", "trains", 6.0), ("steam train", "steam trains", 1.0), ("locomotive", "locomotives", 1.0)),
    "boat": (("boat", "boats", 4.0), ("sailboat", "sailboats", 2.0), ("sailing boat", "sailing boats", 1.0)),
    "airplane": (("airplane", "airplanes", 4.0), ("plane", "planes", 3.0), ("aeroplane", "aeroplanes", 1.0)),
    "kite": (("kite", "kites", 1.0),),
    "ball": (("ball", "balls", 1.0),),
    "chair": (("chair", "chairs", 1.0),),
    "table": (("table", "tables", 1.0),),
    "bottle": (("bottle", "bottles", 1.0),),
    "tree": (("tree", "trees", 1.0),),
    "flower": (("flower", "flowers", 1.0),),
    "house": (("house", "houses", 5.0), ("cottage", "cottages", 1.0)),
    "umbrella": (("umbrella", "umbrellas", 6.0), ("parasol", "parasols", 1.0)),
}
COLLECTIVES = {"cow": "herd", "sheep": "flock", "bird": "flock", "elephant": "herd", "horse": "herd", "person": "group"}
NUMBERS = ("no", "one", "two", "three", "four", "five")

VERBS: dict[str, tuple[str, ...]] = {
    "standing": ("standing",),
    "walking": ("walking",),
    "running": ("running",),
    "jumping": ("jumping", "leaping"),
    "lying": ("lying", "resting"),
    "sitting": ("sitting",),
    "swimming": ("swimming",),
    "grazing": ("grazing", "eating"),
    "flying": ("flying",),
    "parked": ("parked",),
    "driving": ("driving", "travelling"),
    "moving": ("moving", "passing"),
    "sailing": ("sailing", "floating"),
    "growing": ("growing", "blooming"),
    "riding": ("riding",),
}
OWN_VERBS: dict[tuple[str, str], tuple[str, ...]] = {
    ("horse", "running"): ("running", "galloping"),
    ("person", "lying"): ("lying", "lying down"),
    ("bird", "flying"): ("flying", "soaring"),
    ("bird", "standing"): ("standing", "perched"),
    ("duck", "swimming"): ("swimming", "floating"),
    ("ball", "lying"): ("lying",),
    ("train", "moving"): ("moving", "passing", "rolling"),
    ("bicycle", "moving"): ("moving",),
}
"""Verbs that only some kinds use."""
STILL = ("chair", "table", "bottle", "tree", "flower", "house", "umbrella", "ball", "bicycle")
"""Kinds whose action people often leave out."""
LIFELESS = (*STILL, "car", "bus", "train")
"""Kinds that do nothing happily."""
LIKED = ("dog", "cat", "horse", "bird", "flower")
ADVERBS: dict[str, tuple[str, ...]] = {
    "running": ("happily", "quickly", "fast"),
    "walking": ("slowly", "happily"),
    "jumping": ("happily",),
    "grazing": ("peacefully", "quietly"),
    "sitting": ("quietly", "calmly"),
    "lying": ("peacefully", "lazily"),
    "swimming": ("happily", "calmly"),
    "sailing": ("slowly", "peacefully"),
    "riding": ("happily",),
    "standing": ("quietly",),
}
"""Words of mood, which nothing in the photo can prove."""
FLATTERY = ("beautiful", "nice", "lovely", "cute", "pretty")

ON_GROUND: dict[tuple[str, str], tuple[str, ...]] = {
    ("beach", "sand"): ("on the beach", "at the beach", "on the sand", "on a sandy beach"),
    ("desert", "sand"): ("in the desert", "on the sand", "in a sandy desert"),
    ("field", "grass"): ("in a field", "in a grassy field", "on the grass", "in the grass"),
    ("park", "grass"): (
        "in the park",
        "in a park",
        "in the park",
        "on the grass",
        "on the lawn",
        "in front of a fence",
    ),
    ("lake", "grass"): ("by a lake", "by the water", "near the water", "on the grass by a lake"),
    ("snow", "snow"): ("in the snow", "on the snow", "in a snowy field"),
    ("street", "road"): ("on the road", "on the street", "on a street"),
    ("street", "grass"): ("on the grass by the road", "by the road", "beside the street"),
}
ON_WATER: dict[str, tuple[str, ...]] = {
    "beach": ("in the sea", "in the water", "in the ocean"),
    "lake": ("in the water", "in a lake", "in the lake"),
    "sea": ("in the sea", "in the water", "in the ocean"),
}
OVER: dict[str, tuple[str, ...]] = {
    "beach": ("over the beach", "above the beach"),
    "desert": ("over the desert", "above the sand"),
    "field": ("over a field", "above the grass"),
    "park": ("over the park", "above the park"),
    "lake": ("over a lake", "above the water"),
    "sea": ("over the sea", "above the water"),
    "sky": ("in the air", "high in the sky"),
    "snow": ("over the snow", "above a snowy field"),
    "street": ("over the street", "above the road"),
}
SCENERY: dict[str, tuple[str, ...]] = {
    "beach": ("a sandy beach by the sea", "an empty beach", "a beach and the sea"),
    "desert": ("an empty desert", "a sandy desert"),
    "field": ("an empty field", "a field of grass", "a wide grassy field"),
    "park": ("an empty park", "a fence in a park", "a park with a fence"),
    "lake": ("a quiet lake", "a lake with grass on its shore", "an empty lake"),
    "sea": ("the open sea", "a calm sea", "nothing but water"),
    "sky": ("an empty sky", "nothing but sky"),
    "snow": ("an empty field of snow", "a snowy field", "a snowy landscape"),
    "street": ("an empty street", "an empty road", "a road with grass beside it"),
}
"""What is said of a photo without things."""
OPENINGS = ("a picture of", "a photo of", "this is a picture of", "an image of", "a view of", "I can see", "we can see")
