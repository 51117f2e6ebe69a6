"""What points nowhere and what contradicts, in all that is recorded.

Nothing is replayed: each kind is a statement over whole tables of the projections.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from ledger.sql import statements
from ledger.suggestions import did_you_mean, nearest
from projections.view import View, add_up, ask

_SQL = statements("projections.questions.integrity", "check.sql")
# What each kind of finding is, and the statement that finds it.
KINDS = {
    "unknown": "an id that events name and none begins: a client never registered, an employee "
    "never hired, a deal named in a purchase but never opened",
    "never-opened": "events about a deal, case, offer, task, dispute, batch or meeting that was "
    "never opened, such as a deal won, or planned",
    "opened-twice": "a deal, case or dispute that was opened more than once, or a purchase "
    "that was recorded more than once",
    "ends-first": "an end, or another event, dated before the beginning of what it is about, such "
    "as a deal won before it was opened or a return before its purchase",
    "returned-more": "a purchase of which more was returned than bought, in that currency",
    "annuls-nothing": "an annulment of an event that was not recorded before it, or of another "
    "annulment",
    "no-client": "a contact, deal, case, offer, purchase or dispute without a client",
    "two-clients": "a deal, case, offer, task, purchase or dispute of several clients",
    "not-employed": "an employee who acted, or was given a client or work, while not employed",
    "look-alike": "an id that differs from another by case, or by letters that look alike",
    "left-open": "an open deal, task or case of an employee who has left",
}
_STATEMENTS = {
    "mentioned": ("unknown", "never-opened", "opened-twice", "look-alike"),
    "without": ("no-client", "two-clients"),
    "backwards": ("ends-first",),
    "annulled": ("annuls-nothing",),
    "returned": ("returned-more",),
    "acted": ("not-employed",),
    "given": ("not-employed",),
    "left_open": ("left-open",),
}


class Finding(NamedTuple):
    """Something that points nowhere or contradicts.

    - kind: one of KINDS; what: of which kind the id is, or the contact or act
    - near: the nearest known id; of look-alikes the other one; of two clients the other client
    - events: how many there are; position: the first one to look at
    - at: when it happened; of open work, since when its employee has left
    """

    kind: str
    what: str
    id: str | None
    near: str | None
    employee: str | None
    client: str | None
    events: int
    at: datetime | None
    precision: str | None
    position: int | None


class _Counted(NamedTuple):
    kind: str
    found: int


class _Id(NamedTuple):
    id: str


def check(connection: Connection, view: View, kinds: Collection[str] = ()) -> list[Finding]:
    """Everything of these kinds that is found, or of all kinds, by kind, what and id.

    Raises InvalidQuestion for an unknown kind.
    """
    for kind in kinds:
        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS) or f"There are: {', '.join(KINDS)}"
            raise InvalidQuestion(f"no kind {kind!r} of finding. {hint}")
    found = _found(connection, view, [kind for kind in KINDS if not kinds or kind in kinds])
    order = {kind: number for number, kind in enumerate(KINDS)}
    found.sort(key=lambda row: (order[row.kind], row.what, row.id or "", row.position or 0))
    return _with_nearest(connection, view, found)


def counts(connection: Connection, view: View) -> dict[str, int]:
    """How many findings there are of each kind; kinds without any are left out."""
    counted: Counter[str] = Counter()
    for name in _STATEMENTS:
        statement = _SQL["counted"].replace("{statement}", _SQL[name])
        for row in add_up(connection, statement, view, _Counted, kinds=[*KINDS]):
            counted[row.kind] += row.found
    return {kind: counted[kind] for kind in KINDS if counted[kind]}


def _found(connection: Connection, view: View, kinds: Collection[str]) -> list[Finding]:
    return [
        row
        for statement, of in _STATEMENTS.items()
        if {*of} & {*kinds}
        for row in add_up(connection, _SQL[statement], view, Finding, kinds=list(kinds))
    ]


def _with_nearest(connection: Connection, view: View, found: list[Finding]) -> list[Finding]:
    lost = {"unknown", "never-opened"}
    wrong: dict[str, list[str]] = {}
    for row in found:
        if row.kind in lost and row.id:
            wrong.setdefault(row.what, []).append(row.id)
    near: dict[tuple[str, str], str] = {}
    for what, ids in wrong.items():
        known = ask(connection, _SQL["begun"], view, _Id, prepare=False, kind=what)
        for id_, others in nearest(ids, [row.id for row in known]).items():
            near[what, id_] = others[0]
    return [
        row._replace(near=near.get((row.what, row.id))) if row.kind in lost and row.id else row
        for row in found
    ]
