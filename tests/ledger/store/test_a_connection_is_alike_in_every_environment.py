"""What the environment or the DSN says of a client's encoding, zone and dates changes no answer."""

from contextlib import closing

import pytest

from ledger.api import Ledger
from ledger.database import Location, connect, twin
from ledger.events.clients import ClientRegistered
from projections.engine.catch_up import catch_up
from projections.engine.verify import verify
from projections.questions.clients.card import card
from projections.view import View
from tests.projections.stories import told

NAME = "ООО «Ромашка» Łódź 😀"
SHOWN = ("client_encoding", "TimeZone", "DateStyle")


@pytest.mark.parametrize("encoding", ["LATIN1", "WIN1251", "SQL_ASCII"])
@pytest.mark.parametrize("by", ["environment", "dsn"])
def test_names_are_read_as_they_were_recorded(
    location: Location, monkeypatch: pytest.MonkeyPatch, encoding: str, by: str
) -> None:
    there = location
    if by == "dsn":
        there = location._replace(dsn=f"{location.dsn} client_encoding={encoding}")
    else:
        monkeypatch.setenv("PGCLIENTENCODING", encoding)
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    monkeypatch.setenv("PGDATESTYLE", "German")
    with Ledger(there) as ledger:
        event = told(ClientRegistered(kind="company", name=NAME), "2026-02-01", client="C-1")
        ledger.append(event)
    with closing(connect(there, "owner")) as connection:
        catch_up(connection, there)
        shown = card(connection, View.now(1), "C-1")
        assert [line.value for line in shown.identity if line.name == "name"] == [NAME]
        assert not [each for each in verify(there).tables if each.surplus or each.missing]
        other = twin(connection)
        assert other is not None
        for each in (connection, other):
            found = [each.execute(f"SHOW {name}").fetchone() for name in SHOWN]
            assert [str(value).split(",")[0] for (value,) in found] == ["UTF8", "UTC", "ISO"]
        other.close()
