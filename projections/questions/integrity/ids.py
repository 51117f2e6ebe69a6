"""Whether an id is known, and which known one is nearest to it: the same for every kind of id."""

from collections.abc import Iterable
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import NotFound
from ledger.sql import statements
from ledger.suggestions import nearest
from projections.view import View, ask

_SQL = statements("projections.questions.integrity", "ids.sql")
# Every kind that mentions.sql has, and what lists its ids.
LISTS = {
    "batch": "`iledger transfer status` lists them.",
    "case": "`iledger case list` lists them.",
    "client": "`iledger clients --search NAME` finds one by its name.",
    "contact person": "`iledger card CLIENT` lists those of a client.",
    "deal": "`iledger deal list` lists them.",
    "dispute": "`iledger dispute list` lists them.",
    "employee": "`iledger employee list` lists them.",
    "field": "`iledger card CLIENT` lists what is known of a client.",
    "interaction": "`iledger timeline CLIENT` lists those with a client.",
    "norm": "`iledger norm list` lists them.",
    "offer": "`iledger deal offers` lists them.",
    "pipeline": "`iledger funnel` lists them.",
    "purchase": "`iledger deal purchases` lists them.",
    "reduction": "`iledger bonus reduction list` lists them.",
    "role": "`iledger access role list` lists them.",
    "scheme": "`iledger bonus scheme list` lists them.",
    "stage": "`iledger deal list` shows them.",
    "statement": "`iledger bonus statement list` lists them.",
    "target": "`iledger target list` lists them.",
    "task": "`iledger task list` lists them.",
    "unit": "`iledger employee units` lists them.",
}


class _Id(NamedTuple):
    id: str


class _Found(NamedTuple):
    found: bool


def check_known(connection: Connection, view: View, kind: str, id_: str) -> None:
    """Raise NotFound, naming the nearest ids, unless anything is recorded about an id.

    kind: one of LISTS. An employee, a unit or a client is known if any event up to the view's
    position names it; anything else, if an event is about it. Annulled events count: what they
    name is not a slip of the asker.
    """
    if not _known(connection, view, kind, id_):
        near = nearest([id_], ids(connection, view, kind)).get(id_, [])
        raise NotFound(unknown(kind, id_, view.as_of, near))


def unknown(kind: str, id_: str, as_of: int, near: Iterable[str] = ()) -> str:
    """The message about an unknown id: the fact, the nearest ids, and what lists them all."""
    meant = " or ".join(map(repr, near))
    parts = (
        f"no {kind} {id_!r} is known as of position {as_of}.",
        meant and f"Did you mean {meant}?",
        LISTS[kind],
    )
    return " ".join(filter(None, parts))


def ids(connection: Connection, view: View, kind: str) -> list[str]:
    """All ids of a kind that events name which were not annulled, in order; at any time."""
    return [row.id for row in ask(connection, _SQL["ids"], view, _Id, prepare=False, kind=kind)]


def _known(connection: Connection, view: View, kind: str, id_: str) -> bool:
    # Nearly always there; planning the search of all tables would cost more than most questions.
    quick = _SQL.get(f"quick_{kind}")
    if quick and ask(connection, quick, view, _Found, id=id_)[0].found:
        return True
    found = ask(connection, _SQL["known"], view, _Found, prepare=False, kind=kind, id=id_)
    return found[0].found
