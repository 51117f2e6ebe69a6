"""A login with NOINHERIT appends as the writer and reads as the auditor, through one Ledger."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import ledger
from commands.decisions.handle import Context, handle
from commands.decisions.ownership import ownership
from commands.decisions.ownership.reassignment import assign
from ledger.database import Location
from ledger.errors import NotAllowed
from ledger.events.clients import ClientRegistered
from ledger.events.people import EmployeeHired
from ledger.moments import Moment
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
            admin.execute(grant.format(sql.Identifier(f"{location.schema}_{role}"), name))
        yield make_conninfo(location.dsn, user=f"{location.schema}_shy")
        admin.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.mark.parametrize("login", [("writer", "auditor"), ("owner",)], indirect=True)
def test_it_appends_reads_follows_and_decides(location: Location, login: str) -> None:
    with ledger.open(login, schema_name=location.schema) as api:
        assert api.append(HIRED).position == 1
        assert api.append_all([CLIENT])[0].position == 2
        assert [each.position for each in api.read()] == [1, 2]
        assert next(api.follow(after=1)).position == 2
        context = Context(by="E-1", at=Moment.parse("2026-01-02T00:00:00Z").at, key="assign")  # type: ignore[arg-type]
        handled = handle(api, ownership.model("C-1", "E-1"), context, assign("E-1", reason="new"))
        assert handled.receipts[0].position == 3
        assert len(list(api.read(as_of=handled.receipts[0].recorded_at))) == 3


@pytest.mark.parametrize("login", [("auditor",)], indirect=True)
def test_an_auditor_reads_and_does_not_append(location: Location, login: str) -> None:
    with ledger.open(location.dsn, schema_name=location.schema) as api:
        api.append(HIRED)
    with ledger.open(login, schema_name=location.schema) as api:
        assert [each.position for each in api.read()] == [1]
        with pytest.raises(NotAllowed):
            api.append(CLIENT)
