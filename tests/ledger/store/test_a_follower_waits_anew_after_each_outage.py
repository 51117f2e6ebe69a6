"""The patience of who follows a ledger is for one outage; one that is over uses none of it up."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ledger import log
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Row
from ledger.errors import ServerUnavailable
from tests.ledger.store.samples import call

PATIENCE = 0.5


def _failing(monkeypatch: pytest.MonkeyPatch, *outages: Any) -> None:
    """Let `log.follow` fail in these ways, one after the other, and then do its work."""
    turns, real = iter(outages), log.follow

    def follow(*given: Any, **more: Any) -> Iterator[Row]:
        yield from next(turns, real)(*given, **more)

    monkeypatch.setattr(log, "follow", follow)


def _refused(*_: Any, **__: Any) -> Iterator[Row]:
    raise ServerUnavailable("it cannot listen")
    yield


def _lost_while_waiting(*_: Any, stopped: Any, **__: Any) -> Iterator[Row]:
    stopped()
    time.sleep(2 * PATIENCE)
    raise ServerUnavailable("the connection is lost")
    yield


def test_an_outage_long_over_uses_up_no_patience(
    location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, _refused, _lost_while_waiting, _refused)
    with Ledger(location) as opened:
        opened.append(call("a"))
        assert next(opened.follow(patience=PATIENCE)).position == 1


def test_an_outage_without_end_is_reported(
    location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, *(_refused for _ in range(100)))
    with Ledger(location) as opened, pytest.raises(ServerUnavailable):
        next(opened.follow(patience=PATIENCE))
