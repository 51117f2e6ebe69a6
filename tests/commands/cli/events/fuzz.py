"""Lines that are nearly events: what intake accepts of them comes back unchanged and stops nothing.

    python -m tests.commands.cli.events.fuzz [LINES] [SEED]

builds a ledger of its own and takes one line after the other; `make fuzz` takes a million. The seed
is printed; the same seed gives the same lines.
"""

import io
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec

from commands.cli import main
from ledger import codec, embedded, schema
from ledger.database import Location
from ledger.envelope import Encoded
from ledger.errors import InvalidEvent
from ledger.intake import Intake
from ledger.store import Store
from tests.commands.cli.every_command import calls
from tests.ledger.events import extremes

BATCH, ROUND = 1_000, 50_000  # lines; each round has a ledger of its own and the next seed
CALLS = 60  # beside one of every command
DEFECT = 70


def lines(chance: random.Random, count: int) -> Iterator[bytes]:
    """So many lines: examples of every type, each changed in one to three places."""
    examples = extremes.examples()
    for number in range(count):
        event = deepcopy(chance.choice(examples)) | {"key": str(number)}
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            _change(chance, event, chance.choice(examples))
        line = msgspec.json.encode(event)
        yield _spoilt(chance, line) if chance.random() < 0.05 else line


def _change(chance: random.Random, event: dict[str, Any], other: dict[str, Any]) -> None:
    """Change one field, chosen by chance, in one of several ways."""
    path = chance.choice([each for each in extremes.paths(event) if each != ("key",)])
    holder, name = extremes.at(event, path[:-1]), path[-1]
    ways = [
        lambda: chance.choice(extremes.VALUES),
        lambda: chance.choice((-1, 1)) * int(10 ** chance.uniform(0, 20)),
        lambda: f"{10 ** chance.uniform(-8, 28):.{chance.randint(0, 8)}f}",
        lambda: (
            f"{chance.randint(1890, 2026):04}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        ),
        lambda: chance.choice(("A-1", "A-2", "C-104", "E-7")),
        lambda: [holder[name]] * chance.randint(0, 5),
        lambda: other.get("data", {}).get(name, other.get(str(name))),
    ]
    if chance.random() < 0.1:
        del holder[name]
    else:
        holder[name] = chance.choice(ways)()


def _spoilt(chance: random.Random, line: bytes) -> bytes:
    """The line cut short, with another byte in it, or with a name given twice."""
    at = chance.randrange(len(line))
    return chance.choice(
        (
            line[:at],
            line[:at] + bytes([chance.randrange(256)]) + line[at + 1 :],
            b'{"type":"call.logged",' + line[1:],
        )
    )


def taken(line: bytes) -> Encoded | None:
    """The line as it is recorded, or None if it is refused; it must come back as it was sent."""
    try:
        encoded = codec.encode_json(line)
    except InvalidEvent:
        return None
    except Exception as error:
        raise AssertionError(f"{error!r} for {line!r}") from error
    sent, recorded = msgspec.json.decode(line), msgspec.json.decode(encoded.body)
    changed = [
        name
        for name in sent
        if name != "version" and not extremes.came_back(sent[name], recorded.get(name))
    ]
    assert not changed, f"{changed} came back changed: {line!r} as {encoded.body!r}"
    return encoded


def registers(event: Encoded) -> str | None:
    """The source that an event takes from all other logins, ours included."""
    if event.type != "producer.registered":
        return None
    return str(msgspec.json.decode(event.body)["data"]["source"])


def append(location: Location, events: list[Encoded]) -> int:
    """Record the events in batches; how many were new."""
    recorded, own = 0, {each.source for each in events}
    bodies = [each.body for each in events if registers(each) not in own]
    with Store(location) as store:
        for start in range(0, len(bodies), BATCH):
            lines = b"\n".join(bodies[start : start + BATCH])
            for batch in Intake(store, io.BytesIO(lines)):
                outcomes = [each.outcome for each in batch.verdicts if each.outcome]
                recorded += sum(each.outcome == "recorded" for each in outcomes)
    return recorded


def fails(words: list[str]) -> str | None:
    """What a command says that fails with the code of a defect; None if it does not."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main.run(words)
    if code != DEFECT:
        return None
    err.seek(0)
    return f"{' '.join(words)}: {err.read()}"


def asked(chance: random.Random, more: int) -> list[list[str]]:
    """Every command once, and so many more calls with other options."""
    alone, others = (
        [words for words, plain in calls() if plain is wanted] for wanted in (True, False)
    )
    return [*alone, *chance.sample(others, min(more, len(others)))]


def fuzz(location: Location, seed: int, count: int, more: int) -> tuple[int, int]:
    """Take so many lines and ask every command; how many were recorded, and how many calls made.

    Raises AssertionError with the line or the call that something is wrong with.
    """
    chance = random.Random(seed)
    recorded, held = 0, []
    for line in lines(chance, count):
        if encoded := taken(line):
            held.append(encoded)
        if len(held) == BATCH * 10:
            recorded += append(location, held)
            held.clear()
    recorded += append(location, held)
    wanted = asked(chance, more)
    failed = [said for words in wanted if (said := fails(words))]
    assert not failed, f"seed {seed}: {failed[:5]}"
    return recorded, len(wanted)


def new_seed() -> int:
    """A seed that nobody chose."""
    return random.SystemRandom().randrange(2**32)


def run() -> None:
    """Fuzz on the command line."""
    given = [int(each) for each in sys.argv[1:]]
    count, seed = given[0] if given else 20_000, given[1] if given[1:] else new_seed()
    sys.stdout.write(f"{count:,} lines, seed {seed}\n")
    recorded = made = 0
    with tempfile.TemporaryDirectory() as name, chdir(name):
        folder = Path(name) / "ledger"
        os.environ["ILEDGER_DSN"] = dsn = embedded.ensure_running(folder)
        for number, start in enumerate(range(0, count, ROUND)):
            os.environ["ILEDGER_SCHEMA"] = f"fuzz{number}"
            location = Location(dsn=dsn, schema=f"fuzz{number}")
            schema.init(location, "Europe/Moscow")
            new, asked_now = fuzz(location, seed + number, min(ROUND, count - start), CALLS)
            recorded, made = recorded + new, made + asked_now
            sys.stdout.write(f"recorded {recorded:,}; {made:,} calls, none ended with {DEFECT}\n")
            sys.stdout.flush()
        embedded.stop(folder)


if __name__ == "__main__":
    run()
