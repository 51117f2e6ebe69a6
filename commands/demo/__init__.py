"""A year of a fictitious company, the same every time, for trying out the ledger.

`story` describes what it contains; `events` yields it in the form that `iledger append` accepts.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from commands.demo.acquaintance import opening_base
from commands.demo.company import Company
from commands.demo.deals import deals
from commands.demo.departure import transfers
from commands.demo.interactions import interactions
from commands.demo.journal import Journal
from commands.demo.knowledge import knowledge
from commands.demo.motivation import motivation
from commands.demo.scenes import scenes
from commands.demo.service import cases
from commands.demo.targets import targets
from commands.demo.tasks import tasks
from commands.demo.world import World

__all__ = ["events"]


def events(seed: int = 2025) -> Iterator[dict[str, Any]]:
    """Yield about 20,000 events of the year 2025, in the order in which they are submitted.

    - seed: of the random generator; another seed gives another year with the same story

    Each event is an object as in docs/events.md: strings, numbers, lists and objects only.
    """
    rng = Random(seed)  # noqa: S311 - the same every time, and no secret
    world = World(rng, Journal(), Company(rng))
    world.company.announce(rng, world.journal)
    opening_base(world)
    transfers(world)
    plays = (knowledge, interactions, deals, cases, tasks, scenes, targets, motivation)
    for play in plays:
        play(world)
    return world.journal.events("demo-2025")
