import json
from collections import Counter
from typing import Any

from commands.demo import events, story
from commands.demo.company import SELLER
from commands.demo.motivation import late_events
from ledger.codec import encode_json
from ledger.envelope import event_id
from projections.motivation.scheme import scheme_of

Year = list[dict[str, Any]]

RANGES = {
    "call.logged": (4500, 6500),
    "call.missed": (200, 450),
    "message.exchanged": (1000, 2000),
    "correspondence.received": (200, 450),
    "correspondence.sent": (250, 600),
    "meeting.planned": (300, 600),
    "meeting.held": (200, 500),
    "meeting.cancelled": (30, 120),
    "client.registered": (330, 330),
    "prospect.registered": (270, 270),
    "prospect.converted": (15, 90),
    "client.reserved": (120, 220),
    "reservation.expired": (20, 90),
    "curator.assigned": (380, 500),
    "client.reassigned": (50, 110),
    "offer.sent": (350, 650),
    "deal.opened": (350, 650),
    "deal.won": (120, 280),
    "deal.lost": (120, 320),
    "purchase.recorded": (400, 800),
    "task.assigned": (250, 450),
    "case.opened": (100, 250),
    "client_fact.recorded": (600, 1100),
    "absence.recorded": (30, 80),
    "employee.hired": (32, 32),
    "employee.departed": (1, 1),
    "employee.moved": (1, 1),
    "event.annulled": (1, 1),
    "approach.blocked": (1, 1),
    "norm.defined": (2, 2),
    "motivation_scheme.published": (1, 1),
}


def _data(year: Year, type_: str, **wanted: str) -> list[dict[str, Any]]:
    return [e for e in year if e["type"] == type_ and wanted.items() <= e["data"].items()]


def test_the_codec_takes_every_event(year: Year) -> None:
    for event in year:
        encode_json(json.dumps(event, ensure_ascii=False).encode())


def test_another_seed_gives_valid_events_too() -> None:
    for event in events(1):
        encode_json(json.dumps(event, ensure_ascii=False).encode())


def test_there_are_about_20_000_events_and_each_kind_has_its_share(year: Year) -> None:
    counts = Counter(event["type"] for event in year)
    print(dict(sorted(counts.items())))
    assert 19_000 <= counts.total() <= 22_000
    outside = {t: counts[t] for t, (low, high) in RANGES.items() if not low <= counts[t] <= high}
    assert outside == {}


def test_keys_are_unique(year: Year) -> None:
    assert max(Counter((event["source"], event["key"]) for event in year).values()) == 1


def test_the_five_sources_hand_in_what_is_theirs(year: Year) -> None:
    assert {event["source"] for event in year} == {"pbx", "mail-gateway", "shop", "hr", "crm"}
    of_hr = {event["type"].partition(".")[0] for event in year if event["source"] == "hr"}
    assert of_hr == {"org_unit", "employee", "absence"}
    assert {e["type"] for e in year if e["source"] == "shop"} == {"purchase.recorded"}


def test_about_55_percent_of_calls_connect(year: Year) -> None:
    calls = [event["data"]["outcome"] for event in year if event["type"] == "call.logged"]
    assert 0.5 <= calls.count("reached") / len(calls) <= 0.6


def test_the_stream_is_in_order_but_for_the_late_entries(history: Year, year: Year) -> None:
    times = {(event["source"], event["key"]): event["at"] for event in history}
    ordered = [times[e["source"], e["key"]] for e in year if (e["source"], e["key"]) in times]
    late = sum(1 for at, latest in zip(ordered[1:], _running(ordered), strict=False) if at < latest)
    assert 50 <= late <= 200


def _running(times: list[Any]) -> list[Any]:
    latest = []
    for at in times:
        latest.append(max(at, latest[-1]) if latest else at)
    return latest


def test_the_leavers_clients_are_passed_on_but_for_the_orphans(year: Year) -> None:
    (departed,) = _data(year, "employee.departed")
    assert departed["data"]["employee"] == story.LEAVER
    assert departed["occurred_at"] == "2025-09-12T19:00:00+03:00"
    passed = _data(year, "client.reassigned", reason="departure", from_employee=story.LEAVER)
    assert 32 <= len(passed) <= 50
    assert {event["data"]["to_employee"] for event in passed} == set(story.HEIRS)
    assert {event["data"]["approved_by"] for event in passed} == {story.LEAVERS_MANAGER}
    assert set(story.PORTFOLIO) - {e["client"] for e in passed} == {
        *story.ORPHANS,
        story.CONFLICT,
    }


def test_the_shown_client_has_three_owners_and_its_deal_is_won_by_the_third(year: Year) -> None:
    mine = [event for event in year if event.get("client") == story.SHOWN]
    assert mine[0]["data"]["name"] == "ООО «Ромашка»"
    (first,) = _data(mine, "curator.assigned")
    owners = [first["data"]["employee"]]
    owners += [event["data"]["to_employee"] for event in _data(mine, "client.reassigned")]
    assert owners == [owner for owner, _ in story.SHOWN_OWNERS]
    (opened,) = _data(mine, "deal.opened", deal=story.SHOWN_DEAL)
    (won,) = _data(mine, "deal.won", deal=story.SHOWN_DEAL)
    (moved,) = _data(mine, "deal.reassigned", deal=story.SHOWN_DEAL)
    assert opened["performed_by"] == moved["data"]["from_holder"] == story.LEAVER
    assert won["performed_by"] == moved["data"]["to_holder"] == "E-09"
    assert won["data"]["amount"] == 1_840_000


def test_the_conflict_passes_the_client_on(year: Year) -> None:
    (passed,) = _data(year, "client.reassigned", reason="conflict")
    assert passed["client"] == story.CONFLICT
    assert passed["data"]["to_employee"] == story.CONFLICT_TO


def test_the_second_approach_is_blocked_and_names_the_reservation(year: Year) -> None:
    mine = [event for event in year if event.get("client") == story.CONTESTED]
    (offer,) = _data(mine, "offer.sent", offer=story.CONTESTED_OFFER)
    (reserved,) = _data(mine, "client.reserved")
    (blocked,) = _data(mine, "approach.blocked")
    assert mine.index(offer) < mine.index(reserved) < mine.index(blocked)
    assert offer["performed_by"] == reserved["data"]["employee"] == blocked["data"]["owner"]
    assert reserved["data"]["trigger"] == str(event_id(offer["source"], offer["key"]))
    assert blocked["data"]["reservation"] == str(event_id(reserved["source"], reserved["key"]))
    assert (blocked["performed_by"], blocked["data"]["owner"]) == ("E-21", "E-11")


def test_the_second_entry_of_a_win_is_annulled(year: Year) -> None:
    first, second = _data(year, "deal.won", deal=story.ANNULLED_DEAL)
    (annulled,) = _data(year, "event.annulled")
    assert annulled["data"]["event"] == str(event_id(second["source"], second["key"]))
    assert year.index(first) < year.index(second) < year.index(annulled)


def test_the_back_dated_transfer_and_the_late_calls_stand_later_in_the_stream(year: Year) -> None:
    (passed,) = [e for e in _data(year, "client.reassigned") if e["client"] == story.BACKDATED]
    before = year[year.index(passed) - 1]
    assert passed["occurred_at"][:10] == "2025-09-15"
    assert before["occurred_at"][:10] == "2025-10-03"
    late = [e for e in year if e.get("performed_by") == "E-07" and e["recorded_by"] == "E-03"]
    assert {(e["client"], e["occurred_at"]) for e in late} >= {
        (client, at.isoformat()) for client, at, _ in story.LATE_CALLS
    }


def test_some_clients_are_not_known(year: Year) -> None:
    nameless = {event["type"] for event in year if "client" not in event}
    assert {"deal.opened", "case.opened", "call.logged", "call.missed"} <= nameless
    (missed,) = _data(year, "call.missed", number=story.UNKNOWN_NUMBER)
    assert missed["unit"] == "MSK-1"


def test_the_quarter_to_settle_has_a_right_scheme_and_a_target_for_every_seller(
    year: Year,
) -> None:
    (published,) = _data(year, "motivation_scheme.published")
    scheme = scheme_of(published["data"]["toml"])
    assert scheme.sha256 == published["data"]["sha256"]
    assert str(scheme.effective_from) == published["data"]["effective_from"]
    targets = _data(year, "target.set", period=story.SETTLED, scope="employee", metric="won_value")
    sellers = {e["data"]["employee"] for e in _data(year, "employee.hired", position=SELLER)}
    hired_later = {"E-26"}
    assert {event["data"]["scope_id"] for event in targets} == sellers - hired_later
    assert {e["data"]["norm"] for e in _data(year, "norm.defined")} >= {scheme.reductions[0].norm}


def test_the_late_win_is_valid_and_no_part_of_the_year(year: Year) -> None:
    late = list(late_events())
    assert [event["type"] for event in late] == ["deal.opened", "deal.won"]
    for event in late:
        encode_json(json.dumps(event, ensure_ascii=False).encode())
    keys = {(event["source"], event["key"]) for event in year}
    assert not keys & {(event["source"], event["key"]) for event in late}
    assert not _data(year, "deal.opened", deal=story.LATE_DEAL)
    assert story.LATE_WON.date().isoformat() < "2025-10-01"
