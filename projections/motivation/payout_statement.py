"""A payout statement: its content, and the bytes that it is written as.

Numbers are decimals in a statement that was just computed, and texts in one that was read back.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Generic, NamedTuple, NotRequired, TypedDict, TypeVar

import msgspec

from ledger.canonical import canonical
from ledger.errors import InvalidQuestion
from projections.motivation.rounding import plain
from projections.motivation.scheme import Kind

N = TypeVar("N", Decimal, str)
_OF_ALL = (
    "currency",
    "credit",
    "bonus",
    "days_employed",
    "process_share",
    "process_score",
    "result_score",
    "score",
    "factor",
    "gross",
)
_OF_ONE = ("kind", "weight", "target", "fact", "index")


class UnitDays(TypedDict):
    """How many days of the period somebody was in a unit."""

    unit: str | None
    days: int


class ReductionLine(TypedDict, Generic[N]):
    """What was taken off by a reduction that was confirmed."""

    reduction: str
    rule: str
    amount: N


class ComponentLine(TypedDict, Generic[N]):
    """A component of a scheme: figure, target and index.

    of, of_id: whose figure and target it is, where it is not the employee's own; left_out: why it
    does not count; not_counted: sums of other currencies.
    """

    metric: str
    kind: Kind
    weight: N
    direction: str
    floor: N
    cap: N
    target: N
    target_first: N
    target_of: str
    fact: N | None
    numerator: N | None
    denominator: N | None
    index: N | None
    of: NotRequired[str]
    of_id: NotRequired[str]
    left_out: NotRequired[str]
    not_counted: NotRequired[dict[str, N]]


class StatementContent(TypedDict, Generic[N]):
    """A whole statement. bonus: what a factor of 1 pays for the whole period, and by what."""

    statement: str
    employee: str
    position: str | None
    period: str
    first_day: str
    last_day: str
    zone: str
    as_of: int
    scheme: str
    scheme_version: int
    scheme_sha256: str
    credit: str
    currency: str
    days_employed: int
    days_of_period: int
    units: list[UnitDays]
    calendar: NotRequired[str]
    bonus: N
    bonus_by: str
    components: list[ComponentLine[N]]
    process_score: N | None
    process_share: N
    result_score: N | None
    score: N | None
    factor: N
    gross: N
    reductions: list[ReductionLine[N]]
    total: N
    remarks: list[str]


class Statement(NamedTuple):
    """One employee's statement; document: the canonical JSON that `content` is written as."""

    statement: str
    employee: str
    total: Decimal
    content: StatementContent[Decimal]
    document: str

    @property
    def sha256(self) -> str:
        """The digest of the document, in hexadecimal."""
        return hashlib.sha256(self.document.encode()).hexdigest()

    @property
    def written(self) -> StatementContent[str]:
        """The content as it is read back from the document, with numbers as texts."""
        return read_back(self.document)


def statement_of(content: StatementContent[Decimal]) -> Statement:
    """A statement of this content, with its document."""
    names = content["statement"], content["employee"], content["total"]
    return Statement(*names, content, canonical(_plain(content)).decode())


def read_back(document: str) -> StatementContent[str]:
    """The content of a document, with numbers as texts. Raises InvalidQuestion if it is not one."""
    try:
        return msgspec.json.decode(document, type=StatementContent[str])
    except (msgspec.DecodeError, RecursionError):
        raise InvalidQuestion(
            "a recorded statement has a document that this program did not write and cannot read; "
            "find it with `iledger replay --type payout_statement.issued`, and annul it"
        ) from None


def digest(statements: Sequence[Statement]) -> str:
    """What stands for all statements of a period: SHA-256 over their digests, a line each."""
    return hashlib.sha256("".join(f"{each.sha256}\n" for each in statements).encode()).hexdigest()


def _plain(value: object) -> object:
    """What a statement is written from: numbers with a point are texts, such as "0.5" or "1200"."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} has no place in a statement")


def differences(
    before: StatementContent[str] | None, after: StatementContent[str] | None
) -> Iterator[str]:
    """What differs between two statements as they are written, in the order of the computation."""
    if before is None or after is None:
        yield "no statement before" if before is None else "no statement any more"
        return
    old, new = ({_name(each): each for each in of["components"]} for of in (before, after))
    for metric in dict.fromkeys((*old, *new)):
        if metric not in old or metric not in new:
            one = old.get(metric) or new[metric]
            word = "added" if metric in new else "dropped"
            yield f"{metric} {word} (weight {one['weight']}, index {_shown(one['index'])})"
            continue
        yield from _changes(old[metric], new[metric], _OF_ONE, f"{metric} ")
    yield from _changes(before, after, _OF_ALL, "")
    if before["reductions"] != after["reductions"]:
        yield "reductions"


def _name(component: ComponentLine[str]) -> str:
    """The same as `scheme.Component.name`."""
    return "/".join(filter(None, (component["metric"], component.get("of"))))


def _changes(
    old: Mapping[str, object], new: Mapping[str, object], names: Sequence[str], of: str
) -> Iterator[str]:
    for name in names:
        if old[name] != new[name]:
            yield f"{of}{name.replace('_', ' ')} {_shown(old[name])} → {_shown(new[name])}"


def _shown(value: object) -> str:
    return "no data" if value is None else str(value)
