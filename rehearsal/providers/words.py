"""Words for the names that RandomPet draws."""

ADVERBS = (
    "barely",
    "briskly",
    "calmly",
    "gladly",
    "kindly",
    "lightly",
    "mostly",
    "neatly",
    "quietly",
    "warmly",
)
ADJECTIVES = (
    "able", "amber", "bold", "brave", "clear", "crisp", "eager", "fair", "fond", "glad", "keen", "lucid",
    "merry", "neat", "noble", "proud", "quick", "sharp", "steady", "swift", "tidy", "vivid", "warm", "wise",
)  # fmt: skip
NAMES = (
    "badger", "bison", "crane", "dingo", "falcon", "ferret", "finch", "gecko", "heron", "ibis", "jackal",
    "koala", "lemur", "lynx", "marten", "newt", "otter", "panda", "quail", "raven", "stoat", "tapir", "wren",
)  # fmt: skip
