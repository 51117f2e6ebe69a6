"""Texts as answers show them: what steers a terminal or turns the direction of writing is visible.

Such characters stand as their escapes, as in `\\x1b` and `\\u202e`.
"""

import re
import unicodedata

_BREAKS = re.compile(r"[ \t\r\n]+")


def visible(text: str) -> str:
    """A text without anything that has an effect but is not seen; line breaks and tabs stay."""
    return text if text.isprintable() else "".join(map(_visible, text))


def one_line(text: str) -> str:
    """Likewise on one line."""
    return text if text.isprintable() else visible(_BREAKS.sub(" ", text).strip())


def _visible(letter: str) -> str:
    if letter.isprintable() or letter in "\n\t" or unicodedata.category(letter) == "Zs":
        return letter
    return letter.encode("unicode_escape").decode()
