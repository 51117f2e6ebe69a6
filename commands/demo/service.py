"""Service cases: from the client's request to its resolution, in time or late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commands.demo import words
from commands.demo.workdays import END
from commands.demo.world import Client, World

_DAYS_TO_RESOLVE = {"высокая": 2, "обычная": 5, "низкая": 8}


def cases(world: World) -> None:
    """Play the service cases of the year."""
    for at, client in world.occasions(0.5, world.buyers()):
        Case(world, world.number("K"), client.branch, client, at).play()


@dataclass
class Case:
    """A case in progress; `at` is its current moment. The client may be unknown."""

    world: World
    id: str
    branch: str
    client: Client | None
    at: datetime
    engineer: str = ""
    respond_by: datetime = END
    resolve_by: datetime = END

    def record(
        self, type_: str, by: str | None = None, at: datetime | None = None, **data: Any
    ) -> None:
        """Record an event of the case, now or at another moment."""
        client, full = self.client.id if self.client else None, {"case": self.id} | data
        self.world.journal.record(type_, at or self.at, full, client=client, by=by)

    def play(self) -> None:
        """Play the case to its end or the year's end."""
        self.open()
        self.acknowledge()
        self.work()
        if self.resolve() and self.world.chance(0.08):
            self.at = self.world.after(self.at, 1, 4)
            self.record("case.reopened", reason="Неисправность повторилась")
            self.state("в работе", None)
            self.resolve(again=True)
        if self.world.chance(0.9):
            self.at = self.world.after(self.at, 1, 5)
            self.record("case.closed", by=self.present(), code="решено")
            self.ask()

    def open(self) -> None:
        """Open the case for a service department, with its deadlines."""
        kind, subject = self.world.rng.choice(words.CASES)
        priority = self.world.rng.choice(("высокая", "обычная", "обычная", "низкая"))
        where = "Москва" if self.branch == "MSK" else "Казань"
        self.record("case.opened", subject=subject, kind=kind, priority=priority, location=where)
        self.at += timedelta(seconds=1)
        self.record("case.assigned", unit=self.unit)
        days = _DAYS_TO_RESOLVE[priority]
        self.respond_by = self.at + timedelta(hours=4)
        self.resolve_by = self.world.after(self.at, days, days)
        self.record("case_deadline.set", deadline="respond", due_at=self.respond_by)
        self.record("case_deadline.set", deadline="resolve", due_at=self.resolve_by)

    @property
    def unit(self) -> str:
        """The service department of the branch."""
        return f"{self.branch}-SVC"

    def present(self) -> str:
        """Who acts for the engineer at the current moment."""
        return self.world.company.stand_in(self.engineer, self.at)

    def acknowledge(self) -> None:
        """Have an engineer acknowledge the case and take it."""
        took = self.world.after(self.at, 0, 0)
        self.breach("respond", self.respond_by, took)
        self.at = took
        self.engineer = self.world.rng.choice(self.world.company.engineers(self.unit, self.at))
        self.record("case.acknowledged", by=self.engineer)
        self.record("case.assigned", by=self.engineer, assignee=self.engineer)
        self.state("в работе", None)

    def state(self, name: str, before: str | None) -> None:
        """Record that the case entered a state."""
        self.record("case_state.entered", by=self.present(), state=name, from_state=before)

    def work(self) -> None:
        """Wait for the client, hand the case over, note some work, or do nothing."""
        drawn = self.world.rng.random()
        later = self.world.after(self.at, 0, 2)
        if drawn < 0.35:
            self.at = later
            self.state("ждём клиента", "в работе")
            self.at = self.world.after(self.at, 0, 3)
            self.state("в работе", "ждём клиента")
        elif drawn < 0.55:
            self.at = later
            self.hand_over()
        elif drawn < 0.65:
            self.at = later
            self.record("case.noted", by=self.present(), text="Заказали деталь, ждём поставку.")

    def hand_over(self) -> None:
        """Hand the case to another engineer, sometimes through the department's queue."""
        others = self.world.company.engineers(self.unit, self.at)
        chosen, giver = self.world.rng.choice(others), self.present()
        if chosen == self.engineer:
            return
        if self.world.chance(0.3):
            self.record("case.unassigned", by=giver, assignee=self.engineer)
            self.at = self.world.after(self.at, 0, 0)
            chosen = self.world.company.stand_in(chosen, self.at)
            self.record("case.assigned", by=chosen, assignee=chosen)
        else:
            former = self.engineer
            self.record("case.assigned", by=giver, assignee=chosen, from_assignee=former)
        self.engineer = chosen

    def resolve(self, again: bool = False) -> bool:
        """Resolve the case, breaching its deadline if it has passed.

        - again: a second resolution, which no deadline applies to

        Returns whether it was resolved within the year.
        """
        done = self.world.after(self.at, 0, 5)
        if not again:
            self.breach("resolve", self.resolve_by, done)
        self.at = done
        self.record("case.resolved", by=self.present(), solution=self._solution())
        return self.at <= END

    def breach(self, deadline: str, due: datetime, done: datetime) -> None:
        """Record a missed deadline, if it was missed, at the time at which it was due."""
        if done > due:
            self.record("case_deadline.breached", at=due, deadline=deadline, due_at=due)

    def ask(self) -> None:
        """Ask the client, if known, how satisfied they are."""
        if self.client and self.world.chance(0.5):
            score = self.world.rng.choice((2, 3, 4, 4, 5, 5, 5))
            data = {"instrument": "csat", "score": score, "scale": "1-5", "subject": self.id}
            at = self.at + timedelta(hours=1)
            self.world.journal.record("satisfaction.recorded", at, data, client=self.client.id)

    def _solution(self) -> str:
        return self.world.rng.choice(words.SOLUTIONS)
