"""What summaries of events are made of: their shape, and words for amounts, times and names."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple


class EventSummary(NamedTuple):
    """How an event type is summarised.

    kind: what the timeline is filtered by; summary: makes the words of an event's data; the fields
    that hold its subject, its personal words, and the time (`at`) that the summary ends in.
    """

    kind: str
    summary: Callable[[Any], str]
    subject: str | None = None
    words: str | None = None
    at: str | None = None


def listed(start: str, *parts: Any) -> str:
    """Join what is known: "call outbound", "reached", None, "3 min"."""
    return ", ".join([start, *(str(part) for part in parts if part is not None and part != "")])


def span(seconds: int | None) -> str | None:
    """A duration in a few characters; None stays None."""
    if seconds is None or seconds < 60:
        return None if seconds is None else f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def money(amount: Any, currency: str | None) -> str | None:
    """An amount with its currency; None stays None."""
    return None if amount is None else f"{amount:f} {currency or ''}".rstrip()


def by(at: datetime | None) -> str | None:
    """The word before a time at the end of a summary, if there is one."""
    return None if at is None else "by"


def names(given: Iterable[str]) -> str:
    """Names in a row."""
    return ", ".join(given) or "none"


def passed(what: str, giver: str | None, taker: str | None, reason: str | None = None) -> str:
    """From whom to whom something passed, and why."""
    return listed(f"{what} from {giver or 'nobody'} to {taker or 'nobody'}", reason)
