"""Deciding: first offers to the same clients at the same instant, from separate processes.

Two processes fight for every client: one reserves it, the other is refused and put on record.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any, NamedTuple

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import IntegrityError
from eventsourcing.postgres import PostgresDatastore

from benchmarks import stock
from benchmarks.sides import Line
from commands.handle import Memory
from commands.reservation import record_approach
from ledger import schema
from ledger.book import Ledger
from ledger.database import Target, connect
from ledger.envelope import Event
from ledger.errors import ClientTaken
from ledger.events.offer import OfferSent
from ledger.events.people import EmployeeHired
from ledger.log import EVERYTHING, read

SIDES = 8
# Its statements name no schema.
PLACE = "public"


class Share(NamedTuple):
    """One process's share: its side, and the first and last pair that it and a rival fight for."""

    target: Target
    side: int
    pairs: int

    def clients(self) -> range:
        return range(self.side // 2, self.pairs, SIDES // 2)


def measure(target: Target, pairs: int) -> Iterator[Line]:
    """Yield the line about decisions; raises AssertionError if any client has two owners."""
    schema.init(target)
    rate = race(target, pairs)
    yield Line(
        f"reserve: {pairs:,} pairs of first offers at once, {SIDES} processes", "decisions/s",
        rate, peer=_stock_race(target, max(pairs // 10, 10)),
        peer_is="the stock DCB recorder", goal="≥ 500 and ≥ 2",
    )  # fmt: skip


def race(target: Target, pairs: int) -> float:
    """Let SIDES processes make all offers; decisions a second. Checks that each client has one."""
    with Ledger(target) as ledger:
        ledger.append_all([_hired(f"E-{side}") for side in range(SIDES)])
    rate = _timed(_offer_all, target, pairs)
    with closing(connect(target, "owner")) as connection:
        rows = [(row.type, row.body) for row in read(connection, EVERYTHING)]
    counted = Counter(kind for kind, _ in rows)
    clients = pairs + SIDES  # every process has begun with a client of its own
    assert counted["client.reserved"] == counted["offer.sent"] == clients, counted
    assert counted["approach.blocked"] == pairs, counted
    return rate


def _timed(work: Callable[[Any], None], target: Target, pairs: int) -> float:
    context = get_context("spawn")
    with context.Manager() as manager, context.Pool(SIDES) as pool:
        start = manager.Barrier(SIDES + 1)
        shares = [(Share(target, side, pairs), start) for side in range(SIDES)]
        running = pool.map_async(work, shares, chunksize=1)
        start.wait(120)
        began = time.perf_counter()
        running.get()
        return 2 * pairs / (time.perf_counter() - began)


def _offer_all(given: tuple[Share, Any]) -> None:
    share, start = given
    memory = Memory()
    with Ledger(share.target) as ledger:
        record_approach(ledger, _offer(share.side, f"W-{share.side}"), memory)
        start.wait(120)
        for client in share.clients():
            try:
                offer = _offer(share.side, f"C-{client}")
                record_approach(ledger, offer, memory, first=True)
            except ClientTaken:
                continue


def _offer(side: int, client: str) -> Event:
    return Event(
        data=OfferSent(offer=f"O-{side}-{client}"), source="crm", key=f"{side}-{client}",
        recorded_by="crm", occurred_at=datetime.now(UTC), client=client, performed_by=f"E-{side}",
    )  # fmt: skip


def _hired(employee: str) -> Event:
    return Event(
        data=EmployeeHired(employee=employee, name="Анна", unit="north"), source="hr",
        key=employee, recorded_by="hr", occurred_at="2026-01-01",
    )  # fmt: skip


def _stock_race(target: Target, pairs: int) -> float:
    recorder = _stock_recorder(target)
    recorder.create_table()
    recorder.datastore.close()
    return _timed(_offer_all_stock, target, pairs)


def _stock_recorder(target: Target) -> PostgresDCBRecorderTT:
    return PostgresDCBRecorderTT(PostgresDatastore(**stock.place(target.conninfo()), schema=PLACE))


def _offer_all_stock(given: tuple[Share, Any]) -> None:
    share, start = given
    recorder = _stock_recorder(share.target)
    _stock_offer(recorder, share.side, f"W-{share.side}")
    start.wait(120)
    for client in share.clients():
        _stock_offer(recorder, share.side, f"C-{client}")
    recorder.datastore.close()


def _stock_offer(recorder: PostgresDCBRecorderTT, side: int, client: str) -> None:
    """The same decision as the library lets it be written: read by tag, append on condition."""
    tag = f"client:{client}"
    query = DCBQuery(items=[DCBQueryItem(types=["client.reserved"], tags=[tag])])
    data = f'{{"employee":"E-{side}","client":"{client}"}}'.encode()
    while True:
        found = recorder.read(query)
        taken = list(found)
        kinds = ["approach.blocked"] if taken else ["offer.sent", "client.reserved"]
        events = [DCBEvent(type=kind, data=data, tags=[tag]) for kind in kinds]
        try:
            recorder.append(events, DCBAppendCondition(query, after=found.head))
        except IntegrityError:
            continue
        return
