"""All errors that the ledger raises deliberately.

A message states the fact, the id and the next step. Each class carries the exit code with which
`iledger` ends when it meets the error (listed in docs/exit-codes.md), so that scripts can tell a
refusal from a breakdown without reading text. Errors from the database are recognised by their
SQLSTATE (class IL, raised in schema.sql, appending.sql and projections/calendar.sql), never by
their text.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any


class LedgerError(Exception):
    """The root: catch this to catch everything the ledger refuses or cannot do."""

    exit_code = 1


class InvalidEvent(LedgerError):
    """An event is malformed and was not recorded. Correct the named field and send it again.

    field: dotted path in the event, such as `data.duration_s`; value: what was found there.
    """

    exit_code = 1

    def __init__(self, field: str, value: Any, problem: str, remedy: str) -> None:
        self.field, self.value, self.problem, self.remedy = field, value, problem, remedy
        found = "" if problem == "is missing" else f" (found {shorten(value)})"
        subject = field if field == "the input" else f"{field}:"
        super().__init__(f"{subject} {problem}{found}. {remedy}")


class KeyConflict(LedgerError):
    """A source used one key for two different events; the first one stands.

    Give the second event a key of its own, or annul the first with `event.annulled`.
    """

    def __init__(self, source: str, key: str, stored: bytes, offered: bytes) -> None:
        self.source, self.key, self.stored, self.offered = source, key, stored, offered
        super().__init__(
            f"key {key!r} of source {source!r} is already recorded with other content: "
            f"{_differences(stored, offered)}. Use a new key for a new event; correct a wrong "
            "event with event.annulled."
        )


class ConditionFailed(LedgerError):
    """Something the decision depended on, or part of what it records, has been recorded since.

    Read again and decide again. dependencies: what the decision depends on now, a
    `ledger.log.Dependencies`, if asked for.
    """

    exit_code = 4

    def __init__(self, message: str, dependencies: Any = None) -> None:
        super().__init__(message)
        self.dependencies = dependencies


class Immutable(LedgerError):
    """Somebody tried to change or remove recorded events; the database refused."""

    exit_code = 4


class NotDecoded(LedgerError):
    """A recorded event cannot be read by this program; the message says why and what to do."""


class NotGuarded(LedgerError):
    """A script asked for worker processes outside of `if __name__ == "__main__":`."""


class NotFound(LedgerError):
    """The named client, employee or event is not in the ledger (at the moment asked for)."""

    exit_code = 3


class InvalidQuestion(LedgerError):
    """A question cannot be answered as put, for example a position ahead of the head."""

    exit_code = 2


class NotAllowed(LedgerError):
    """The database role may not do this; connect with the role that the message names."""

    exit_code = 5


class SchemaMismatch(LedgerError):
    """The database is older or newer than this code; migrate it, or install the newer version."""

    exit_code = 6


class NotInitialised(SchemaMismatch):
    """There is no ledger in this database yet; `iledger init` creates it."""


class Refused(LedgerError):
    """A decision was refused; the message names the rule, the obstacle and the next step."""

    exit_code = 8


class ClientTaken(Refused):
    """Somebody else owns the client; the attempt was recorded as `approach.blocked`.

    - owner: the employee who owns it; rule: as in `approach.blocked`
    - claim: the id of the event by which they own it
    """

    def __init__(self, message: str, *, owner: str, rule: str, claim: str | None) -> None:
        self.owner, self.rule, self.claim = owner, rule, claim
        super().__init__(message)


class Outdated(Refused):
    """What the decision was computed from has changed since; compute and decide again."""


class KeyTaken(KeyConflict):
    """A key was given to another request before, which stands; this one was not carried out."""

    exit_code = 8

    def __init__(
        self, source: str, key: str, type_: str, client: str | None, position: int
    ) -> None:
        self.source, self.key, self.position = source, key, position
        about = f" of client {client}" if client else ""
        LedgerError.__init__(
            self,
            f"key {key!r} names another request, which was recorded as {type_}{about} at position "
            f"{position}; nothing was recorded now. Repeat a key only with the command and the "
            "arguments that it was given to first",
        )


class UnknownId(NotFound, Refused):
    """A decision was refused because it names an id that is not in the ledger."""


class ServerUnavailable(LedgerError):
    """PostgreSQL cannot be reached, started or written to; the message says which and what next."""

    exit_code = 7


def shorten(value: Any, limit: int = 80) -> str:
    """Show a value in a message: quoted, and cut if it is long."""
    if isinstance(value, bytes):
        value = value.decode(errors="backslashreplace")
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except (ValueError, RecursionError):  # digits beyond Python's limit; lists in lists in lists
        text = f"a {type(value).__name__} that is too large to show"
    return text if len(text) <= limit else f"{text[: limit - 1]}… ({len(text)} characters)"


def brief(error: BaseException) -> str:
    """What an error says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _differences(stored: bytes, offered: bytes, most: int = 5) -> str:
    """The fields in which two recorded texts differ."""
    try:
        sides = before, now = [dict(_leaves(json.loads(text))) for text in (stored, offered)]
    except ValueError:
        return "the recorded one is not shown to this login" if not stored else "it cannot be read"
    paths = [path for path in sorted(before | now) if before.get(path) != now.get(path)]
    found = []
    for path in paths[:most]:
        was, is_ = (shorten(side[path]) if path in side else "nothing" for side in sides)
        found.append(f"{path}: recorded {was}, offered {is_}")
    return "; ".join(found) + (f"; and {len(paths) - most} more" if len(paths) > most else "")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves(inner, f"{path}.{name}" if path else name)
