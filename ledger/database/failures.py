"""PostgreSQL's errors as the ledger's: recognised by their SQLSTATE, never by their text."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ledger import errors


@contextmanager
def translated(*, appending: bool = False) -> Iterator[None]:
    """Turn PostgreSQL's errors into the ledger's, as `translate` does."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(error, appending=appending) from error


def translate(error: psycopg.Error, *, appending: bool = False) -> Exception:
    """The ledger's error for one of PostgreSQL's by SQLSTATE, or the same error if there is none.

    - appending: whether what is too large can only be part of an event
    """
    state, text = error.sqlstate or "", str(error).strip().splitlines()
    first = text[0] if text else type(error).__name__
    if state in _OURS:
        return _OURS[state](f"{first}. {error.diag.message_hint or ''}".strip())
    if state == "42501":
        return errors.NotAllowed(
            f"the database refuses: {first}. Connect with a login that has the role for this "
            "(see docs/architecture.md, Roles)."
        )
    if state in ("42P01", "3F000", "42883"):
        return errors.NotInitialised(
            "this database holds no ledger of that name. Run `iledger init`, "
            "or name the right schema with --schema."
        )
    if state in _UNFIT:
        return _unfit(state, first, appending)
    if state in _UNAVAILABLE or isinstance(error, psycopg.OperationalError):
        return errors.ServerUnavailable(_UNAVAILABLE.get(state, _UNREACHED).format(first))
    return error


def _unfit(state: str, first: str, appending: bool) -> errors.LedgerError:
    if state in _TOO_LARGE and not appending:
        return errors.LedgerError(
            f"the database cannot compute this: {first}. If you asked with a very large number or "
            "a very long text, give a smaller one; otherwise report this error."
        )
    return errors.InvalidQuestion(f"{first}{_UNFIT[state]}")


_UNREACHED = (
    "the database cannot be reached: {}. Nothing is lost: start it (or check the DSN) and run the "
    "same command again."
)
_NO_ROOM = (
    "the database has run out of room: {}. Nothing of this batch was recorded. Make room, then run "
    "the same command again."
)
_UNAVAILABLE = {
    "53100": _NO_ROOM,
    "53200": _NO_ROOM,
    "25006": "the database is read-only: {}. Write to the primary server, or end that mode.",
    "55P03": "another transaction has held the turn to append for 30 seconds ({}). Nothing of "
    "this batch was recorded. `iledger doctor` names who holds it; then run the same again.",
}
_NUL = ". No name or text of a ledger has a NUL character; leave it out."
_TOO_LARGE = {
    "54000": ". A tag or type is too long; shorten it.",
    "22003": ". Give a smaller number.",
}
_UNFIT = _TOO_LARGE | {
    "42P06": ", but it holds no ledger. Name another with --schema, or rename that one.",
    "22023": ". The database does not know it; give another.",
    "42939": ". The roles of a ledger begin with the name of its database; give it another one.",
    "22P05": _NUL,
    "22021": _NUL,
}
_OURS: dict[str, type[errors.LedgerError]] = {
    "IL002": errors.Immutable,
    "IL003": errors.LedgerError,
    "IL004": errors.InvalidQuestion,
    "IL005": errors.LedgerError,
    "IL006": errors.NotAllowed,
    "IL007": errors.ServerUnavailable,
    "IL008": errors.ServerUnavailable,
}
