"""One writer of the order torture: appends for ever, stalls at random, notes what was acknowledged.

    python -m tests.ledger.store.order_torture FOLDER SCHEMA NAME NOTES [busy]

A busy one never stalls, so that there is always somebody waiting for the turn.

Run by test_positions_are_dense_and_in_commit_order_whatever_crashes.py, which kills it.
"""

import random
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TextIO

import psycopg

from ledger import log
from ledger.database import Connection, Location, connect
from ledger.errors import LedgerError
from tests.ledger.store.samples import encoded


def main(folder: str, schema: str, name: str, notes: str, busy: str = "") -> None:
    location = Location(folder=Path(folder), schema=schema)
    chance, number = random.Random(name), 0
    with Path(notes).open("a") as noted:
        while True:
            with (
                suppress(LedgerError, psycopg.Error),
                closing(connect(location, "writer")) as opened,
            ):
                while True:
                    number += 1
                    (append_one if busy else append_some)(opened, chance, f"{name}-{number}", noted)


def append_one(connection: Connection, _: random.Random, key: str, noted: TextIO) -> None:
    (outcome,) = log.append(connection, [encoded(key, client=None)])
    noted.write(f"{outcome.position} {key}\n")
    noted.flush()


def append_some(connection: Connection, chance: random.Random, key: str, noted: TextIO) -> None:
    keys = [f"{key}-{n}" for n in range(chance.choice((1, 1, 1, 3, 40)))]
    tags = ("employee:E-1",) if chance.random() < 0.5 else ()
    batch = [encoded(each, client=None, tags=tags) for each in keys]
    time.sleep(chance.choice((0, 0, 0.001, 0.01)))
    if chance.random() < 0.3:
        with connection.transaction(force_rollback=chance.random() < 0.2) as transaction:
            outcomes = log.append(connection, batch)
            time.sleep(chance.choice((0, 0.002, 0.03)))
        if transaction.force_rollback:
            return
    else:
        outcomes = log.append(connection, batch)
    # One write: what is noted was acknowledged, and a kill leaves at most a line cut short.
    noted.write("".join(f"{o.position} {each}\n" for o, each in zip(outcomes, keys, strict=True)))
    noted.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
