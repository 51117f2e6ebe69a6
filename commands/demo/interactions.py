"""Calls, messages, letters, meetings, notes and moods."""

from datetime import datetime, timedelta

from commands.demo import words
from commands.demo.company import MANAGER
from commands.demo.world import Client, World

_LUNCH = 13


def interactions(world: World) -> None:
    """Record contacts all year; the number is how many a typical client has."""
    plays = (
        (_ring_up, 6.0),
        (_answer, 1.9),
        (_miss, 0.7),
        (_chat, 1.9),
        (_correspond, 1.1),
        (_meet, 1.0),
        (_note, 0.9),
        (_ask, 0.25),
    )
    for play, yearly in plays:
        for at, client in world.occasions(yearly, world.known()):
            play(world, at, client)


def _ring_up(world: World, at: datetime, client: Client) -> None:
    topic = world.rng.choice(words.TOPICS)
    for _ in range(world.rng.choice((1, 2, 2, 3, 4))):
        if world.chance(0.47):
            _log(world, at, client, "outbound", topic)
            return
        outcome = world.rng.choice(("no_answer", "no_answer", "busy", "voicemail"))
        data = {"direction": "outbound", "outcome": outcome, "call": world.number("call")}
        who = world.performer(client, at)
        world.journal.record("call.logged", at, data, client=client.id, by=who, channel="phone")
        at = world.after(at, 0, 2)


def _answer(world: World, at: datetime, client: Client) -> None:
    _log(world, at, client, "inbound", world.rng.choice(words.TOPICS))


def _log(world: World, at: datetime, client: Client, direction: str, topic: str) -> None:
    who = world.performer(client, at)
    duration = int(world.rng.lognormvariate(5.1, 0.7)) + 8
    data = {"direction": direction, "outcome": "reached", "duration_s": duration, "topic": topic}
    if world.chance(0.03):  # made from a mobile phone, and typed in later
        entered = world.after(at, 1, 6)
        recorder = world.company.stand_in(who, entered)
        world.journal.record(
            "call.logged",
            at,
            data,
            client=client.id,
            by=who,
            channel="phone",
            source="crm",
            recorder=recorder,
            entered=entered,
        )
    else:
        data["call"] = world.number("call")
        world.journal.record("call.logged", at, data, client=client.id, by=who, channel="phone")
    if world.chance(0.1):
        mood = {"mood": world.rng.choice((-2, -1, 0, 1, 1, 2)), "method": "agent"}
        noted = at + timedelta(seconds=duration + 30)
        world.journal.record("mood.noted", noted, mood, client=client.id, by=who)


def _miss(world: World, at: datetime, client: Client) -> None:
    owner = client.owner(at) or client.finder
    unit = world.company.unit(owner, at)
    data = {"call": world.number("call")}
    world.journal.record("call.missed", at, data, client=client.id, unit=unit, channel="phone")
    if world.chance(0.8):
        _log(world, world.after(at, 0, 1), client, "outbound", "перезвон")


def _chat(world: World, at: datetime, client: Client) -> None:
    channel = world.rng.choice(("chat", "chat", "web", "email"))
    directions = world.rng.choice((("inbound", "outbound"), ("outbound",), ("outbound", "inbound")))
    for direction in directions:
        text = world.rng.choice(words.MESSAGES)
        data = {"direction": direction, "channel": channel, "text": text}
        who = world.performer(client, at) if direction == "outbound" else None
        record = world.journal.record
        record("message.exchanged", at, data, client=client.id, by=who, channel=channel)
        at = world.after(at, 0, 0)


def _correspond(world: World, at: datetime, client: Client) -> None:
    record, letter = world.journal.record, world.number("L")
    medium = world.rng.choice(("email", "email", "email", "letter", "courier"))
    channel = "email" if medium == "email" else "letter"
    data = {"letter": letter, "medium": medium, "subject": world.rng.choice(words.LETTERS)}
    if world.chance(0.4):
        who = world.performer(client, at)
        data["registry_number"] = f"исх-{letter[2:]}/25"
        record("correspondence.sent", at, data, client=client.id, by=who, channel=channel)
        return
    data["registry_number"] = f"вх-{letter[2:]}/25"
    due = world.after(at, 3, 8).date()
    received = data | {"dated": at.date(), "reply_due": due, "official": medium != "email"}
    record("correspondence.received", at, received, client=client.id, channel=channel)
    if world.chance(0.75):
        at = world.after(at, 0, 6)
        reply = {"letter": world.number("L"), "medium": medium, "in_reply_to": letter}
        reply |= {"subject": "Ответ: " + data["subject"]}
        who = world.performer(client, at)
        record("correspondence.sent", at, reply, client=client.id, by=who, channel=channel)


def _meet(world: World, at: datetime, client: Client) -> None:
    record, meeting = world.journal.record, world.number("M")
    held_at = world.after(at, 2, 12).replace(minute=0, second=0, microsecond=0)
    if held_at.hour == _LUNCH:
        held_at += timedelta(hours=1)
    place = world.rng.choice(("у клиента", "у клиента", "в офисе", "видеосвязь"))
    channel = {"у клиента": "visit", "в офисе": "meeting"}.get(place, "video")
    who = world.responsible(client, at)
    data = {"meeting": meeting, "at": held_at, "participants": [who], "place": place}
    data |= {"topic": world.rng.choice(words.TOPICS)}
    record("meeting.planned", at, data, client=client.id, by=who, channel=channel)
    drawn = world.rng.random()
    if drawn < 0.8:
        end = held_at + timedelta(minutes=world.rng.randint(35, 95))
        who = world.responsible(client, end)
        held = {"meeting": meeting, "participants": [who], "place": place}
        held |= {"kind": world.rng.choice(("meeting", "meeting", "negotiation", "presentation"))}
        held |= {"outcome": world.rng.choice(words.OUTCOMES)}
        record("meeting.held", end, held, client=client.id, by=who, channel=channel)
    elif drawn < 0.95:
        at = world.after(at, 0, 1)
        reason = world.rng.choice(("Клиент заболел", "Перенесли на неопределённый срок"))
        cancelled = {"meeting": meeting, "reason": reason}
        who = world.responsible(client, at)
        record("meeting.cancelled", at, cancelled, client=client.id, by=who)


def _note(world: World, at: datetime, client: Client) -> None:
    who = world.performer(client, at)
    data: dict[str, object] = {"text": world.rng.choice(words.NOTES)}
    if world.chance(0.3):
        data["to_employees"] = [MANAGER[world.company.unit(who, at)]]
    world.journal.record("note.shared", at, data, client=client.id, by=who)


def _ask(world: World, at: datetime, client: Client) -> None:
    data = {"instrument": "nps", "score": world.rng.choice((4, 6, 7, 8, 8, 9, 9, 10, 10))}
    world.journal.record("satisfaction.recorded", at, data, client=client.id)
