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

import msgspec
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import IntegrityError
from eventsourcing.postgres import PostgresDatastore

from benchmarks import stock
from benchmarks.sides import Line
from commands.decisions.handle import Memory
from commands.decisions.ownership.reservation import record_approach
from ledger import schema
from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.envelope import Event
from ledger.errors import ClientTaken
from ledger.events.people import EmployeeHired
from ledger.events.sales import OfferSent
from ledger.log import EVERYTHING, read

SIDES = 8
ROUNDS = 3
OFFERED, RESERVED, BLOCKED = "offer.sent", "client.reserved", "approach.blocked"
# Its statements name no schema.
PLACE = "public"


class Share(NamedTuple):
    """One process's share: its side, and the pairs that it and a rival fight for, every fourth."""

    location: Location
    side: int
    pairs: range

    def clients(self) -> range:
        return self.pairs[self.side // 2 :: SIDES // 2]


def measure(location: Location, pairs: int) -> Iterator[Line]:
    """Yield the lines about decisions; raises AssertionError if any client has two owners."""
    schema.init(location)
    _hire(location)
    recorder = _stock_recorder(location)
    recorder.create_table()
    recorder.datastore.close()
    rates = _in_turns(location, pairs)
    _check(location, pairs)
    yield Line(
        f"reserve: {pairs:,} pairs of first offers at once, {SIDES} processes",
        "decisions/s",
        rates["ours"],
        peer=rates["stock"],
        peer_is="the stock DCB recorder",
        goal="≥ 500 and ≥ 2",
    )


def race(location: Location, pairs: int) -> float:
    """Let SIDES processes make all offers; decisions a second. Checks that each client has one."""
    _hire(location)
    rate = 2 * pairs / _timed(_offer_all, location, range(pairs))
    _check(location, pairs)
    return rate


def _in_turns(location: Location, pairs: int) -> dict[str, float]:
    """Decisions a second, of our side and of the stock one, which makes a quarter of them."""
    works: dict[str, tuple[Callable[[Any], None], int]] = {
        "ours": (_offer_all, pairs),
        "stock": (_offer_all_stock, max(pairs // 4, ROUNDS)),
    }
    spent = dict.fromkeys(works, 0.0)
    for number in range(ROUNDS):
        for name, (work, count) in works.items():
            share = range(number * count // ROUNDS, (number + 1) * count // ROUNDS)
            spent[name] += _timed(work, location, share)
    return {name: 2 * works[name][1] / spent[name] for name in works}


def _check(location: Location, pairs: int) -> None:
    """Each client has one owner, and each loser is on record."""
    with closing(connect(location, "owner")) as connection:
        rows = read(connection, EVERYTHING)
        told = Counter((row.type, msgspec.json.decode(row.body).get("client")) for row in rows)
    for kind in (OFFERED, RESERVED, BLOCKED):
        assert all(told[kind, f"C-{number}"] == 1 for number in range(pairs)), (kind, told)


def _timed(work: Callable[[Any], None], location: Location, pairs: range) -> float:
    """How many seconds SIDES processes take to fight for these pairs."""
    context = get_context("spawn")
    with context.Manager() as manager, context.Pool(SIDES) as pool:
        start = manager.Barrier(SIDES + 1)
        shares = [(Share(location, side, pairs), start) for side in range(SIDES)]
        running = pool.map_async(work, shares, chunksize=1)
        start.wait(120)
        began = time.perf_counter()
        running.get()
        return time.perf_counter() - began


def _offer_all(given: tuple[Share, Any]) -> None:
    share, start = given
    memory = Memory()
    with Ledger(share.location) as ledger:
        own = f"W-{share.pairs.start}-{share.side}"
        record_approach(ledger, _offer(share.side, own), memory)
        start.wait(120)
        for client in share.clients():
            try:
                record_approach(ledger, _offer(share.side, f"C-{client}"), memory)
            except ClientTaken:
                continue


def _offer(side: int, client: str) -> Event:
    return Event(
        data=OfferSent(offer=f"O-{side}-{client}"),
        source="crm",
        key=f"{side}-{client}",
        recorded_by="crm",
        occurred_at=datetime.now(UTC),
        client=client,
        performed_by=f"E-{side}",
    )


def _hire(location: Location) -> None:
    with Ledger(location) as ledger:
        ledger.append_all([_hired(f"E-{side}") for side in range(SIDES)])


def _hired(employee: str) -> Event:
    return Event(
        data=EmployeeHired(employee=employee, name="Анна", unit="north"),
        source="hr",
        key=employee,
        recorded_by="hr",
        occurred_at="2026-01-01",
    )


def _stock_recorder(location: Location) -> PostgresDCBRecorderTT:
    return PostgresDCBRecorderTT(
        PostgresDatastore(**stock.place(location.conninfo()), schema=PLACE)
    )


def _offer_all_stock(given: tuple[Share, Any]) -> None:
    share, start = given
    recorder = _stock_recorder(share.location)
    _stock_offer(recorder, share.side, f"W-{share.pairs.start}-{share.side}")
    start.wait(120)
    for client in share.clients():
        _stock_offer(recorder, share.side, f"C-{client}")
    recorder.datastore.close()


def _stock_offer(recorder: PostgresDCBRecorderTT, side: int, client: str) -> None:
    """The same decision as the library lets it be written: read by tag, append on condition."""
    tag = f"client:{client}"
    query = DCBQuery(items=[DCBQueryItem(types=[RESERVED], tags=[tag])])
    data = f'{{"employee":"E-{side}","client":"{client}"}}'.encode()
    while True:
        found = recorder.read(query)
        taken = list(found)
        kinds = [BLOCKED] if taken else [OFFERED, RESERVED]
        events = [DCBEvent(type=kind, data=data, tags=[tag]) for kind in kinds]
        try:
            recorder.append(events, DCBAppendCondition(query, after=found.head))
        except IntegrityError:
            continue
        return
