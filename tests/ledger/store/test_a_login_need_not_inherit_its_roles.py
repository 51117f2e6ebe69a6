"""A login with NOINHERIT appends as the writer and reads as the auditor, through one Ledger."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import ledger
from commands.decisions.handle import Context, Memory, handle
from commands.decisions.ownership import ownership
from commands.decisions.ownership.reassignment import assign
from commands.decisions.ownership.reservation import record_approach
from ledger.database import Location
from ledger.errors import ClientTaken, NotAllowed
from ledger.events.clients import ClientRegistered
from ledger.events.people import EmployeeHired
from ledger.events.sales import OfferSent
from ledger.moments import Moment
from tests.ledger.schema.logins import role_of
from tests.projections.stories import told

HIRED = told(EmployeeHired(employee="E-1", name="Anna"), "2026-01-01")
CLIENT = told(ClientRegistered(kind="company", name="Oak"), "2026-01-01", client="C-1")


@pytest.fixture
def login(location: Location, request: pytest.FixtureRequest) -> Iterator[str]:
    """The DSN of a login that is a member of these roles and inherits none of them."""
    name = sql.Identifier(f"{location.schema}_shy")
    with psycopg.connect(location.dsn or "", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(name))
        for role in request.param:
            grant = sql.SQL("GRANT {} TO {}")
            admin.execute(grant.format(sql.Identifier(role_of(location, role)), name))
        yield make_conninfo(location.dsn, user=f"{location.schema}_shy")
        admin.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.mark.parametrize("login", [("writer", "auditor"), ("owner",)], indirect=True)
def test_it_appends_reads_follows_and_decides(location: Location, login: str) -> None:
    with ledger.open(login, schema_name=location.schema) as api:
        assert api.append(HIRED).position == 1
        assert api.append_all([CLIENT])[0].position == 2
        assert [each.position for each in api.read()] == [1, 2]
        assert next(api.follow(after=1)).position == 2
        context = Context(by="E-9", at=Moment.parse("2026-01-02T00:00:00Z").at, key="assign")  # type: ignore[arg-type]
        handled = handle(api, ownership.model("C-1", "E-1"), context, assign("E-1", reason="new"))
        assert handled.receipts[0].position == 3
        assert len(list(api.read(as_of=handled.receipts[0].recorded_at))) == 3


@pytest.mark.parametrize("login", [("writer", "auditor")], indirect=True)
def test_what_it_remembers_wrongly_is_read_again(location: Location, login: str) -> None:
    with ledger.open(login, schema_name=location.schema) as api:
        memory = Memory()
        for seller in ("E-1", "E-2"):
            hired = EmployeeHired(employee=seller, name="Anna")
            api.append(told(hired, "2026-01-01"))
        for n, (seller, client) in enumerate([("E-1", "C-1"), ("E-1", "C-2"), ("E-2", "C-3")]):
            record_approach(api, _offer(n, seller, client), memory)
        with pytest.raises(ClientTaken):
            record_approach(api, _offer(3, "E-2", "C-1"), memory)
        assert [each.type for each in api.read(client="C-1")][-1] == "approach.blocked"


def _offer(n: int, seller: str, client: str) -> ledger.Event:
    at = Moment.exactly(datetime.now(UTC))
    return ledger.Event(
        data=OfferSent(offer=f"O-{n}"), source="crm", key=f"{n}", recorded_by="crm",
        occurred_at=at, client=client, performed_by=seller,
    )  # fmt: skip


@pytest.mark.parametrize("login", [("auditor",)], indirect=True)
def test_an_auditor_reads_and_does_not_append(location: Location, login: str) -> None:
    with ledger.open(location.dsn, schema_name=location.schema) as api:
        api.append(HIRED)
    with ledger.open(login, schema_name=location.schema) as api:
        assert [each.position for each in api.read()] == [1]
        with pytest.raises(NotAllowed):
            api.append(CLIENT)
