"""What a check of `iledger doctor` found."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """What one check found, and what to do about it."""

    check: str
    result: Literal["ok", "warn", "fail"]
    found: str
    advice: str = ""
