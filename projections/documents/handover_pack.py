"""The hand-over pack: what the new owner of a client must know, as of a position of the ledger.

Its view is from the moment at which that position was recorded, in the ledger's own zone. So the
same position always gives the same bytes, whoever asks, from wherever, whatever is recorded later.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.database import Connection
from ledger.sql import statements
from projections.documents.markdown import Rows, escaped, json_bytes, plain, table
from projections.questions.clients import card
from projections.questions.clients.card_lines import PersonLine
from projections.tables.clients import merges
from projections.tables.ownership import disputes, ownership
from projections.view import View, ask, at_recording

LETTERS = 10  # the last so many letters and messages
NO_ROLE = "(none)"
_SQL = statements("projections.documents", "handover_pack.sql")

# The sections in reading order, with their headings.
HEADINGS = {
    "identity": "Client",
    "owner": "Owner",
    "open_promises": "Open promises",
    "open_inquiries": "Unanswered inquiries",
    "open_tasks": "Open tasks",
    "open_offers": "Open offers",
    "open_deals": "Open deals",
    "open_cases": "Open service cases",
    "special_terms": "Special terms",
    "feeling": "Mood and satisfaction",
    "contact_persons": "Contact persons by role",
    "letters": "Last letters and messages",
    "conflicts": "Conflicts with employees",
    "disputes": "Disputes over the client",
    "account_team": "Account team",
    "preferences": "Preferences",
    "facts": "Facts",
    "competitor_offers": "Offers of competitors",
    "contacts": "Contacts",
    "ownership_history": "Owners so far",
}


class Letter(NamedTuple):
    """A letter or message; client: the id it was recorded under, None for a client of one id."""

    occurred_at: datetime | None
    precision: str
    kind: str
    channel: str | None
    summary: str
    words: str | None
    subject: str | None
    performed_by: str | None
    position: int
    client: str | None


class OpenInquiry(NamedTuple):
    """An inquiry that nobody has answered; value: its subject; due_at: by when it should be."""

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    channel: str | None
    due_at: datetime | None
    client: str | None


class NextOwner(NamedTuple):
    """Who owns a client, or (ahead) will own it by what is recorded, since or from when."""

    employee: str
    since: datetime | None
    ahead: bool
    position: int


class Pack(NamedTuple):
    """A hand-over pack: for whom, its view, and the rows of its sections, named as in HEADINGS."""

    client: str
    employee: str
    view: View
    sections: Mapping[str, Rows]

    def json(self) -> bytes:
        """The pack as JSON: the form whose SHA-256 is recorded when it is issued."""
        zone = ZoneInfo(self.view.zone)
        sections = {name: [plain(row, zone) for row in self.sections[name]] for name in HEADINGS}
        return json_bytes(self._head() | sections)

    def markdown(self) -> bytes:
        """The pack in Markdown, for people."""
        return "\n".join(self._lines()).encode() + b"\n"

    @property
    def sha256(self) -> str:
        """SHA-256 of the JSON form, in hexadecimal."""
        return hashlib.sha256(self.json()).hexdigest()

    def _head(self) -> dict[str, object]:
        on = self.view.on.astimezone(UTC).isoformat(timespec="microseconds")
        return {
            "client": self.client,
            "employee": self.employee,
            "as_of": self.view.as_of,
            "on": on.replace("+00:00", "Z"),
            "zone": self.view.zone,
        }

    def _lines(self) -> Iterator[str]:
        zone = ZoneInfo(self.view.zone)
        yield f"# Hand-over of client {escaped(self.client)} to {escaped(self.employee)}\n"
        yield (
            f"As of position {self.view.as_of} of the ledger, recorded on "
            f"{self.view.on.astimezone(zone):%Y-%m-%d %H:%M:%S}. Times are in the zone "
            f"{self.view.zone}. In every line, `position` is the position of the event it comes "
            "from.\n"
        )
        yield f"SHA-256 of the JSON form: `{self.sha256}`"
        for name, heading in HEADINGS.items():
            yield f"\n## {heading}\n"
            yield from table(self.sections[name], zone)


def pack(connection: Connection, as_of: int, zone: str, client: str, employee: str) -> Pack:
    """Make the pack of a client for an employee. zone: the ledger's own.

    Raises NotFound if nothing had been recorded about the client, InvalidQuestion at position 0.
    """
    view = at_recording(connection, as_of, zone)
    found = card.card(connection, view, client)
    clients = merges.members(connection, view, client)
    letters = merges.told_apart(
        ask(connection, _SQL["letters"], view, Letter, clients=clients, most=LETTERS), clients
    )
    inquiries = merges.told_apart(
        ask(connection, _SQL["open_inquiries"], view, OpenInquiry, clients=clients), clients
    )
    sections: dict[str, list[dict[str, object]]] = {
        name: merges.shown(lines) for name, lines in found._asdict().items()
    }
    sections["contact_persons"] = list(_by_role(found.contact_persons))
    sections["letters"] = merges.shown(letters)
    sections["open_inquiries"] = merges.shown(inquiries)
    sections["conflicts"] = merges.shown(disputes.conflicts(connection, view, client))
    sections["disputes"] = merges.shown(disputes.disputes(connection, view, client=client))
    sections["ownership_history"] = merges.shown(ownership.history(connection, view, client))
    return Pack(client, employee, view, sections)


def owners(connection: Connection, view: View, client: str) -> list[NextOwner]:
    """Who owns a client from the view's time on, by what is recorded, in order of time."""
    survivor = merges.members(connection, view, client)[0]
    return ask(connection, _SQL["owners"], view, NextOwner, client=survivor)


def _by_role(persons: list[PersonLine]) -> Iterator[dict[str, object]]:
    """One line a role and person; who has left comes after who has not, as on the card."""
    roles = sorted({role for person in persons for role in person.roles})
    lines = list(zip(persons, merges.shown(persons), strict=True))
    for role in [*roles, NO_ROLE]:
        for person, line in lines:
            if role in (person.roles or [NO_ROLE]):
                yield {"role": role} | {name: line[name] for name in line if name != "roles"}
