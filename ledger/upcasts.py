"""Upcasts: how the content of an old version of an event type becomes that of the next version.

One small function per old version, from the content as stored to the content as the next version
would have stored it: `{("call.logged", 1): _call_logged_2}`. A type whose content
changes gets `VERSION: ClassVar[int]` one higher, a function here and a line in the golden file.
"""

from collections.abc import Callable, Mapping
from typing import Any


def _satisfaction_recorded_2(old: dict[str, Any]) -> dict[str, Any]:
    """With the scale, where the instrument has but one."""
    return {**old, "scale": "0-10"} if old["instrument"] == "nps" else old


UPCASTS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("satisfaction.recorded", 1): _satisfaction_recorded_2,
}


def upcast(
    type_: str,
    version: int,
    content: dict[str, Any],
    upcasts: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = UPCASTS,
) -> dict[str, Any]:
    """Bring content written by an older version to the newest shape, one version at a time."""
    while (type_, version) in upcasts:
        content = upcasts[type_, version](content)
        version += 1
    return content
