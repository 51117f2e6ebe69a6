"""Suggestions for a misspelt name or id. For a command see commands/cli/unknown_command.py."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

# Letters that look alike in Cyrillic and Latin: an id may have been typed with the wrong ones.
_CYRILLIC, _LATIN = "АВЕКМНОРСТУХ", "ABEKMHOPCTYX"
_COMPARED = 5_000  # known ids at most that are compared with one by one
_WRONG = 100  # unknown ids at most that are compared so
_MOST = 3


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


def nearest(unknown: Collection[str], known: Iterable[str]) -> dict[str, list[str]]:
    """Of each unknown id, the known ones one slip of the keyboard away from it, or like it.

    At most three each, the nearest first; an id that is near none is left out. Among many ids only
    those at one slip are found, for which no id is compared with all others.
    """
    ids = set(known)
    letters = sorted(set().union(*ids))
    few = len(ids) <= _COMPARED and len(unknown) <= _WRONG
    found: dict[str, list[str]] = {}
    for each in unknown:
        near = [other for other in dict.fromkeys(_slips(each, letters)) if other in ids]
        if few:
            near += get_close_matches(each, ids, n=_MOST, cutoff=0.75)
        if near := [other for other in dict.fromkeys(near) if other != each][:_MOST]:
            found[each] = near
    return found


def _slips(word: str, letters: Iterable[str]) -> Iterator[str]:
    """Everything that is another case, or one exchange, omission or addition of a letter away."""
    yield from (word.upper(), word.lower(), word.swapcase())
    pairs = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    yield from (head + tail[1] + tail[0] + tail[2:] for head, tail in pairs if len(tail) > 1)
    for letter in letters:
        yield from (head + letter + tail[1:] for head, tail in pairs if tail)
        yield from (head + letter + tail for head, tail in pairs)
    yield from (head + tail[1:] for head, tail in pairs if tail)
