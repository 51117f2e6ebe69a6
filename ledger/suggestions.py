"""Suggestions for a misspelt name or id. For a command see commands/cli/unknown_command.py."""

from collections.abc import Iterable
from difflib import get_close_matches

# Letters that look alike in Cyrillic and Latin: an id may have been typed with the wrong ones.
_CYRILLIC, _LATIN = "АВЕКМНОРСТУХ", "ABEKMHOPCTYX"


def did_you_mean(name: str, known: Iterable[str], most: int = 1) -> str:
    """A question that proposes the names nearest to one that is not known; empty if none is near.

    most: how many names it may propose.
    """
    near = get_close_matches(name, list(known), n=most)
    return f"Did you mean {' or '.join(map(repr, near))}?" if near else ""


def spellings(id_: str) -> list[str]:
    """The same id in other case, without spaces, or with letters that look alike."""
    bare = "".join(id_.split())
    upper = bare.upper()
    latin = upper.translate(str.maketrans(_CYRILLIC, _LATIN))
    cyrillic = upper.translate(str.maketrans(_LATIN, _CYRILLIC))
    all_ = (bare, upper, latin, cyrillic, bare.lower(), latin.lower(), cyrillic.lower())
    return [each for each in dict.fromkeys(all_) if each not in ("", id_)]


def is_plain(id_: str) -> bool:
    """Whether an id is written as most are, in capitals without Cyrillic ones that look Latin."""
    return id_ == "".join(id_.split()).upper() and not set(id_) & set(_CYRILLIC)
