"""The client base at the start of the year, and the prospects registered during it."""

from datetime import date, datetime, timedelta

from commands.demo import story, words
from commands.demo.company import MANAGER
from commands.demo.workdays import DAYS, DAYS_OF_YEAR, OPENING, on_day
from commands.demo.world import Client, Spell, World
from ledger.envelope import event_id

OLD_CLIENTS = 330
PROSPECTS = 270
_PERSONS = 40
_RESERVED_FOR = timedelta(days=60)
_LEAVERS_LAST_PROSPECT = date(2025, 6, 10)


def opening_base(world: World) -> None:
    """Record the clients of earlier years and their curators on the opening day."""
    names = [words.person(world.rng) for _ in range(_PERSONS)]
    names += words.firms(world.rng, OLD_CLIENTS + PROSPECTS - _PERSONS)
    world.rng.shuffle(names)
    for number in range(1, OLD_CLIENTS + 1):
        owner = _old_owner(world, f"C-{number:04d}")
        month = 2018 * 12 + 2 + number * 80 // OLD_CLIENTS
        client = _client(world, number, names.pop(), owner, OPENING)
        client.curated = client.bought = OPENING
        client.owners.append(Spell(OPENING, owner))
        data = {"kind": "person" if client.person else "company", "name": client.name}
        data |= {"found_through": world.rng.choice(words.FOUND_THROUGH)}
        since = f"{month // 12}-{month % 12 + 1:02d}"
        world.journal.record(
            "client.registered", since, data, client=client.id, recorder="crm-import"
        )
        _assign_curator(world, client, OPENING, "Ведёт клиента на день открытия журнала")
    _prospects(world, names)


def _client(world: World, number: int, name: str, seller: str, known: datetime) -> Client:
    client = Client(
        id=f"C-{number:04d}",
        name="ООО «Ромашка»" if number == int(story.SHOWN[2:]) else name,
        person="«" not in name and not name.startswith("ИП"),
        branch=world.company.branch(seller, known),
        known=known,
        finder=seller,
        pace=world.rng.choice((0.3, 0.6, 0.9, 1.0, 1.2, 1.8)),
    )
    if client.id == story.SHOWN:
        client.pace, client.person = 2.5, False
    world.clients[client.id] = client
    return client


def _old_owner(world: World, client: str) -> str:
    if client == story.SHOWN:
        return story.SHOWN_OWNERS[0][0]
    if client in (*story.PORTFOLIO, story.CONFLICT):
        return story.LEAVER
    sellers = world.company.sellers("", OPENING)
    return world.rng.choice([seller for seller in sellers if seller != story.LEAVER])


def _assign_curator(world: World, client: Client, at: datetime, reason: str | None = None) -> None:
    owner = client.owned_by(at)
    manager = world.company.manager(owner, at)
    data = {"employee": owner, "reason": reason, "approved_by": manager}
    world.journal.record("curator.assigned", at, data, client=client.id, by=manager)


def _prospects(world: World, names: list[str]) -> None:
    for number in range(PROSPECTS):
        known = on_day(world.rng, DAYS[number * DAYS_OF_YEAR // PROSPECTS])
        client = f"C-{OLD_CLIENTS + number + 1:04d}"
        finder = _finder(world, client, known)
        _prospect(world, _client(world, OLD_CLIENTS + number + 1, names.pop(), finder, known))


def _finder(world: World, client: str, known: datetime) -> str:
    if client == story.CONTESTED:
        return story.FIRST_SELLER
    sellers = world.company.sellers("", known)
    if known.date() > _LEAVERS_LAST_PROSPECT:
        sellers = [seller for seller in sellers if seller != story.LEAVER]
    return world.rng.choice(sellers)


def _prospect(world: World, client: Client) -> None:
    rng, record, known = world.rng, world.journal.record, client.known
    through = rng.choice(words.FOUND_THROUGH)
    data = {"kind": "person" if client.person else "company", "name": client.name}
    data |= {"found_through": through}
    record("prospect.registered", known, data, client=client.id, by=client.finder)
    if through == "сайт":
        inquiry = {"inquiry": world.number("Q"), "channel": "web", "touchpoint": "форма на сайте"}
        at = known + timedelta(seconds=20)
        record("inquiry.received", at, inquiry, client=client.id, channel="web")
    contested = client.id == story.CONTESTED
    client.until = world.after(known, 15, 30)
    if not (contested or world.chance(0.66)):
        return
    at = story.FIRST_OFFER - timedelta(days=1) if contested else world.after(known, 1, 5)
    qualified = {"score": rng.randrange(40, 100, 5), "remark": rng.choice(words.NOTES)}
    who = world.responsible(client, at)
    record("prospect.qualified", at, qualified, client=client.id, by=who)
    at = story.FIRST_OFFER if contested else world.after(at, 1, 5)
    _first_approach(world, client, at, story.CONTESTED_OFFER if contested else world.number("O"))


def _first_approach(world: World, client: Client, at: datetime, offer: str) -> None:
    record, seller = world.journal.record, client.finder
    product, price = world.rng.choice(words.PRODUCTS)
    items = [{"product": product, "quantity": 1, "price": price}]
    until = world.due(at, 20, 30)
    data = {"offer": offer, "items": items, "amount": price, "currency": "RUB"}
    full, sent = data | {"valid_until": until}, f"offer-{offer}"
    who = world.responsible(client, at)
    record("offer.sent", at, full, client=client.id, by=who, key=sent, channel="email")
    expires = at + _RESERVED_FOR
    reserved = {"employee": seller, "basis": "first_approach", "policy_version": 1}
    reserved |= {"trigger": str(event_id("crm", sent)), "expires_at": expires}
    at += timedelta(seconds=5)
    record("client.reserved", at, reserved, client=client.id, key=f"reserved-{client.id}")
    client.owners.append(Spell(at, seller, MANAGER[world.company.unit(seller, at)]))
    if client.id == story.CONTESTED or world.chance(0.65):
        at = world.after(at, 3, 20)
        client.curated, client.until = at, Client.until
        client.pace += 1  # sellers work harder on a prospect than on an old client
        _assign_curator(world, client, at)
        return
    answer = world.after(at, 5, 20)
    client.until = expires
    if world.chance(0.5):
        declined = {"offer": offer, "reason": world.rng.choice(words.LOST)}
        who = world.responsible(client, answer)
        record("offer.declined", answer, declined, client=client.id, by=who)
    else:
        record("offer.expired", at + timedelta(days=45), {"offer": offer}, client=client.id)
    record("reservation.expired", expires, {"employee": seller}, client=client.id)
    client.owners.append(Spell(expires, None))
