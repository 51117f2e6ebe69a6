"""For every deciding command a request, what happens after it, and another request."""

from typing import Any, NamedTuple

from tests.commands.cli.conftest import event

Command = tuple[str, ...]
PERIOD = "2026-09"


class Made(NamedTuple):
    """A request.

    - command, asked: its names and its arguments; other: arguments of another one
    - first: what is to be done before; then: what happens after it, to its undoing if possible
    - settled: whether it needs a September of work and a scheme
    """

    command: str
    asked: Command
    other: Command
    first: tuple[Command, ...] = ()
    then: tuple[Command, ...] = ()
    settled: bool = False


def line(*words: str) -> Command:
    return tuple(word for text in words for word in text.split())


def _fact(key: str, type_: str, client: str | None, **data: Any) -> dict[str, Any]:
    return event(0, type=type_, key=key, client=client, occurred_at="2026-01-01", data=data)


BASE = [
    _fact("unit", "org_unit.defined", None, unit="U-1", name="Юг", kind="branch"),
    *(
        _fact(f"hired {n}", "employee.hired", None, employee=f"S-{n}", name="Анна", unit="U-1")
        for n in (1, 2, 3, 9)
    ),
    *(
        _fact(f"client {n}", "client.registered", f"C-{n}", kind="company", name=f"Ёлка {n}")
        for n in range(1, 6)
    ),
    _fact("owner 1", "curator.assigned", "C-1", employee="S-1"),
    _fact("owner 4", "curator.assigned", "C-4", employee="S-1"),
    _fact("left", "client.reserved", "C-5", employee="S-1", expires_at="2026-01-02T00:00:00Z"),
]
CONFIRMED = (
    "transfer apply",
    "transfer reverse",
    "reservation expire",
    "norm record",
)
_REASSIGN = line("client reassign C-1 --reason workload --to")
_LATER = line("client reassign C-1 --to S-2 --reason workload --effective 2150-01-01")
_LEAVING = line("employee depart S-1 --effective 2150-01-01")
_RELEASE = line("client release C-1 --reason pool")
_PACK = line("handover pack C-1 --to S-1 --issue")
_LINK = line("access login link iledger --employee S-9")
_TARGET = line("target set --metric deals_won --period 2026-12 --id T --value")
_NORM = line("norm define CALLS --metric interactions.call --at-least")
_ROLE = line("access role grant S-1 supervisor --scope U-1")
_CONFLICT = line("client conflict report C-1 --employee S-1")
_DISPUTE = line("dispute open C-1 --claimant S-2 --respondent S-1 --claim mine --id D-1")
_SETTLE = line("dispute resolve D-1 --grounds seen --decision")
_TEAM = line("client team add C-1 --employee S-2 --role sales")
_MERGE = line("client merge C-2 C-3 --evidence same")
_PLAN = line("transfer plan S-1 --rule one --to S-2 --batch B-1 --out plan.json")
_OTHER = (*_PLAN[:-3], "B-2", "--out", "other.json")
_SKIPPED = line("client reassign C-4 --to S-3 --reason workload")
_APPLY = line("transfer apply plan.json")
_TURN = line("transfer reverse B-1 --reason wrong")
_SCHEME = line("bonus scheme publish sales.toml")
_PROPOSE = line(f"bonus reduction propose --period {PERIOD} --scheme sales")
_DECIDE = line("bonus reduction decide")
_WAIVE: tuple[Command, ...] = tuple(
    (*_DECIDE, f"{PERIOD}/E-{n}/overdue task", "--waive", "--reason", "no") for n in (1, 2, 3, 4)
)
_CLOSE = line(f"bonus period close {PERIOD} --scheme sales --allow-late-scheme agreed")
_CLOSED = (_SCHEME, _PROPOSE, *_WAIVE, _CLOSE)
_CORRECT = line(f"bonus statement correct {PERIOD}/E-2 --reason late --delta")


def made(command: str, asked: str, other: str, *rest: Any, **more: Any) -> Made:
    return Made(command, line(asked), line(other), *rest, **more)


REQUESTS = [
    made("client reserve", "C-2 --for S-1", "C-3 --for S-1", (),
         (line("client release C-2 --reason pool"), line("client assign C-2 --to S-3"))),
    made("client assign", "C-2 --to S-1", "C-2 --to S-2", (),
         (line("client reassign C-2 --to S-3 --reason workload"),)),
    made("client reassign", "C-1 --reason workload --to S-2", "C-1 --reason workload --to S-9", (),
         ((*_REASSIGN, "S-3"), line("employee depart S-2"))),
    made("client release", "C-1 --reason pool", "C-1 --reason other", (),
         (line("client assign C-1 --to S-3"),)),
    made("client cancel", "C-1 --reason stays", "C-1 --reason mistake", (_LATER,),
         ((*_LATER, "--remark", "again"),)),
    made("client bar", "C-2 --employee S-1 --reason quarrel", "C-2 --employee S-3 --reason quarrel",
         (), (line("employee depart S-1"),)),
    made("client merge", "C-2 C-3 --evidence same", "C-2 C-4 --evidence same", (),
         (line("client unmerge C-2 C-3 --reason wrong"),)),
    made("client unmerge", "C-2 C-3 --reason wrong", "C-2 C-3 --reason other", (_MERGE,),
         (line("client merge C-4 C-3 --evidence same"),)),
    made("client team add", "C-1 --employee S-2 --role sales", "C-1 --employee S-3 --role sales",
         (), (line("client team remove C-1 --employee S-2"),)),
    made("client team remove", "C-1 --employee S-2", "C-1 --employee S-2 --reason why", (_TEAM,),
         (_TEAM, line("client merge C-2 C-1 --evidence same"))),
    made("client conflict report", "C-1 --employee S-1", "C-1 --employee S-1 --severity high", (),
         (line("client conflict resolve C-1 --employee S-1 --outcome reconciled"),)),
    made("client conflict resolve", "C-1 --employee S-1 --outcome reconciled",
         "C-1 --employee S-1 --outcome unfounded", (_CONFLICT,),
         ((*_CONFLICT, "--severity", "low"),)),
    made("dispute open", "C-1 --claimant S-2 --respondent S-1 --claim mine",
         "C-1 --claimant S-2 --respondent S-1 --claim yours", (), (line("employee depart S-2"),)),
    made("dispute resolve", "D-1 --grounds seen --decision claimant",
         "D-1 --grounds seen --decision neither", (_DISPUTE,), (line("employee depart S-2"),)),
    made("reservation expire", "", "--employee S-2", (),
         (line("client reserve C-5 --for S-2"),)),
    made("reservation policy publish", "--days 90", "--days 80", (),
         (line("reservation policy publish --days 30"),)),
    made("transfer apply", "plan.json", "other.json", (_PLAN, _OTHER, _SKIPPED), (_TURN,)),
    made("transfer reverse", "B-1 --reason wrong", "B-1 --reason other", (_PLAN, _APPLY, _SKIPPED),
         (line("client assign C-2 --to S-3"),)),
    made("handover accept", "C-1 --by S-1", "C-1 --by S-1 --remark read", (_PACK,),
         ((*_REASSIGN, "S-3"),)),
    made("employee depart", "S-1", "S-2", (), (line("employee depart S-2"),)),
    made("employee cancel", "S-1 --reason stays", "S-1 --reason mistake", (_LEAVING,), (_LEAVING,)),
    made("employee absence", "S-1 --from 2026-07-01 --to 2026-07-14",
         "S-1 --from 2026-07-01 --to 2026-07-15", (), (line("employee depart S-1"),)),
    made("access role grant", "S-1 supervisor --scope U-1", "S-1 supervisor", (),
         (line("access role revoke S-1 supervisor --scope U-1"),)),
    made("access role revoke", "S-1 supervisor --scope U-1",
         "S-1 supervisor --scope U-1 --reason no", (_ROLE,), (line("employee depart S-1"),)),
    made("access login link", "iledger --employee S-9", "iledger --employee S-1", (),
         (line("access login unlink iledger"),)),
    made("access login unlink", "iledger", "iledger --reason left", (_LINK,), (_LINK,)),
    made("access producer register", "crm --login iledger",
         "crm --login iledger --type call.logged", (),
         (line("access producer register crm --login iledger --acts-for-others --replace"),)),
    made("access policy publish", "record", "record --remark trial", (),
         (line("access policy publish open"),)),
    made("target set", "--metric deals_won --period 2026-12 --value 5",
         "--metric deals_won --period 2026-12 --value 6", (),
         (line("target revise 2026-12/whole/deals_won --to 7 --reason more"),)),
    made("target revise", "T --to 7 --reason more", "T --to 8 --reason more", ((*_TARGET, "5"),),
         (line("target revise T --to 9 --reason more"),)),
    made("target explain", "T --cause drought", "T --cause flood", ((*_TARGET, "5"),),
         (line("target explain T --cause both"),)),
    made("norm define", "CALLS --metric interactions.call --at-least 8",
         "CALLS --metric interactions.call --at-least 9", (), ((*_NORM, "10"),)),
    made("norm record", "--period 2026-09", "--period 2026-08",
         ((*_NORM, "800", *line("--from 2026-01-01 --allow-late agreed")),), (), settled=True),
    made("bonus scheme publish", "sales.toml", "sales.toml --remark agreed", (),
         (line("bonus scheme publish second.toml"),), settled=True),
    made("bonus reduction propose", f"--period {PERIOD} --scheme sales",
         "--period 2026-08 --scheme sales", (_SCHEME,), (*_WAIVE, _CLOSE), settled=True),
    Made("bonus reduction decide", _WAIVE[0][3:], (*_WAIVE[0][3:-3], "--confirm", "--reason", "no"),
         (_SCHEME, _PROPOSE), (*_WAIVE[1:], _CLOSE), settled=True),
    made("bonus period close", f"{PERIOD} --scheme sales --allow-late-scheme agreed",
         f"{PERIOD} --scheme sales --allow-late-scheme other", _CLOSED[:-1], ((*_CORRECT, "5"),),
         settled=True),
    made("bonus statement correct", f"{PERIOD}/E-2 --reason late --delta 5",
         f"{PERIOD}/E-2 --reason late --delta 6", _CLOSED, ((*_CORRECT, "-10"),), settled=True),
    made("bonus statement dispute", f"{PERIOD}/E-2 --claim mine", f"{PERIOD}/E-2 --claim ours",
         _CLOSED, ((*_CORRECT, "5"),), settled=True),
]  # fmt: skip
