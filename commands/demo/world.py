"""What all generators share: the random source, the company, clients and their owners."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import NamedTuple

from commands.demo import workdays
from commands.demo.company import Company
from commands.demo.journal import Journal
from commands.demo.workdays import DAYS_OF_YEAR, END


class Spell(NamedTuple):
    """From `since` on, this employee owns the client (None: nobody)."""

    since: datetime
    employee: str | None
    approved_by: str | None = None


@dataclass(kw_only=True)
class Client:
    """A client or prospect, with what the generators need to know about it.

    - known: when the client became known
    - until: when employees stop contacting it on their own initiative
    - finder: the seller who works with it while it has no owner
    - curated: since when it has had a curator; None = never
    - bought: since when it has been a client; None = still a prospect
    - pace: its relative activity; 1 is typical
    """

    id: str
    name: str
    person: bool
    branch: str
    known: datetime
    finder: str
    pace: float
    until: datetime = END
    curated: datetime | None = None
    bought: datetime | None = None
    owners: list[Spell] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)

    def owner(self, at: datetime) -> str | None:
        """The owner at a time, or None."""
        past = [spell.employee for spell in self.owners if spell.since <= at]
        return past[-1] if past else None

    def owned_by(self, at: datetime) -> str:
        """The owner at a time. Raises LookupError if there is none."""
        owner = self.owner(at)
        if owner is None:
            raise LookupError(f"{self.id} has no owner at {at}")
        return owner


@dataclass
class World:
    """The state that all generators share."""

    rng: Random
    journal: Journal
    company: Company
    clients: dict[str, Client] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)

    def number(self, prefix: str) -> str:
        """Return the next id with a prefix: D-0001, D-0002 …"""
        self.numbers[prefix] += 1
        return f"{prefix}-{self.numbers[prefix]:04d}"

    def chance(self, probability: float) -> bool:
        """Draw True with this probability."""
        return self.rng.random() < probability

    def after(self, at: datetime, least: int, most: int) -> datetime:
        """Draw a working moment `least` to `most` working days later; 0 is the same day."""
        return workdays.after(self.rng, at, least, most)

    def due(self, at: datetime, least: int, most: int) -> datetime:
        """Draw a deadline: the end of a working day, `least` to `most` working days later."""
        return self.after(at, least, most).replace(hour=18, minute=0, second=0)

    def responsible(self, client: Client, at: datetime) -> str:
        """Who acts for the client's owner at a time, or for its finder if it has no owner."""
        return self.company.stand_in(client.owner(at) or client.finder, at)

    def performer(self, client: Client, at: datetime) -> str:
        """Who contacts the client at a time: usually `responsible`, sometimes a colleague."""
        who = self.responsible(client, at)
        if self.chance(0.07):
            who = self.rng.choice(self.company.sellers(self.company.unit(who, at), at) or [who])
        return who

    def occasions(
        self, yearly: float, windows: Iterable[tuple[Client, datetime]]
    ) -> list[tuple[datetime, Client]]:
        """Draw moments of contact with clients, in order of time.

        - yearly: the mean number for a typical client over the whole year
        - windows: the clients, and since when each may be chosen
        """
        drawn: list[tuple[datetime, Client]] = []
        for client, since in windows:
            days = len(workdays.working_days(since, client.until))
            mean = yearly * client.pace * days / DAYS_OF_YEAR * self.rng.uniform(0.5, 1.5)
            drawn += [
                (workdays.moment(self.rng, since, client.until), client)
                for _ in range(int(mean + self.rng.random()) if days else 0)
            ]
        return sorted(drawn, key=lambda occasion: (occasion[0], occasion[1].id))

    def known(self) -> list[tuple[Client, datetime]]:
        """All clients, since they became known."""
        return [(client, client.known) for client in self.clients.values()]

    def curated(self) -> list[tuple[Client, datetime]]:
        """The clients with a curator, since they have had one."""
        return [(c, c.curated) for c in self.clients.values() if c.curated is not None]

    def buyers(self) -> list[tuple[Client, datetime]]:
        """The clients that have bought, since they first did; old clients since the opening day."""
        return [(c, c.bought) for c in self.clients.values() if c.bought is not None]
