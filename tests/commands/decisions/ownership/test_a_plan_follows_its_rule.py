"""Who is proposed for which client, by each rule; a plan's file is read back, or refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.decisions.ownership.transfer_plan import Move, Plan, Unplaced, read, write
from commands.decisions.ownership.transfer_rules import Owned, Successor, place
from ledger.errors import InvalidQuestion, Refused

ONE, TWO, THREE = Successor("E-1", 5), Successor("E-2", 1), Successor("E-3", 2)
SKILLED = (
    Successor("E-1", 5, frozenset({"retail"})),
    Successor("E-2", 1, frozenset({"retail", "horeca"})),
)


def clients(count: int, **more: Any) -> list[Owned]:
    return [Owned(f"C-{number}", **more) for number in range(count)]


def proposed(
    owned: list[Owned], successors: tuple[Successor, ...], rule: str, otherwise: str | None = None
) -> list[str | None]:
    moves, unplaced = place(owned, successors, rule, otherwise)
    to = {move.client: move.to for move in moves}
    assert to.keys() | {each.client for each in unplaced} == {each.client for each in owned}
    assert all(each.why for each in (*moves, *unplaced))
    return [to.get(each.client) for each in owned]


@pytest.mark.parametrize(
    ("rule", "successors", "expected"),
    [
        ("one", (ONE,), ["E-1"] * 5),
        ("round-robin", (ONE, TWO, THREE), ["E-1", "E-2", "E-3", "E-1", "E-2"]),
        ("least-loaded", (ONE, TWO, THREE), ["E-2", "E-2", "E-3", "E-2", "E-3"]),
        ("same-unit", (ONE, TWO, THREE), ["E-2", "E-2", "E-3", "E-2", "E-3"]),
    ],
)
def test_a_rule_without_a_field(
    rule: str, successors: tuple[Successor, ...], expected: list[str]
) -> None:
    assert proposed(clients(5), successors, rule) == expected


def test_a_fact_of_the_client_chooses_who_can_deal_with_it() -> None:
    owned = [Owned("C-0", "retail"), Owned("C-1", "horeca"), Owned("C-2", "mining"), Owned("C-3")]
    assert proposed(owned, SKILLED, "fact:segment") == ["E-2", "E-2", None, None]
    assert proposed(owned, SKILLED, "fact:segment", "E-9") == ["E-2", "E-2", "E-9", "E-9"]
    _, unplaced = place(owned, SKILLED, "fact:segment", None)
    assert [each.why for each in unplaced] == [
        "segment is mining; no successor has that skill",
        "no segment is recorded",
    ]


@pytest.mark.parametrize("rule", ["one", "round-robin", "least-loaded", "fact:segment"])
def test_nobody_is_proposed_for_whom_he_may_not_approach(rule: str) -> None:
    only = (SKILLED[1],)
    owned = clients(2, value="retail", barred=frozenset({"E-2"}))
    assert proposed(owned, only, rule) == [None, None]
    assert proposed(owned, only, rule, "E-2") == [None, None]
    assert proposed(owned, only, rule, "E-9") == ["E-9", "E-9"]


def test_a_turn_that_is_barred_is_not_lost() -> None:
    owned = [Owned("C-0", None, frozenset({"E-1"})), *clients(3)[1:]]
    assert proposed(owned, (ONE, TWO), "round-robin") == ["E-2", "E-1", "E-2"]


@given(loads=st.lists(st.integers(0, 9), min_size=1, max_size=5), count=st.integers(0, 40))
def test_the_fewest_get_them_until_all_have_as_many(loads: list[int], count: int) -> None:
    successors = tuple(Successor(f"E-{n}", load) for n, load in enumerate(loads))
    to = proposed(clients(count), successors, "least-loaded")
    after = {each.employee: each.clients + to.count(each.employee) for each in successors}
    gained = [after[each.employee] for each in successors if each.employee in to]
    assert not gained or max(gained) - min(after.values()) <= 1


@pytest.mark.parametrize(
    ("rule", "successors", "kind"),
    [
        ("one", (ONE, TWO), Refused),
        ("round-robin", (), Refused),
        ("best", (ONE,), InvalidQuestion),
        ("fact:", (ONE,), InvalidQuestion),
    ],
)
def test_a_rule_that_makes_no_sense(
    rule: str, successors: tuple[Successor, ...], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        place(clients(1), successors, rule, None)


PLAN = Plan(
    batch="", from_employee="E-7", rule="one", reason="departure",
    effective_at=datetime(2026, 12, 1, tzinfo=UTC), position=12,
    moves=(Move("Ц-1", "E-9", "the only successor"), Move("C-2", "E-9", "the only successor")),
    unplaced=(Unplaced("C-3", "nobody may"),),
).named()  # fmt: skip


def test_a_plan_is_read_back_whatever_its_layout(tmp_path: Path) -> None:
    write(PLAN, tmp_path / "a.json")
    write(PLAN, tmp_path / "b.json")
    text = (tmp_path / "a.json").read_bytes()
    assert text == (tmp_path / "b.json").read_bytes()
    (tmp_path / "c.json").write_text(json.dumps(json.loads(text)), "utf-8")
    again = [read(tmp_path / f"{name}.json") for name in "abc"]
    assert again == [PLAN] * 3
    assert {each.sha256 for each in again} == {PLAN.sha256}
    assert PLAN.named().batch == PLAN.batch


def test_a_plan_never_replaces_another(tmp_path: Path) -> None:
    write(PLAN, tmp_path / "plan.json")
    with pytest.raises(InvalidQuestion, match="exists already"):
        write(PLAN, tmp_path / "plan.json")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[:-40], "is not a valid plan"),
        (lambda text: "", "is not a valid plan"),
        (lambda text: "[1, 2]", "is not a valid plan"),
        (lambda text: text.replace('"rule"', '"role"'), "is not a valid plan"),
        (lambda text: text.replace("12", '"twelve"', 1), "is not a valid plan"),
        (lambda text: text.replace('"to": "E-9"', '"to": 9', 1), "is not a valid plan"),
        (lambda text: text.replace("C-2", "Ц-1"), "Ц-1 is in the plan twice"),
        (lambda text: text.replace("E-9", "E-7"), "from E-7 to E-7"),
        (lambda text: text.replace('"departure"', '"whim"'), "whim"),
        (
            lambda text: text.replace('"departure"', '"batch_reversed"'),
            "is not a reason for a transfer",
        ),
        (lambda text: text.replace("T-", "T/"), "cannot name a batch"),
        (lambda text: text.replace("00Z", "00"), "no time zone"),
    ],
)
def test_a_damaged_plan_is_refused(tmp_path: Path, damage: Any, said: str) -> None:
    write(PLAN, tmp_path / "plan.json")
    text = (tmp_path / "plan.json").read_text("utf-8")
    (tmp_path / "plan.json").write_text(damage(text), "utf-8")
    assert damage(text) != text
    with pytest.raises(InvalidQuestion, match="Make a new one") as refused:
        read(tmp_path / "plan.json")
    assert said in str(refused.value)


def test_a_plan_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes('{"batch": "Ц"}'.encode("cp1251"))
    with pytest.raises(InvalidQuestion, match="is not a valid plan"):
        read(tmp_path / "plan.json")
