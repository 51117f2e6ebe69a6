"""The client's card, its timeline, and what changed on the card between two views."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ledger.database import Connection
from ledger.errors import NotFound
from ledger.sql import statements
from projections.questions.clients.card_lines import (
    CompetitorLine,
    ContactLine,
    FactLine,
    FeelingLine,
    IdentityLine,
    OwnerLine,
    PersonLine,
    PreferenceLine,
    TeamLine,
    TermsLine,
)
from projections.questions.clients.card_open_items import (
    OpenCase,
    OpenDeal,
    OpenOffer,
    OpenPromise,
    OpenTask,
)
from projections.shown_times import date_in, local
from projections.tables.clients.merges import LINKED, MEMBERS, Link, MergedId, members, told_apart
from projections.tables.ownership.disputes import OpenConflict, OpenDispute
from projections.view import View, ask, ask_at_once

_SQL = statements("projections.questions.clients", "card.sql")
_OPEN = statements("projections.questions.clients", "card_open_items.sql")
_ANY_OF_THEM, _ONE = "= ANY (%(clients)s)", "= %(client)s"
_DISPUTES = statements("projections.tables.ownership", "disputes.sql")


class Card(NamedTuple):
    """All that is known of a client, a section a field, in the order in which they are shown.

    A line has at least name, value, since, precision and position (of the event that says so); a
    field `x_position` is the position of the event that says `x`. Within a section a name stands
    once.
    """

    identity: list[IdentityLine]
    merged: list[MergedId]
    owner: list[OwnerLine]
    account_team: list[TeamLine]
    open_conflicts: list[OpenConflict]
    open_disputes: list[OpenDispute]
    open_promises: list[OpenPromise]
    open_deals: list[OpenDeal]
    open_offers: list[OpenOffer]
    open_tasks: list[OpenTask]
    open_cases: list[OpenCase]
    special_terms: list[TermsLine]
    facts: list[FactLine]
    contact_persons: list[PersonLine]
    preferences: list[PreferenceLine]
    competitor_offers: list[CompetitorLine]
    contacts: list[ContactLine]
    feeling: list[FeelingLine]


class _Section(NamedTuple):
    """A statement and the class of its rows.

    The statement may use, besides a view's parameters, %(clients)s, all ids that are one client,
    and %(client)s, the surviving one; its column `client` is the id that a line is from.
    """

    statement: str
    row: type[Any]


# Of every field of the card.
_SECTIONS = (
    _Section(_SQL["identity"], IdentityLine),
    _Section(MEMBERS, MergedId),
    _Section(_SQL["owner"], OwnerLine),
    _Section(_SQL["account_team"], TeamLine),
    _Section(_DISPUTES["reported"] + _DISPUTES["open_conflicts"], OpenConflict),
    _Section(_DISPUTES["open_disputes"], OpenDispute),
    _Section(_OPEN["open_promises"], OpenPromise),
    _Section(_OPEN["open_deals"], OpenDeal),
    _Section(_OPEN["open_offers"], OpenOffer),
    _Section(_OPEN["open_tasks"], OpenTask),
    _Section(_OPEN["open_cases"], OpenCase),
    _Section(_SQL["special_terms"], TermsLine),
    _Section(_SQL["facts"], FactLine),
    _Section(_SQL["contact_persons"], PersonLine),
    _Section(_SQL["preferences"], PreferenceLine),
    _Section(_SQL["competitor_offers"], CompetitorLine),
    _Section(_SQL["contacts"], ContactLine),
    _Section(_SQL["feeling"], FeelingLine),
)
# What compares with a list of unknown length is planned as if for ten clients, or again each time;
# for the client of one id, which most are, neither is quick enough.
_OF_ONE_ID = [
    _Section(LINKED, Link)
    if each.row is MergedId
    else each._replace(statement=each.statement.replace(_ANY_OF_THEM, _ONE))
    for each in _SECTIONS
]


class Mentioned(NamedTuple):
    """Whether anything had been recorded of a client."""

    found: bool


class TimelineLine(NamedTuple):
    """An event of the client; owner: whose the client was at that moment.

    annulled_by: the position that annulled the event; client: the id that it was recorded under,
    None where the client has one id alone.
    """

    occurred_at: datetime | None
    precision: str
    kind: str
    summary: str
    words: str | None
    subject: str | None
    channel: str | None
    performed_by: str | None
    owner: str | None
    recorded_by: str
    type: str
    annulled_by: int | None
    position: int
    client: str | None


class Change(NamedTuple):
    """One difference between two cards; a line or column that one of them lacks is None there."""

    section: str
    name: str
    field: str
    before: object
    after: object
    before_position: int | None
    after_position: int | None


def card(connection: Connection, view: View, client: str) -> Card:
    """All that is known of a client.

    Ids that were merged have one card, the survivor's, whichever of them is asked for; the section
    `merged` names the others, and a line has `client`, the id that it is from, which is None for a
    client of one id. Raises NotFound if nothing had been recorded about the client.
    """
    found = _card(connection, view, client)
    if not found.identity:
        raise _unheard_of(view, client)
    return found


def difference(connection: Connection, before: View, after: View, client: str) -> list[Change]:
    """What changed on a client's card between two views.

    A field that is not `value` is one of the line's other columns, such as `roles`. A statement
    that only repeats what was so, at another time, is not a change.
    Raises NotFound if neither view knows the client.
    """
    cards = [_card(connection, view, client) for view in (before, after)]
    if not any(found.identity for found in cards):
        raise _unheard_of(after, client)
    changes: list[Change] = []
    for section, *both in zip(Card._fields, *cards, strict=True):
        old, new = ({line.name: line._asdict() for line in lines} for lines in both)
        for name in [*old, *(name for name in new if name not in old)]:
            lines = old.get(name, {}), new.get(name, {})
            changes += _line_changes(section, name, *lines, ZoneInfo(after.zone))
    return changes


def timeline(
    connection: Connection,
    view: View,
    client: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[str] = (),
) -> list[TimelineLine]:
    """Every event of a client in order of time, with the owner at that moment.

    since, until: local times of the view's zone without an offset, half-open; events of unknown
    time are then left out. annulled_by: the position that annulled the event, if one has. client:
    the id that the event was recorded under, where several are one client.
    Raises NotFound if nothing had been recorded about the client.
    """
    clients = members(connection, view, client)
    rows = ask(
        connection,
        _SQL["timeline"],
        view,
        TimelineLine,
        clients=clients,
        since=since,
        until=until,
        kinds=list(kinds) or None,
    )
    if not rows:
        check_known(connection, view, client)
    return told_apart(rows, clients)


def check_known(connection: Connection, view: View, client: str) -> None:
    """Raise NotFound unless something had been recorded about the client, even if annulled."""
    if not ask(connection, _SQL["mentioned"], view, Mentioned, client=client)[0].found:
        raise _unheard_of(view, client)


def _card(connection: Connection, view: View, client: str) -> Card:
    """Ask for all sections in one round trip, as if the client had one id; again if it has more."""
    found = _sections(connection, view, _OF_ONE_ID, [client])
    if not found.merged:
        return found
    clients = members(connection, view, client)
    if clients == [client]:
        return found._replace(merged=[])
    return _sections(connection, view, _SECTIONS, clients)


def _sections(
    connection: Connection, view: View, wanted: Sequence[_Section], clients: list[str]
) -> Card:
    questions = [(section.statement, section.row) for section in wanted]
    found = ask_at_once(connection, view, questions, client=clients[0], clients=clients)
    return Card(*(told_apart(rows, clients) for rows in found))


def _line_changes(
    section: str, name: str, old: dict[str, Any], new: dict[str, Any], zone: ZoneInfo
) -> Iterator[Change]:
    for column in old or new:
        if not _only_says_where(column) and old.get(column) != new.get(column):
            before, after = (date_in(line, column, zone) or line.get(column) for line in (old, new))
            positions = _position(old, column), _position(new, column)
            yield Change(section, name, column, before, after, *positions)


def _position(line: dict[str, Any], column: str) -> int | None:
    """The event that says so: that of the column, where it has one of its own, or of the line."""
    return line.get(f"{column}_position") or line.get("position")


def _only_says_where(column: str) -> bool:
    return column in ("name", "since", "client") or column.endswith(("position", "precision"))


def _unheard_of(view: View, client: str) -> NotFound:
    day = local(view.on, ZoneInfo(view.zone)).date()
    return NotFound(
        f"nothing had been recorded about a client {client!r} as of position {view.as_of}, "
        f"on {day}. `iledger clients --search NAME` finds a client by its name."
    )
