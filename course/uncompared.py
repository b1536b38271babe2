"""What varies from run to run and says nothing about the lesson: it is taken out.

These are colours, addresses, times, bars of progress, the values that Keras logs while
it trains, and the random identifiers of HTML.
"""

import re
from collections.abc import Collection
from itertools import zip_longest

PER_STEP = r"\d++(?:\.\d++)?\s?(?:ns|us|µs|ms|s)/(?:step|epoch)"
UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

# Each looks at a long word once: none begins anew at each of its characters.
NOISE = [
    (re.compile(r"\x1b\[[0-9;]*m"), ""),  # colours of a terminal
    (re.compile(r"\b0x[0-9a-fA-F]{4,}+\b"), "0x"),  # memory addresses
    (re.compile(rf"(?<![\w-]){UUID}(?![\w-])"), "uuid"),
    (
        re.compile(
            r"(?<!\d)(?<!\d\.)\d++(?:\.\d++)?\s?(?:ns|us|µs|ms|s)/(?:step|epoch)"
        ),
        "time",
    ),
    (re.compile(r"━[━╸╺ ]*(?:\d+(?:m?s|:\d\d))?"), "━ "),  # bars of Keras and rich
    (re.compile(r"^(?:CPU times|Wall time):.*$", re.MULTILINE), "time"),
    (re.compile(r"^\S+ [nµum]?s ± .* per loop .*$", re.MULTILINE), "time"),  # %timeit
]

# A line of Keras, as `verbose=1` leaves it when all its changes are done, and as
# `verbose=2` writes it:
#   375/375 ━━━━━━━━━━━━━━━━━━━━ 2s 5ms/step - accuracy: 0.8987 - loss: 0.3541
#   375/375 - 2s - 5ms/step - accuracy: 0.8987 - loss: 0.3541
VALUE = r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
LOGGED = re.compile(
    r"^ *(?P<step>\d+)/(?P<steps>\d+|Unknown)(?P<bar> ━[━╸╺]*)?"
    rf"(?: -)? \d+(?::\d\d){{0,2}}s?(?:(?: -)? {PER_STEP})?"
    rf"(?P<metrics>(?: - [^:\n]+: (?:{VALUE}|nan|-?inf))*)",
    re.MULTILINE,
)
EPOCH = re.compile(r"^Epoch \d+/\d+$", re.MULTILINE)
LOGGED_VALUE = re.compile(rf": {VALUE}(?= - |$)")
# What callbacks say of an epoch: "Epoch 2: val_loss improved from 0.62 to 0.61, ..."
IMPROVED = re.compile(
    rf"^(Epoch \d+: .* improve\w* from )(?:{VALUE}|None|-?inf)(?: to {VALUE})?",
    re.MULTILINE,
)

# In an id: what has been drawn at random, as long hexadecimal words are.
RANDOM = re.compile(
    rf"{UUID}"
    r"|(?<![0-9a-f])[0-9a-f]{8,}+(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[0-9a-f]{5,7}+(?![0-9A-Za-z])"
)
WORD = re.compile(r"[\w-]+")


def without_noise(text: str) -> str:
    """Return a text without colours, addresses, times and bars of progress."""
    for pattern, replacement in NOISE:
        text = pattern.sub(replacement, text)
    return text


def without_logged_values(text: str) -> str:
    """Return a text without the values and times that Keras logs in it.

    Epochs, steps and the names of metrics stay, and so does a value that is no number.
    A bar that a callback interrupts goes: how far it was drawn by then is chance.
    """
    text = NOISE[0][0].sub("", text)
    lines = list(LOGGED.finditer(text))
    pieces, end = [], 0
    for line, following in zip_longest(lines, lines[1:]):
        pieces += [text[end : line.start()], " "]
        end = line.end()
        if not _is_interrupted(line, following):
            names = LOGGED_VALUE.sub(":", line["metrics"])
            bar = " ━" if line["bar"] else ""
            pieces += [f"{line['step']}/{line['steps']}{bar}{names} "]
    return IMPROVED.sub(r"\1value", "".join([*pieces, text[end:]]))


def _is_interrupted(line: re.Match[str], following: re.Match[str] | None) -> bool:
    """Return whether a bar is drawn anew below, after what a callback printed."""
    if line["step"] != line["steps"]:
        return True
    if following is None or not line["bar"] or line["steps"] != following["steps"]:
        return False
    between = line.string[line.end() : following.start()]
    names = [LOGGED_VALUE.sub(":", match["metrics"]) for match in (line, following)]
    return (
        between.strip() != ""
        and EPOCH.search(between) is None
        and names[1].startswith(names[0])
    )


def without_random_identifiers(text: str, identifiers: Collection[str]) -> str:
    """Return HTML whose random ids are numbered in the order in which they come.

    They may stand in style sheets and scripts, too; pandas writes, for one,
    ``#T_5e583_row0_col1 {color: red;}``.
    """
    numbered: dict[str, str] = {}
    known = set(identifiers)
    for identifier in identifiers:
        for random in RANDOM.findall(identifier):
            numbered.setdefault(random, f"random{len(numbered)}")
    if not numbered:
        return text

    def number(word: re.Match[str]) -> str:
        whole = word.group()
        if whole in numbered and whole not in known:
            return whole  # a number of the text, perhaps
        return RANDOM.sub(lambda part: numbered.get(part.group(), part.group()), whole)

    return WORD.sub(number, text)
