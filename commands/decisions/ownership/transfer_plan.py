"""A transfer plan: which client passes to which employee, and why; a file that people can read.

The same ledger at the same position gives the same plan, byte for byte.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path

import msgspec

from ledger.canonical import canonical, refuse_duplicates
from ledger.errors import InvalidEvent, InvalidQuestion
from ledger.events.ownership import ReassignmentReason

_LARGEST = 256 << 20  # bytes: a million clients and more
_REMEDY = "Make a new one with `iledger transfer plan`"


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client, its successor, and why that one."""

    client: str
    to: str
    why: str


class Unplaced(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client for which the rule finds no successor, and why."""

    client: str
    why: str


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of a plan. position: of the ledger when the plan was made."""

    batch: str
    from_employee: str
    rule: str
    reason: ReassignmentReason
    effective_at: datetime | None
    position: int
    moves: tuple[Move, ...]
    unplaced: tuple[Unplaced, ...]

    @property
    def successors(self) -> list[str]:
        """The ids of all successors, sorted."""
        return sorted({move.to for move in self.moves})

    @property
    def sha256(self) -> str:
        """The digest of the plan's content, independent of the layout of its file."""
        return hashlib.sha256(canonical(self)).hexdigest()

    def named(self) -> "Plan":
        """The plan with a batch id derived from its content."""
        blank = msgspec.structs.replace(self, batch="")
        return msgspec.structs.replace(self, batch=f"T-{blank.sha256[:12]}")


def write(plan: Plan, path: Path) -> None:
    """Write a plan to a new file, readable by its owner alone.

    Raises InvalidQuestion if the file exists.
    """
    text = msgspec.json.format(canonical(plan), indent=2)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text + b"\n")
    except FileExistsError:
        raise InvalidQuestion(
            f"{path} exists already, and the plan in it may be needed to continue its batch; name "
            "another file"
        ) from None


def read(path: Path) -> Plan:
    """Read a plan from its file. Raises InvalidQuestion if it is malformed or inconsistent."""
    with path.open("rb") as file:
        text = file.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        raise InvalidQuestion(f"{path} is larger than any plan, {_LARGEST >> 20} MiB. {_REMEDY}")
    try:
        plan = msgspec.json.decode(text, type=Plan)
        refuse_duplicates(text, msgspec.json.decode(text))
    except (msgspec.MsgspecError, UnicodeDecodeError, InvalidEvent) as error:
        raise InvalidQuestion(f"{path} is not a valid plan: {error}. {_REMEDY}") from None
    problem = _nonsense(plan)
    if problem:
        raise InvalidQuestion(f"{path}: {problem}. {_REMEDY}")
    return plan


def _nonsense(plan: Plan) -> str | None:
    seen: set[str] = set()
    for each in plan.moves:
        if each.client in seen:
            return f"client {each.client} is in the plan twice"
        if each.to == plan.from_employee:
            return f"client {each.client} would pass from {each.to} to {each.to}"
        seen.add(each.client)
    if not plan.moves:
        return "the plan moves no client"
    if not plan.batch or "/" in plan.batch:
        return f"{plan.batch!r} cannot name a batch"
    if plan.reason == "batch_reversed":
        return "batch_reversed is not a reason for a transfer"
    if plan.effective_at is not None and plan.effective_at.tzinfo is None:
        return f"effective_at {plan.effective_at} has no time zone"
    return None
