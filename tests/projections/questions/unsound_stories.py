"""A sound story, and for each kind of finding an event after it of which it is found."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ledger.envelope import Event
from ledger.events.clients import (
    ClientRegistered,
    ContactPersonAdded,
    ContactPersonLeft,
)
from ledger.events.contacts import CallLogged, InquiryReceived, MeetingCancelled
from ledger.events.corrections import EventAnnulled
from ledger.events.motivation import StatementDisputed
from ledger.events.ownership import (
    AccountTeamMemberAdded,
    AccountTeamMemberRemoved,
    CuratorAssigned,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired, OrgUnitDefined
from ledger.events.sales import (
    DealOpened,
    DealReassigned,
    DealStageEntered,
    DealWon,
    GoodsReturned,
    OfferAccepted,
    OfferSent,
    PurchaseRecorded,
)
from ledger.events.service import CaseAssigned, CaseClosed
from ledger.events.work import TaskAssigned, TaskCompleted
from tests.projections.stories import told

Found = tuple[str, str, str | None, str | None]
CALL = CallLogged(direction="outbound", outcome="reached")


def of(data: Any, at: str = "2026-02-01T10:00Z", who: str | None = "E-1") -> Event:
    return told(data, at, client="C-1", performed_by=who)


def opened(deal: str = "D-1", holder: str | None = "E-1") -> DealOpened:
    return DealOpened(deal=deal, holder=holder)


def task(name: str, assignee: str) -> TaskAssigned:
    return TaskAssigned(
        task=name, title="x", assignee=assignee, due_at=datetime(2026, 4, 1, tzinfo=UTC)
    )


def returned(amount: str, currency: str | None = "RUB") -> GoodsReturned:
    return GoodsReturned(purchase="P-0", amount=Decimal(amount), currency=currency)


BOUGHT = PurchaseRecorded(purchase="P-0", amount=Decimal(10), currency="RUB")
NOBODY = "00000000-0000-8000-8000-000000000000"
WON = DealWon(deal="D-1", amount=Decimal(1))
SOUND = (
    told(OrgUnitDefined(unit="U-1", name="Unit", kind="team"), "2026-01-01"),
    told(EmployeeHired(employee="E-1", name="A", unit="U-1"), "2026-01-01"),
    told(EmployeeHired(employee="E-2", name="B", unit="U-1"), "2026-01-01"),
    of(ClientRegistered(kind="company", name="Client")),
    of(CuratorAssigned(employee="E-1")),
    of(opened()),
    of(CALL),
    of(BOUGHT),
    of(returned("8")),
    told(returned("1", None), "2026-02-01T10:00Z"),  # the currency and client of the purchase
    of(ContactPersonAdded(contact="K-1", name="K")),
    of(AccountTeamMemberAdded(employee="E-2", team_role="sales")),
)

# One event after those that are sound, and what is found of it.
CASES: dict[str, tuple[Event, list[Found]]] = {
    "a client never registered": (
        told(CALL, "2026-02-01", client="C-2", performed_by="E-1"),
        [("unknown", "client", "C-2", "C-1")],
    ),
    "a client of another alphabet": (
        told(CALL, "2026-02-01", client="С-1", performed_by="E-1"),
        [("unknown", "client", "С-1", "C-1"), ("look-alike", "client", "С-1", "C-1")],
    ),
    "a client of small letters": (
        told(ClientRegistered(kind="company", name="x"), "2026-02-01", client="c-1"),
        [("look-alike", "client", "c-1", "C-1")],
    ),
    "a parent": (
        told(
            ClientRegistered(kind="company", name="x", parent="C-77"), "2026-02-01", client="C-2"
        ),
        [("unknown", "client", "C-77", None)],
    ),
    "a performer": (of(CALL, who="E-11"), [("unknown", "employee", "E-11", "E-1")]),
    "a curator": (
        of(CuratorAssigned(employee="E-1O"), "2026-02-02"),
        [("unknown", "employee", "E-1O", "E-1")],
    ),
    "a holder": (of(opened("D-2", "Е-2")), [
        ("unknown", "employee", "Е-2", "E-2"), ("look-alike", "employee", "Е-2", "E-2"),
    ]),
    "a former holder": (
        of(DealReassigned(deal="D-1", from_holder="E-9", to_holder="E-2")),
        [("unknown", "employee", "E-9", "E-1")],
    ),
    "a unit": (
        told(EmployeeHired(employee="E-3", name="C", unit="U1"), "2026-02-01"),
        [("unknown", "unit", "U1", "U-1")],
    ),
    "a deal of an offer": (
        of(OfferSent(offer="O-1", deal="D-11")), [("unknown", "deal", "D-11", "D-1")],
    ),
    "an offer of a deal": (
        of(DealOpened(deal="D-2", holder="E-1", offer="O-1")), [("unknown", "offer", "O-1", None)],
    ),
    "a case of a task": (
        of(TaskAssigned(task="T-1", title="x", assignee="E-1", case="S-1",
                        due_at=datetime(2026, 4, 1, tzinfo=UTC))),
        [("unknown", "case", "S-1", None)],
    ),
    "an inquiry answered": (
        of(CallLogged(direction="outbound", outcome="reached", in_reply_to="Q-1")),
        [("unknown", "interaction", "Q-1", None)],
    ),
    "a meeting cancelled": (
        of(MeetingCancelled(meeting="M-1", reason="ill")),
        [("never-opened", "interaction", "M-1", None)],
    ),
    "a deal won": (
        of(DealWon(deal="D-10", amount=Decimal(1))), [("never-opened", "deal", "D-10", "D-1")],
    ),
    "an offer accepted": (
        of(OfferAccepted(offer="O-1")), [("never-opened", "offer", "O-1", None)],
    ),
    "a return of goods never bought": (
        of(GoodsReturned(purchase="P-1", amount=Decimal(1), currency="RUB")),
        [("unknown", "purchase", "P-1", "P-0")],
    ),
    "a case closed": (of(CaseClosed(case="S-1")), [("never-opened", "case", "S-1", None)]),
    "a case assigned": (
        of(CaseAssigned(case="S-1", assignee="E-1")), [("never-opened", "case", "S-1", None)],
    ),
    "a task done": (of(TaskCompleted(task="T-1")), [("never-opened", "task", "T-1", None)]),
    "a deal opened again": (of(opened()), [("opened-twice", "deal", "D-1", None)]),
    "a win before the opening": (
        of(WON, "2026-02-01T09:59Z"), [("ends-first", "deal", "D-1", None)],
    ),
    "a stage the day before": (
        of(DealStageEntered(deal="D-1", stage="talk"), "2026-01-31"),
        [("ends-first", "deal", "D-1", None)],
    ),
    "a win the day before": (of(WON, "2026-01-31"), [("ends-first", "deal", "D-1", None)]),
    "a departure before the hiring": (
        told(EmployeeDeparted(employee="E-2"), "2025-12-31"),
        [("ends-first", "employee", "E-2", None)],
    ),
    "a purchase recorded again": (of(BOUGHT), [("opened-twice", "purchase", "P-0", None)]),
    "a return before the purchase": (
        of(returned("1"), "2026-01-31"), [("ends-first", "purchase", "P-0", None)],
    ),
    "a return of more than was bought": (
        of(returned("1.01")), [("returned-more", "purchase", "P-0", None)],
    ),
    "a return in another currency": (
        of(returned("1", "EUR")), [("returned-more", "purchase", "P-0", None)],
    ),
    "a return of more, in the currency of the purchase": (
        of(returned("1.01", None)), [("returned-more", "purchase", "P-0", None)],
    ),
    "a return before the purchase, in its currency": (
        of(returned("1", None), "2026-01-31"), [("ends-first", "purchase", "P-0", None)],
    ),
    "a return by another client": (
        told(returned("1"), "2026-02-02", client="C-2"),
        [("unknown", "client", "C-2", "C-1"), ("two-clients", "purchase", "P-0", "C-2")],
    ),
    "a return of an unknown purchase by an unknown party": (
        told(GoodsReturned(purchase="P-1", amount=Decimal(1)), "2026-02-01"),
        [("unknown", "purchase", "P-1", "P-0"), ("no-client", "purchase", "P-1", None)],
    ),
    "a contact person gone before they came": (
        of(ContactPersonLeft(contact="K-1"), "2026-01-31"),
        [("ends-first", "contact person", "K-1", None)],
    ),
    "a team member gone before they came": (
        of(AccountTeamMemberRemoved(employee="E-2"), "2026-01-31"),
        [("ends-first", "team member", "E-2", None)],
    ),
    "a contact person in the envelope": (
        told(DealOpened(deal="D-2", holder="E-1"), "2026-02-02", client="C-1", contact="K-2"),
        [("unknown", "contact person", "K-2", "K-1")],
    ),
    "who approved": (
        of(CuratorAssigned(employee="E-1", approved_by="E-22")),
        [("unknown", "employee", "E-22", "E-2")],
    ),
    "a statement that was never issued": (
        told(StatementDisputed(statement="2026-01/E-1", claim="x"), "2026-02-01"),
        [("unknown", "statement", "2026-01/E-1", None)],
    ),
    "an annulment of nothing": (
        told(EventAnnulled(event=NOBODY, annulled_type="deal.won", reason="x"), "2026-02-01"),
        [("annuls-nothing", "deal.won", NOBODY, None)],
    ),
    "a call of an unknown party": (
        told(CALL, "2026-02-01", performed_by="E-1"), [("no-client", "call", None, None)],
    ),
    "an inquiry of an unknown party": (
        told(InquiryReceived(channel="web", inquiry="Q-1"), "2026-02-01"),
        [("no-client", "inquiry", "Q-1", None)],
    ),
    "a win for another client": (
        told(WON, "2026-02-02", client="C-2"),
        [("unknown", "client", "C-2", "C-1"), ("two-clients", "deal", "D-1", "C-2")],
    ),
    "a call before the hiring": (
        of(CALL, "2025-12-31"), [("not-employed", "act", "E-1", None)],
    ),
    "a client before the hiring": (
        of(CuratorAssigned(employee="E-2"), "2025-12-31"),
        [("not-employed", "act", "E-1", None), ("not-employed", "client", "C-1", None)],
    ),
}  # fmt: skip
