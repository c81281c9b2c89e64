"""Vocabulary of the scenes: settings, categories, colours, lights, and their words in captions."""

SETTINGS = ("meadow", "beach", "city", "snow", "desert", "room", "sea", "forest", "studio")

CATEGORIES = (
    "face",
    "house",
    "cat",
    "bottle",
    "scissors",
    "shoe",
    "chair",
    "scrambledpix",
    "tree",
    "car",
    "boat",
    "bird",
    "fish",
    "flower",
    "umbrella",
    "ball",
)
"""The first eight are the categories of Haxby et al. (2001), named as in their public label files."""

HELD_OUT_PAIRS: dict[str, str] = {
    "face": "desert",
    "house": "sea",
    "cat": "beach",
    "bottle": "forest",
    "scissors": "meadow",
    "shoe": "snow",
    "chair": "city",
    "scrambledpix": "room",
    "tree": "beach",
    "car": "forest",
    "boat": "desert",
    "bird": "city",
    "fish": "room",
    "flower": "snow",
    "umbrella": "meadow",
    "ball": "sea",
}
"""Held-out setting of each category: only scenes of the split ``composition`` combine the two.

Each setting is held out for two categories, except the studio, which shows categories on a plain background.
"""

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (205, 38, 38),
    "orange": (240, 135, 30),
    "yellow": (245, 215, 50),
    "green": (45, 150, 60),
    "blue": (45, 90, 205),
    "purple": (130, 60, 165),
    "white": (240, 240, 240),
    "black": (42, 42, 48),
}

LIGHTS: dict[str, tuple[float, float, float]] = {
    "day": (1.0, 1.0, 1.0),
    "warm": (1.08, 0.94, 0.74),
    "grey": (0.82, 0.85, 0.9),
    "dusk": (0.82, 0.68, 0.86),
}
"""Gain of the red, green and blue channel under each light."""

SETTING_PHRASES: dict[str, tuple[str, ...]] = {
    "meadow": ("in a meadow", "in a field", "on the grass"),
    "beach": ("on a beach", "on the sand", "at the shore"),
    "city": ("in a city at night", "in a night street", "downtown at night"),
    "snow": ("in the snow", "in a winter landscape", "on a snowy hill"),
    "desert": ("in a desert", "among dunes", "in a dry desert"),
    "room": ("in a room", "indoors", "inside a living room"),
    "sea": ("at sea", "on the ocean", "over the waves"),
    "forest": ("in a forest", "in the woods", "in a dark forest"),
    "studio": ("on a plain background", "in a studio", "before a plain wall"),
}

NOUNS: dict[str, tuple[str, ...]] = {
    "face": ("face", "portrait"),
    "house": ("house", "cottage"),
    "cat": ("cat", "kitten"),
    "bottle": ("bottle", "flask"),
    "scissors": ("pair of scissors", "pair of shears"),
    "shoe": ("shoe", "sneaker"),
    "chair": ("chair", "seat"),
    "scrambledpix": ("scrambled texture", "scrambled pattern"),
    "tree": ("tree", "bush"),
    "car": ("car", "automobile"),
    "boat": ("boat", "ship"),
    "bird": ("bird", "sparrow"),
    "fish": ("fish", "trout"),
    "flower": ("flower", "blossom"),
    "umbrella": ("umbrella", "parasol"),
    "ball": ("ball", "beachball"),
}

LIGHT_PHRASES: dict[str, str] = {
    "day": "in daylight",
    "warm": "in warm light",
    "grey": "in grey light",
    "dusk": "at dusk",
}
