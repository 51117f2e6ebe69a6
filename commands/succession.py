"""Succession: who gets which of an employee's clients. A plan is proposed here, and is a file.

one            all to one successor
round-robin    to each successor in turn, in the order in which they are named
least-loaded   each to whoever has the fewest clients by then
same-unit      the same, among those of the employee's last unit and of the units below it
fact:FIELD     the same, among those who can deal with what the client's field says

Nobody is proposed for a client that he may not approach.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec

from ledger.errors import InvalidQuestion, Refused
from ledger.events.ownership import ReassignmentReason

RULES = ("one", "round-robin", "least-loaded", "same-unit")
FACT = "fact:"
_REMEDY = "Make a new one with `iledger transfer plan`"


class Owned(NamedTuple):
    """A client to be placed; value: of the field that the rule asks for; barred: employees."""

    client: str
    value: str | None = None
    barred: frozenset[str] = frozenset()


class Successor(NamedTuple):
    """Somebody who may get clients; clients: how many he has; skills: values of the field."""

    employee: str
    clients: int = 0
    skills: frozenset[str] = frozenset()


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client, to whom it shall pass, and why to him."""

    client: str
    to: str
    why: str


class Unplaced(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client for which the rule finds nobody, and why not."""

    client: str
    why: str


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a batch shall do. position: of the ledger, when the plan was made."""

    batch: str
    from_employee: str
    rule: str
    reason: str
    effective_at: datetime | None
    position: int
    moves: tuple[Move, ...]
    unplaced: tuple[Unplaced, ...]

    @property
    def successors(self) -> list[str]:
        """All who get clients, by id."""
        return sorted({move.to for move in self.moves})

    @property
    def sha256(self) -> str:
        """The digest of what the plan says, however its file is laid out."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    def named(self) -> "Plan":
        """The plan with a batch id that follows from all the rest of it."""
        blank = msgspec.structs.replace(self, batch="")
        return msgspec.structs.replace(self, batch=f"T-{blank.sha256[:12]}")


def check_rule(rule: str) -> str | None:
    """The field that a rule goes by, if any. Raises InvalidQuestion for a rule there is not."""
    if rule in RULES:
        return None
    field = rule.removeprefix(FACT).strip()
    if not rule.startswith(FACT) or not field:
        raise InvalidQuestion(
            f"there is no rule {rule!r}; take one of {', '.join(RULES)}, or fact:FIELD with a "
            "field of the clients, such as fact:segment"
        )
    return field


def place(
    clients: Iterable[Owned], successors: Sequence[Successor], rule: str, otherwise: str | None
) -> tuple[tuple[Move, ...], tuple[Unplaced, ...]]:
    """Find a successor for each client by a rule, or `otherwise`. Raises Refused if none is named.

    otherwise: one of the successors, who gets what the rule leaves.
    """
    field = check_rule(rule)
    if not successors:
        raise Refused("there is nobody to get the clients; name successors with --to")
    if rule == "one" and len(successors) > 1:
        raise Refused(f"the rule one takes one successor, not {len(successors)}")
    choose = _in_turn(successors) if rule in ("one", "round-robin") else _fewest(successors, field)
    moves, unplaced = [], []
    for each in clients:
        to, why = choose(each)
        if to is None and otherwise is not None and otherwise not in each.barred:
            to, why = otherwise, f"{why}; otherwise {otherwise}"
        if to is None:
            unplaced.append(Unplaced(each.client, why))
        else:
            moves.append(Move(each.client, to, why))
    return tuple(moves), tuple(unplaced)


Choose = Callable[[Owned], tuple[str | None, str]]
_ALL_BARRED = "none of the successors may approach this client"


def _in_turn(successors: Sequence[Successor]) -> Choose:
    waiting = [each.employee for each in successors]

    def choose(client: Owned) -> tuple[str | None, str]:
        for employee in waiting:
            if employee not in client.barred:
                waiting.remove(employee)
                waiting.append(employee)
                return employee, "next in turn" if len(waiting) > 1 else "the only successor"
        return None, _ALL_BARRED

    return choose


def _fewest(successors: Sequence[Successor], field: str | None) -> Choose:
    load = {each.employee: each.clients for each in successors}

    def choose(client: Owned) -> tuple[str | None, str]:
        matching = successors
        said = ""
        if field is not None:
            if client.value is None:
                return None, f"nothing is recorded of {field}"
            matching = [each for each in successors if client.value in each.skills]
            said = f"{field} is {client.value}; "
            if not matching:
                return None, f"{said}no successor can deal with that"
        allowed = [each.employee for each in matching if each.employee not in client.barred]
        if not allowed:
            return None, f"{said}{_ALL_BARRED}"
        employee = min(allowed, key=load.__getitem__)
        load[employee] += 1
        return employee, f"{said}fewest clients ({load[employee] - 1})"

    return choose


def write(plan: Plan, path: Path) -> None:
    """Write a plan into a new file. Raises InvalidQuestion if there is one of that name."""
    text = msgspec.json.format(msgspec.json.encode(plan, order="sorted"), indent=2)
    try:
        with path.open("xb") as file:
            file.write(text + b"\n")
    except FileExistsError:
        raise InvalidQuestion(
            f"{path} exists already, and a plan that has been applied is needed to go on with it; "
            "name another file"
        ) from None


def read(path: Path) -> Plan:
    """Read a plan from its file. Raises InvalidQuestion if it is none, or makes no sense."""
    try:
        plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidQuestion(f"{path} is no plan, or is damaged: {error}. {_REMEDY}") from None
    problem = _nonsense(plan)
    if problem:
        raise InvalidQuestion(f"{path}: {problem}. {_REMEDY}")
    return plan


def _nonsense(plan: Plan) -> str | None:
    seen: set[str] = set()
    for each in plan.moves:
        if each.client in seen:
            return f"client {each.client} stands in the plan twice"
        if each.to == plan.from_employee:
            return f"client {each.client} would pass from {each.to} to himself"
        seen.add(each.client)
    if not plan.batch or "/" in plan.batch:
        return f"{plan.batch!r} cannot name a batch"
    if plan.reason not in get_args(ReassignmentReason) or plan.reason == "batch_reversed":
        return f"there is no reason {plan.reason!r} for a transfer"
    if plan.effective_at is not None and plan.effective_at.tzinfo is None:
        return f"effective_at {plan.effective_at} has no time zone"
    return None
