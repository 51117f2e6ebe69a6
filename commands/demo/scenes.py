"""The scenes of the story (see `story`) other than changes of owner."""

from datetime import timedelta
from typing import Any

from commands.demo import story
from commands.demo.deals import PIPELINE, STAGES, open_deal
from commands.demo.service import Case
from commands.demo.workdays import MOSCOW
from commands.demo.world import World
from ledger.envelope import event_id


def scenes(world: World) -> None:
    """Record the events of all scenes."""
    _conflict(world)
    _double_approach(world)
    _shown_deal(world)
    _mistake(world)
    _late_calls(world)
    _calls_in_vain(world)
    _unknown(world)


def _conflict(world: World) -> None:
    record, at = world.journal.record, story.CONFLICT_AT - timedelta(days=2)
    call = {"direction": "outbound", "outcome": "reached", "duration_s": 412, "call": "call-104"}
    call |= {"topic": "спор о сроках поставки"}
    client, by = story.CONFLICT, story.LEAVER
    record("call.logged", at, call, client=client, by=by, channel="phone")
    record("mood.noted", at + timedelta(minutes=8), {"mood": -2}, client=client, by=by)
    letter = {"letter": "L-1001", "medium": "email", "official": True}
    letter |= {"subject": "Жалоба на менеджера, просим заменить"}
    at += timedelta(days=1)
    record("correspondence.received", at, letter, client=client, channel="email")
    reported = {"employee": by, "severity": "high", "account": "Спор о сроках, клиент недоволен"}
    manager = story.LEAVERS_MANAGER
    record("conflict.reported", at + timedelta(hours=2), reported, client=client, by=manager)
    settled = {"employee": by, "outcome": "reassigned"}
    at = story.CONFLICT_AT + timedelta(minutes=10)
    record("conflict.resolved", at, settled, client=client, by=manager)


def _double_approach(world: World) -> None:
    record, client = world.journal.record, story.CONTESTED
    first, second = story.FIRST_SELLER, story.SECOND_SELLER
    claim = str(event_id("crm", f"reserved-{client}"))
    blocked = {"employee": second, "owner": first, "rule": "reserved", "reservation": claim}
    blocked["attempted"] = "отправка коммерческого предложения"
    record("approach.blocked", story.SECOND_TRY, blocked, client=client, by=second)
    opened = {"dispute": story.DISPUTE, "claimant": second, "respondent": first}
    opened["claim"] = "Клиент из Казани, я знаком с директором с прошлого года"
    record("ownership_dispute.opened", story.DISPUTED_AT, opened, client=client, by=second)
    found: dict[str, Any] = {
        "dispute": story.DISPUTE,
        "decision": "respondent",
        "decided_by": "E-02",
    }
    found |= {"grounds": "Первое предложение отправил Кузнецов (Москва)", "evidence": [claim]}
    record("ownership_dispute.resolved", story.SETTLED_AT, found, client=client, by="E-02")


def _shown_deal(world: World) -> None:
    lines = [{"product": "Ричтрак", "quantity": 1, "price": 1_840_000}]
    opened = story.SHOWN_DEAL_WON.replace(month=8, day=18)
    deal = open_deal(world, world.clients[story.SHOWN], opened, story.SHOWN_DEAL, lines)
    for number in range(len(STAGES)):
        deal.enter(number)
        deal.advance(5, 6)
    deal.at = story.SHOWN_DEAL_WON
    deal.win()


def _mistake(world: World) -> None:
    lines = [{"product": "Штабелёр электрический", "quantity": 2, "price": 480_000}]
    client = world.clients[story.ANNULLED_CLIENT]
    opened = story.WON_AT.replace(month=5, day=13)
    deal = open_deal(world, client, opened, story.ANNULLED_DEAL, lines)
    for number in range(len(STAGES)):
        deal.enter(number)
        deal.advance(3, 4)
    deal.at = story.WON_AT
    deal.win(story.WON_ONCE_KEY)
    record, manager = world.journal.record, story.LEAVERS_MANAGER
    again = {"deal": deal.id, "amount": deal.amount, "currency": "RUB"}
    record(
        "deal.won",
        story.WON_AGAIN_AT,
        again,
        client=client.id,
        by=story.LEAVER,
        key=story.WON_TWICE_KEY,
    )
    wrong = {"event": str(event_id("crm", story.WON_TWICE_KEY)), "annulled_type": "deal.won"}
    wrong |= {"reason": "Выигрыш сделки D-1002 внесён дважды"}
    record("event.annulled", story.ANNULLED_AT, wrong, client=client.id, by=manager)


def _late_calls(world: World) -> None:
    call = {"direction": "outbound", "outcome": "reached", "duration_s": 240}
    call |= {"topic": "предупредила об уходе"}
    for client, at, entered in story.LATE_CALLS:
        world.journal.record(
            "call.logged",
            at,
            call,
            client=client,
            by=story.LEAVER,
            source="crm",
            recorder=story.LEAVERS_MANAGER,
            entered=entered,
            channel="phone",
        )


def _calls_in_vain(world: World) -> None:
    for at in story.CALLS_IN_VAIN_AT:
        data = {"call": world.number("call")}
        world.journal.record(
            "call.missed", at, data, client=story.ORPHANS[0], unit="MSK-1", channel="phone"
        )


def _unknown(world: World) -> None:
    record, (missed, answered) = world.journal.record, story.UNKNOWN_CALLS_AT
    nobody = {"call": "call-unknown-1", "number": story.UNKNOWN_NUMBER}
    record("call.missed", missed, nobody, unit="MSK-1", channel="phone")
    call = {"direction": "inbound", "outcome": "reached", "duration_s": 48}
    call |= {"call": "call-unknown-2", "topic": "спрашивали Иванову, не представились"}
    record("call.logged", answered, call, by=story.LEAVERS_MANAGER, channel="phone")
    at, seller = story.NO_CLIENT_DEAL_AT, "E-16"
    data = {"deal": story.NO_CLIENT_DEAL, "holder": seller, "title": "Тендер через посредника"}
    data |= {"product": "Стеллаж паллетный", "pipeline": PIPELINE}
    record("deal.opened", at, data | {"amount": 3_700_000, "currency": "RUB"}, by=seller)
    for number, stage in enumerate(STAGES[:2]):
        entered = {"deal": story.NO_CLIENT_DEAL, "stage": stage}
        when = at + timedelta(days=7 * number, minutes=1)
        record("deal_stage.entered", when.astimezone(MOSCOW), entered, by=seller)
    Case(world, story.NO_CLIENT_CASE, "KZN", None, story.NO_CLIENT_CASE_AT).play()
