"""The golden file: one recorded event of every type at every version there ever was.

    python -m tests.events.golden

adds a line for every type whose current version has none. It never changes a line that is there:
what was recorded once is read for ever. Each line is JSON: the recorded body as text, and the leaf
that belongs to it if it was recorded at RECORDED_AT by LOGIN.
"""

import dataclasses
import hashlib
import sys
import types
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

import ledger
from ledger import catalogue, codec
from ledger.events import fields as kinds
from ledger.moments import Moment

FILE = Path(__file__).parent / "golden.jsonl"
RECORDED_AT = datetime(2026, 3, 1, 7, 0, 0, 123456, tzinfo=UTC)
LOGIN = "телефония"
AN_ID = "0d4a2c86-5f0e-4a8b-9d53-1a9c6f6c2b71"


def leaf(body: bytes, recorded_at: datetime = RECORDED_AT, login: str = LOGIN) -> str:
    """SHA-256 over zero, the microseconds since 2000 as eight bytes, the login, zero, the body."""
    moved = (recorded_at - datetime(2000, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    stamp = moved.to_bytes(8, "big", signed=True)
    return hashlib.sha256(b"\0" + stamp + login.encode() + b"\0" + body).hexdigest()


def lines() -> list[dict[str, str]]:
    return [msgspec.json.decode(line) for line in FILE.read_bytes().splitlines()]


def present() -> set[tuple[str, int]]:
    records = [msgspec.json.decode(line["body"]) for line in lines()]
    return {(record["type"], record["version"]) for record in records}


def missing() -> list[catalogue.EventType]:
    have = present() if FILE.exists() else set()
    return [
        found for found in catalogue.types().values() if (found.name, found.version) not in have
    ]


def sample(described: catalogue.EventType) -> ledger.Event:
    """An event of the type with every field filled in, always the same."""
    return ledger.Event(
        data=content(described.content),
        source="golden",
        key=described.name,
        client="C-104",
        performed_by="E-7",
        recorded_by="pbx-gateway",
        unit="sales-north",
        correlation=AN_ID,
        causation=AN_ID,
        performer_name="Анна",
        contact="P-1",
        channel="phone",
        import_batch="2026-03",
        visibility="partner",
        request=AN_ID,
        asked="ab" * 32,
        occurred_at=Moment.parse("2026-03-01T10:00:00+03:00"),
    )


# Fields that name another than their neighbour, which sampled values would not.
APART = {
    "ClientMerged": ("absorbed",),
    "ClientUnmerged": ("absorbed",),
    "OwnershipDisputeOpened": ("respondent",),
    "OrgUnitDefined": ("parent",),
    "AbsenceRecorded": ("substitute",),
}


def content(of: type[Any]) -> Any:
    hints = get_type_hints(of, include_extras=True)
    found = {field.name: value(hints[field.name]) for field in dataclasses.fields(of)}
    return of(**found | dict.fromkeys(APART.get(of.__name__, ()), "A-2"))


KNOWN: list[tuple[Any, Any]] = [
    (kinds.Digest, "ab" * 32),
    (kinds.EventId, AN_ID),
    (kinds.Currency, "RUB"),
    (kinds.Label, "Ромашка «Юг»"),
    (kinds.Text, "Первая строка\nвторая"),
    (kinds.Id, "A-1"),
    (kinds.Period, "2026-Q3"),
    (kinds.Zone, "Europe/Moscow"),
    (kinds.Shift, "09:00-18:00"),
    (kinds.Month, "2026-03"),
    (kinds.Scale, "0-10"),
]
PLAIN = {
    bool: True,
    int: 1,
    str: "A-1",
    Decimal: Decimal("0.5"),
    date: date(2026, 3, 1),
    datetime: RECORDED_AT,
}


def value(hint: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return value(inner[0])
    if origin is Literal:
        return inner[-1]
    if origin is tuple:
        return (value(inner[0]),)
    if hasattr(hint, "__metadata__"):
        for kind, known in KNOWN:
            own = kind.__metadata__
            if hint.__metadata__[: len(own)] == own:
                return known
        return value(inner[0])
    return PLAIN[hint] if hint in PLAIN else content(hint)


def main() -> None:
    with FILE.open("ab") as golden:
        for described in missing():
            body = codec.encode(sample(described)).body
            line = {"body": body.decode(), "leaf": leaf(body)}
            golden.write(msgspec.json.encode(line) + b"\n")
            sys.stdout.write(f"added {described.name}, version {described.version}\n")


if __name__ == "__main__":
    main()
