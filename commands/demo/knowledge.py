"""Knowledge about clients: contact persons, facts, preferences and competitors' offers."""

from collections import defaultdict
from datetime import datetime, timedelta

from commands.demo import words
from commands.demo.world import Client, World

_METHODS = ("call", "call", "letter", "meeting", "registry", "client")


def knowledge(world: World) -> None:
    """Fill the cards: contact persons first, then facts recorded, confirmed and retracted."""
    for client in world.clients.values():
        _meet_people(world, client)
    for at, client in world.occasions(0.25, world.known()):
        _change_person(world, at, client)
    known: dict[str, list[str]] = defaultdict(list)
    for at, client in world.occasions(2.2, world.known()):
        _learn(world, at, client, known[client.id])
    for at, client in world.occasions(0.35, world.known()):
        topic, value = world.rng.choice(words.PREFERENCES)
        data = {"topic": topic, "value": value, "learnt_from": "разговор"}
        who = world.performer(client, at)
        world.journal.record("preference.noted", at, data, client=client.id, by=who)
    for at, client in world.occasions(0.2, world.known()):
        _hear_of_competitor(world, at, client)


def _meet_people(world: World, client: Client) -> None:
    at = client.known + timedelta(minutes=2)
    who = world.responsible(client, at)
    for number in range(1 if client.person else world.rng.choice((1, 1, 2, 2, 3))):
        contact = world.number("P")
        name = client.name if client.person else words.person(world.rng)
        phone = f"+7 {495 if client.branch == 'MSK' else 843} 000-{world.rng.randrange(10000):04d}"
        data = {"contact": contact, "name": name, "phone": f"{phone[:-2]}-{phone[-2:]}"}
        if not client.person:
            data["position"] = words.POSITIONS[number]
            data["email"] = f"{contact.lower()}@{client.id.lower()}.example"
        roles = [words.ROLES[number]] if world.chance(0.8) else []
        spoken = at + timedelta(minutes=3 * number)
        full = data | {"roles": roles}
        world.journal.record("contact_person.added", spoken, full, client=client.id, by=who)
        client.contacts.append(contact)


def _change_person(world: World, at: datetime, client: Client) -> None:
    contact, who = world.rng.choice(client.contacts), world.performer(client, at)
    if len(client.contacts) > 1 and world.chance(0.3):
        client.contacts.remove(contact)
        left = {"contact": contact}
        world.journal.record("contact_person.left", at, left, client=client.id, by=who)
        return
    roles = world.rng.sample(words.ROLES, world.rng.choice((1, 2)))
    changed = {"contact": contact, "roles": roles}
    world.journal.record("contact_role.changed", at, changed, client=client.id, by=who)


def _learn(world: World, at: datetime, client: Client, known: list[str]) -> None:
    record, drawn = world.journal.record, world.rng.random()
    who = world.performer(client, at)
    if known and drawn < 0.2:
        method = world.rng.choice(_METHODS)
        confirmed = {"fields": known[-2:], "method": method}
        record("client_fact.confirmed", at, confirmed, client=client.id, by=who)
    elif known and drawn < 0.26:
        retracted = {"field": known.pop(), "reason": "Ошибка при записи"}
        record("client_fact.retracted", at, retracted, client=client.id, by=who)
    else:
        field = world.rng.choice(tuple(words.FACTS))
        data = {"field": field, "value": world.rng.choice(words.FACTS[field])}
        data["learnt_from"] = world.rng.choice(("разговор", "сайт клиента", "встреча"))
        if world.chance(0.3):
            data["confidence"] = world.rng.choice(("0.5", "0.7", "0.9"))
        record("client_fact.recorded", at, data, client=client.id, by=who)
        if field in known:
            known.remove(field)
        known.append(field)


def _hear_of_competitor(world: World, at: datetime, client: Client) -> None:
    product, price = world.rng.choice(words.PRODUCTS)
    offered = round(price * world.rng.uniform(0.8, 1.1), -2)
    data = {"competitor": world.rng.choice(words.COMPETITORS), "product": product}
    full = data | {"price": int(offered), "currency": "RUB"}
    who = world.performer(client, at)
    world.journal.record("competitor_offer.reported", at, full, client=client.id, by=who)
