"""Keys made of other keys, never longer than a key may be."""

import hashlib

LONGEST = 200  # characters, as `ledger.events.fields.Id`


def under(key: str, part: str) -> str:
    """The key of something that is part of what another key names.

    `key/part`; where that is too long, a SHA-256 stands for the key, or for all of it.
    """
    for made in (f"{key}/{part}", f"{_digest(key)}/{part}"):
        if len(made) <= LONGEST:
            return made
    return _digest(f"{key}/{part}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
