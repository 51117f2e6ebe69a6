"""The time zone of this system by its IANA name, for a ledger that is created without --zone."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NAMED = Path("/etc/timezone")
_LINKED = Path("/etc/localtime")
_FOLDER = "zoneinfo/"


def system_zone(named: Path = _NAMED, linked: Path = _LINKED) -> tuple[str, str]:
    """The name of the zone and where it was found: TZ, /etc/timezone or /etc/localtime, else UTC.

    The paths are arguments for the tests. What is not an IANA name is skipped.
    """
    candidates = (
        (os.environ.get("TZ", "").removeprefix(":"), "TZ"),
        (_first_line(named), str(named)),
        (str(linked.resolve()).rpartition(_FOLDER)[2] if linked.is_symlink() else "", str(linked)),
    )
    for name, source in candidates:
        if name and _is_zone(name):
            return name, f"taken from {source}"
    return "UTC", "because this system names none"


def _first_line(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip().partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return ""


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
