"""Changes of owner: when E-07 leaves, after a conflict, and to balance the workload."""

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from commands.demo import story
from commands.demo.workdays import DAYS, MOSCOW, on_day
from commands.demo.world import Client, Spell, World

_NEWCOMERS = {"E-23": ("MSK", 3, 10), "E-24": ("KZN", 6, 23), "E-26": ("MSK", 10, 13)}
_REMARKS = {
    "departure": "Иванова М. С. уволилась 12.09.2025",
    "conflict": "Клиент просит другого менеджера",
    "workload": "Выравнивание нагрузки",
}


def transfers(world: World) -> None:
    """Record all changes of owner in the year. Every later generator depends on them."""
    _, (second, at), _ = story.SHOWN_OWNERS
    _pass(world, world.clients[story.SHOWN], second, at, "workload")
    conflict = world.clients[story.CONFLICT]
    _pass(world, conflict, story.CONFLICT_TO, story.CONFLICT_AT, "conflict")
    _balance(world)
    _depart(world)


def _pass(
    world: World,
    client: Client,
    to: str,
    at: datetime,
    reason: str,
    entered: datetime | None = None,
) -> None:
    owner = client.owned_by(at)
    manager = world.company.manager(owner, at)
    data = {"from_employee": owner, "to_employee": to, "reason": reason, "approved_by": manager}
    if reason == "departure":
        data["batch"] = story.BATCH
    if reason in _REMARKS:
        data["remark"] = _REMARKS[reason]
    world.journal.record(
        "client.reassigned", at, data, client=client.id, by=manager, entered=entered
    )
    client.owners.append(Spell(at, to, manager))


def _depart(world: World) -> None:
    left = {"employee": story.LEAVER, "reason": "По собственному желанию"}
    world.journal.record("employee.departed", story.DEPARTURE, left)
    days = [day for day in DAYS if date(2025, 9, 15) <= day][:10]
    heirs = [heir for heir in story.HEIRS for _ in range(2)]
    owned = [c for c in world.clients.values() if c.owner(story.DEPARTURE) == story.LEAVER]
    passed = [client for client in owned if client.id not in story.ORPHANS]
    _batch(world, passed)
    for number, client in enumerate(owned):
        if client.id in story.ORPHANS:
            client.until = story.DEPARTURE
        elif client.id == story.SHOWN:
            (_, _), (_, _), (heir, at) = story.SHOWN_OWNERS
            _pass(world, client, heir, at, "departure")
        elif client.id == story.BACKDATED:
            at, entered = story.BACKDATED_AT, story.BACKDATED_ENTERED
            _pass(world, client, story.BACKDATED_TO, at, "departure", entered)
        else:
            at = on_day(world.rng, days[number * len(days) // len(owned)])
            _pass(world, client, heirs[number % len(heirs)], at, "departure")
    for client in passed:
        _accept(world, client)


def _batch(world: World, passed: list[Client]) -> None:
    """Record the batch: started with a plan, completed when the last client has passed on."""
    record, manager = world.journal.record, story.LEAVERS_MANAGER
    plan = ",".join(client.id for client in passed)
    begun: dict[str, Any] = {
        "batch": story.BATCH,
        "from_employee": story.LEAVER,
        "rule": "round-robin",
    }
    begun |= {"reason": "departure", "planned": len(passed), "approved_by": "E-02"}
    begun["plan_sha256"] = sha256(plan.encode()).hexdigest()
    done = {"batch": story.BATCH, "moved": len(passed), "skipped": 0}
    starts, ends = story.BATCH_AT
    record("transfer_batch.started", starts, begun, by=manager)
    record("transfer_batch.completed", ends, done, by=manager)


def _accept(world: World, client: Client) -> None:
    """Record that the new owner accepts the client the next morning, if they are present."""
    at, owner = client.owners[-1].since, client.owners[-1].employee
    morning = datetime.combine(DAYS[bisect_right(DAYS, at.date())], time(9, 20), MOSCOW)
    if owner and world.company.present(owner, morning):
        world.journal.record(
            "handover.accepted", morning, {"employee": owner}, client=client.id, by=owner
        )


def _balance(world: World) -> None:
    apart = {*story.PORTFOLIO, story.CONFLICT, story.SHOWN, story.ANNULLED_CLIENT}
    old = [c for c in world.clients.values() if c.bought and c.id not in apart]
    chosen = world.rng.sample(old, 60)
    for newcomer, (branch, month, day) in _NEWCOMERS.items():
        start = datetime(2025, month, day, 11, tzinfo=MOSCOW)
        mine = [client for client in chosen if client.branch == branch][:9]
        for number, client in enumerate(mine):
            chosen.remove(client)
            _pass(world, client, newcomer, start + timedelta(minutes=7 * number), "workload")
    for client in chosen[:14]:
        at = world.after(client.known, 20, 225)
        others = world.company.sellers(client.branch, at)
        to = world.rng.choice([seller for seller in others if seller != client.owner(at)])
        reason = world.rng.choice(("client_request", "territory", "workload", "latest_engaged"))
        if to != story.LEAVER:
            _pass(world, client, to, at, reason)
    for client in chosen[14:20]:
        at = world.after(client.known, 60, 230)
        owner = client.owned_by(at)
        manager = world.company.manager(owner, at)
        data = {"from_employee": owner, "approved_by": manager}
        data |= {"reason": "Год без покупок, клиент возвращён в общий пул"}
        world.journal.record("client.released", at, data, client=client.id, by=manager)
        client.owners.append(Spell(at, None))
        client.until = at
