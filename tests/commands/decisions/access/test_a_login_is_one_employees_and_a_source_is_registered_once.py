"""Given links, sources and roles: a login is linked, a source registered, a policy published."""

from collections.abc import Callable
from typing import Any

import pytest

from commands.decisions.access import logins, policy
from ledger.envelope import Event
from ledger.errors import Refused, UnknownId
from ledger.events.access import (
    AccessPolicyPublished,
    LoginLinked,
    LoginUnlinked,
    ProducerRegistered,
)
from ledger.events.corrections import EventAnnulled
from ledger.events.people import EmployeeDeparted
from tests.commands.decisions.access.standings import company as company_
from tests.commands.decisions.access.standings import fact, granted, linked, login, service
from tests.commands.decisions.access.standings import policy as published
from tests.commands.decisions.given import CONTEXT, day, given, when

Decide = Callable[[Any, Any], Any]


def known(*events: Event) -> Any:
    return given(logins.model("E-1", "E-2"), *company_(), *events)


def register(source: str = "pbx", *names: str, **more: Any) -> Decide:
    instead = more.pop("instead", False)
    wanted = ProducerRegistered(source=source, logins=names or ("gateway",), **more)
    return logins.register(wanted, instead=instead)


def test_a_login_is_linked_to_one_employee_and_unlinked() -> None:
    link = LoginLinked(login=login("E-1"), employee="E-1")
    assert when(logins.link(login("E-1"), "E-1"), known()) == [link]
    assert when(logins.link(login("E-1"), "E-1"), known(linked("E-1"))) == []
    unlinked = LoginUnlinked(login=login("E-1"), employee="E-1", reason="left")
    assert when(logins.unlink(login("E-1"), "left"), known(linked("E-1"))) == [unlinked]
    again = known(linked("E-1"), fact(unlinked, 3))
    assert when(logins.link(login("E-1"), "E-2"), again)
    assert when(logins.link("a second one", "E-1"), known(linked("E-1")))


def test_a_source_is_registered_once_or_anew() -> None:
    first = fact(ProducerRegistered(source="pbx", logins=("gateway",)), 2, key="first")
    assert when(register(), known()) == [ProducerRegistered(source="pbx", logins=("gateway",))]
    assert when(register(), known(first)) == []
    gone, new = when(register("pbx", "other", instead=True), known(first))
    assert isinstance(gone, EventAnnulled)
    assert (gone.annulled_type, new.logins) == ("producer.registered", ("other",))


REFUSED: dict[str, tuple[Decide, list[Event], str]] = {
    "a login of two employees": (
        logins.link(login("E-1"), "E-2"), [linked("E-1")], "linked to E-1, and a login has one"),
    "a login of nobody who was ever here": (logins.link("x", "E-404"), [], "was ever hired"),
    "a login of one who has left": (
        logins.link("x", "E-2"), [fact(EmployeeDeparted(employee="E-2"), 5)], "not employed now"),
    "the login of a service": (logins.link("crm", "E-1"), [service("crm")], "acts for others"),
    "an unlink of what is not linked": (logins.unlink("x"), [], "is not linked"),
    "a source registered twice": (
        register("pbx", "other"), [fact(ProducerRegistered(source="pbx", logins=("gateway",)))],
        "registered already, for gateway"),
    "the source of all decisions": (register("iledger", "other"), [], "everybody who may decide"),
    "the source of transfers": (register("transfer", "other"), [], "everybody who may decide"),
    "a type that does not exist": (register(types=("call.loged",)), [], "Did you mean"),
    "an employee's login for others": (
        register("crm", login("E-1"), acts_for="anyone"), [linked("E-1")], "own login of E-1"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(what: str) -> None:
    decide, events, words = REFUSED[what]
    with pytest.raises((Refused, UnknownId), match=words):
        when(decide, known(*events))


ADMIN = granted("E-1", "administrator")
LOCKS_OUT = {
    "nobody": ([], "nobody is an administrator"),
    "another role": ([granted("E-1", "supervisor"), linked("E-1")], "nobody is an administrator"),
    "an administrator without a login": ([ADMIN, linked("E-2")], "no login is linked to E-1"),
    "a login that cannot connect": ([ADMIN, linked("E-1")], "login-of-E-1 cannot connect"),
    "an administrator of a unit": (
        [granted("E-1", "administrator", "north"), linked("E-1")], "nobody is an administrator"),
    "one whose role ends": (
        [granted("E-1", "administrator", until=day(300)), linked("E-1")],
        "nobody is an administrator"),
    "one who has left": (
        [ADMIN, linked("E-1"), fact(EmployeeDeparted(employee="E-1"), 5)],
        "nobody is an administrator"),
}  # fmt: skip


@pytest.mark.parametrize("whom", LOCKS_OUT)
def test_a_policy_that_would_lock_everybody_out_is_refused(whom: str) -> None:
    events, words = LOCKS_OUT[whom]
    state = given(policy.model(), *company_(), *events)
    can = set() if "cannot" in whom else {login("E-1"), login("E-2")}
    # Enforced it would; recorded or open it would not
    enforce = AccessPolicyPublished(version=1, mode="enforce")
    with pytest.raises(Refused, match=f"lock everybody out: .*{words}"):
        when(policy.publish(enforce, can), state)
    record = AccessPolicyPublished(version=1, mode="record")
    assert when(policy.publish(record, can), state) == [record]


def test_each_policy_takes_the_place_of_the_one_before() -> None:
    state = given(policy.model(), *company_(), ADMIN, linked("E-1"), published("record"))
    wanted = AccessPolicyPublished(version=1, mode="enforce")
    (new,) = when(policy.publish(wanted, {login("E-1")}), state, CONTEXT)
    assert (new.version, new.mode) == (2, "enforce")
    same = AccessPolicyPublished(version=1, mode="record")
    assert when(policy.publish(same, set()), state) == []
