"""The setting in which the year plays: chance, the company, the clients and who owns them."""

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
    """From `since` on, the client is this employee's (None: nobody's)."""

    since: datetime
    employee: str | None
    approved_by: str | None = None


@dataclass(kw_only=True)
class Client:
    """A client or prospect; what the generators have to know of it.

    known, until: when it became known, and after which nobody deals with it of his own accord.
    finder: the seller who deals with it as long as nobody owns it.
    curated, bought: since when it has a curator; since when it is a client and no prospect.
    pace: how much happens with it, 1 being usual.
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
        """Whose client it is at a time."""
        past = [spell.employee for spell in self.owners if spell.since <= at]
        return past[-1] if past else None

    def owned_by(self, at: datetime) -> str:
        """The same of one that has an owner; raises LookupError if it has none."""
        owner = self.owner(at)
        if owner is None:
            raise LookupError(f"{self.id} belongs to nobody at {at}")
        return owner


@dataclass
class World:
    """What all generators share."""

    rng: Random
    journal: Journal
    company: Company
    clients: dict[str, Client] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)

    def number(self, prefix: str) -> str:
        """Give the next id of a kind: D-0001, D-0002 …"""
        self.numbers[prefix] += 1
        return f"{prefix}-{self.numbers[prefix]:04d}"

    def chance(self, probability: float) -> bool:
        """Draw whether something happens."""
        return self.rng.random() < probability

    def after(self, at: datetime, least: int, most: int) -> datetime:
        """Draw a working moment that many working days later; 0 is the same day."""
        return workdays.after(self.rng, at, least, most)

    def due(self, at: datetime, least: int, most: int) -> datetime:
        """Draw a deadline: the end of a working day that many working days later."""
        return self.after(at, least, most).replace(hour=18, minute=0, second=0)

    def responsible(self, client: Client, at: datetime) -> str:
        """Who acts for the client's owner at a time, or for its finder while it has no owner."""
        return self.company.stand_in(client.owner(at) or client.finder, at)

    def performer(self, client: Client, at: datetime) -> str:
        """Who deals with the client at a time: mostly the responsible, now and then a colleague."""
        who = self.responsible(client, at)
        if self.chance(0.07):
            who = self.rng.choice(self.company.sellers(self.company.unit(who, at), at) or [who])
        return who

    def occasions(
        self, yearly: float, windows: Iterable[tuple[Client, datetime]]
    ) -> list[tuple[datetime, Client]]:
        """Draw moments, in order of time: `yearly` of them for a usual client open all year.

        windows: the clients, and since when each is open to this.
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
        """Everybody, since we know him."""
        return [(client, client.known) for client in self.clients.values()]

    def curated(self) -> list[tuple[Client, datetime]]:
        """Those who have a curator, since they have one."""
        return [(c, c.curated) for c in self.clients.values() if c.curated is not None]

    def buyers(self) -> list[tuple[Client, datetime]]:
        """Those who buy, since they do; the old clients since the year opened."""
        return [(c, c.bought) for c in self.clients.values() if c.bought is not None]
