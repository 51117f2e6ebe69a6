"""How content written by retired versions of an event type is brought to the next version.

One small function per retired version, from the content as it was stored to the content as the
next version would have stored it: `{("call.logged", 1): _call_logged_2}`. A type whose content
changes gets `VERSION: ClassVar[int]` one higher, a function here and a line in the golden file.
"""

from collections.abc import Callable
from typing import Any

LIFTS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
