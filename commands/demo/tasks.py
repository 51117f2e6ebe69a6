"""Tasks that managers assign and sellers complete in time, late or not at all."""

from datetime import datetime

from commands.demo import words
from commands.demo.world import Client, World


def tasks(world: World) -> None:
    """Play the tasks of the year."""
    for at, client in world.occasions(0.85, world.curated()):
        _task(world, at, client)


def _task(world: World, at: datetime, client: Client) -> None:
    rng, task = world.rng, world.number("T")
    assignee = world.responsible(client, at)
    manager = world.company.manager(assignee, at)
    title, steps = rng.choice(words.TASKS)
    due = world.due(at, 2, 10)
    data = {"task": task, "title": title, "assignee": assignee, "assigned_by": manager}
    full = data | {"due_at": due, "kind": "клиент", "steps": list(steps)}
    world.journal.record("task.assigned", at, full, client=client.id, by=manager)
    drawn = rng.random()
    end = world.after(at, 1, 8 if drawn < 0.8 else 20)
    if not world.company.employed(assignee, end):
        data = {"task": task, "reason": "Сотрудник уволился"}
        world.journal.record("task.cancelled", end, data, client=client.id, by=manager)
    elif drawn < 0.07:
        data = {"task": task, "reason": "Больше не нужно"}
        world.journal.record("task.cancelled", end, data, client=client.id, by=manager)
    elif drawn < 0.93:
        if end > due or drawn < 0.14:
            _extend(world, at, min(due, end), due, client, task, manager)
        _do(world, at, end, client, task, assignee, steps)


def _extend(
    world: World,
    at: datetime,
    before: datetime,
    due: datetime,
    client: Client,
    task: str,
    manager: str,
) -> None:
    asked = world.after(at, 0, 1)
    if asked < before and world.chance(0.7):
        data = {"task": task, "from_due": due, "due_at": world.due(due, 3, 8)}
        data |= {"reason": "Клиент просит подождать", "approved_by": manager}
        world.journal.record("task_deadline.extended", asked, data, client=client.id, by=manager)


def _do(
    world: World,
    at: datetime,
    end: datetime,
    client: Client,
    task: str,
    assignee: str,
    steps: tuple[str, ...],
) -> None:
    for step in steps:
        at = min(world.after(at, 0, 1), end)
        who = world.company.stand_in(assignee, at)
        data = {"task": task, "step": step}
        world.journal.record("task_step.done", at, data, client=client.id, by=who)
    who = world.company.stand_in(assignee, end)
    data = {"task": task, "result": "Сделано"}
    world.journal.record("task.completed", end, data, client=client.id, by=who)
