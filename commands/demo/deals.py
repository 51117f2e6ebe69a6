"""Deals through the stages of the pipeline, the offers in them, and purchases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commands.demo import words
from commands.demo.workdays import END, OPENING
from commands.demo.world import Client, World

PIPELINE = "sales"
STAGES = ("Знакомство", "Потребность", "Предложение", "Переговоры", "Договор")
_ALLOTTED_HOURS = (40, 60, 40, 80, 60)
_OFFER_STAGE = STAGES[2]


def deals(world: World) -> None:
    """Publish the pipeline, play every deal, convert prospects who bought, and add purchases."""
    stages = [
        {"name": name, "allotted_hours": hours, "max_gap_hours": 40}
        for name, hours in zip(STAGES, _ALLOTTED_HOURS, strict=True)
    ]
    published = {"pipeline": PIPELINE, "revision": 1, "stages": stages}
    world.journal.record("pipeline.published", OPENING, published, by="E-01")
    won: dict[str, tuple[datetime, str]] = {}
    for at, client in world.occasions(1.15, world.curated()):
        deal = open_deal(world, client, at, world.number("D"))
        if (when := deal.play()) is not None:
            won[client.id] = min((when, deal.id), won.get(client.id, (END, "")))
    for name, (at, first_deal) in won.items():
        _convert(world, world.clients[name], at + timedelta(minutes=1), first_deal)
    for at, client in world.occasions(1.3, world.buyers()):
        late = timedelta(days=world.rng.choice((0, 0, 0, 0, 2)))  # the shop sells on Sundays too
        _buy(world, client, at + late, lines=_basket(world))


def _convert(world: World, client: Client, at: datetime, first_deal: str) -> None:
    if client.bought is None:
        client.bought = at
        who = world.responsible(client, at)
        data = {"first_deal": first_deal}
        world.journal.record("prospect.converted", at, data, client=client.id, by=who)


def _basket(world: World) -> list[dict[str, Any]]:
    return [
        {"product": product, "quantity": world.rng.randint(1, 12), "price": price}
        for product, price in world.rng.sample(words.SPARES, world.rng.randint(1, 3))
    ]


def _buy(
    world: World, client: Client, at: datetime, lines: list[dict[str, Any]], deal: str | None = None
) -> None:
    amount = sum(line["quantity"] * line["price"] for line in lines)
    data = {"purchase": world.number("S"), "amount": amount, "currency": "RUB", "lines": lines}
    data |= {"margin": amount * world.rng.randint(12, 34) // 100, "deal": deal}
    world.journal.record("purchase.recorded", at, data, client=client.id, channel="shop")


@dataclass
class Deal:
    """A deal in progress; `at` is its current moment."""

    world: World
    client: Client
    id: str
    at: datetime
    lines: list[dict[str, Any]]
    offer: str | None = None

    @property
    def amount(self) -> int:
        """The deal's value in RUB."""
        return sum(line["quantity"] * line["price"] for line in self.lines)

    def record(self, type_: str, key: str | None = None, **data: Any) -> None:
        """Record an event of the deal now, performed by whoever is responsible for the client."""
        who = self.world.responsible(self.client, self.at)
        self.world.journal.record(type_, self.at, data, client=self.client.id, by=who, key=key)

    def advance(self, least: int, most: int) -> bool:
        """Move on by `least` to `most` working days; the deal follows a change of owner.

        Returns False when the client is no longer pursued, or the year is over.
        """
        before, self.at = self.at, self.world.after(self.at, least, most)
        holder = self.client.owner(before)
        for since, owner, manager in self.client.owners:
            if before < since <= self.at and owner is not None:
                data = {"deal": self.id, "from_holder": holder, "to_holder": owner}
                data |= {"reason": "Клиент передан"}
                moved = since + timedelta(minutes=1)
                self.world.journal.record(
                    "deal.reassigned", moved, data, client=self.client.id, by=manager
                )
                holder = owner
        return self.at <= min(self.client.until, END)

    def enter(self, number: int) -> None:
        """Enter the stage with this number; in the offer stage, send the offer."""
        stage = STAGES[number]
        before = STAGES[number - 1] if number else None
        self.record("deal_stage.entered", deal=self.id, stage=stage, from_stage=before)
        if stage == _OFFER_STAGE and self.advance(0, 3):
            self.offer = self.world.number("O")
            until = self.world.due(self.at, 20, 30)
            self.record(
                "offer.sent",
                offer=self.offer,
                items=self.lines,
                amount=self.amount,
                currency="RUB",
                valid_until=until,
                deal=self.id,
                key=f"offer-{self.offer}",
            )

    def play(self) -> datetime | None:
        """Play the deal to its end or the year's end. Returns when it was won, or None."""
        self.enter(0)
        for number in range(1, len(STAGES)):
            if self.world.chance(0.03) or not self.advance(1, 14):
                self.advance(400, 400)
                return None
            if self.world.chance(0.17) and not self.lose(STAGES[number - 1]):
                return None
            self.enter(number)
        return self.win() if self.advance(1, 12) else None

    def lose(self, stage: str) -> bool:
        """Lose the deal at this stage. Returns whether it was reopened later in the year."""
        competitor = None
        if (reason := self.world.rng.choice(words.LOST)) == "выбрали конкурента":
            competitor = self.world.rng.choice(words.COMPETITORS)
        if self.offer:
            answer = self.world.rng.choice(("offer.declined", "offer.declined", "offer.expired"))
            self.record(answer, offer=self.offer)
            self.offer = None
        self.record("deal.lost", deal=self.id, stage=stage, reason=reason, competitor=competitor)
        if not self.world.chance(0.12) or not self.advance(5, 30):
            return False
        self.record("deal.reopened", deal=self.id, reason="Клиент вернулся к разговору")
        return self.advance(1, 5)

    def win(self, key: str | None = None) -> datetime:
        """Win the deal; the purchase follows within two weeks. Returns when it was won."""
        won = self.at
        if self.offer:
            self.record("offer.accepted", offer=self.offer)
        self.record("deal.won", key, deal=self.id, amount=self.amount, currency="RUB")
        bought = self.world.after(won, 1, 9)
        _buy(self.world, self.client, bought, self.lines, self.id)
        return won


def open_deal(
    world: World, client: Client, at: datetime, number: str, lines: list[Any] | None = None
) -> Deal:
    """Open a deal held by the client's owner; without `lines`, for a random product."""
    if lines is None:
        product, price = world.rng.choice(words.PRODUCTS)
        most = max(1, min(20, 2_400_000 // price))
        lines = [{"product": product, "quantity": world.rng.randint(1, most), "price": price}]
    deal = Deal(world, client, number, at, lines)
    deal.record(
        "deal.opened",
        deal=number,
        holder=client.owner(at),
        title=lines[0]["product"],
        product=lines[0]["product"],
        pipeline=PIPELINE,
        amount=deal.amount,
        currency="RUB",
    )
    return deal
