"""`iledger access …` and the three attacks, as typed, on a real ledger."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any, NamedTuple

import pytest

from commands.decisions.access.rights import FIGURES, RIGHTS, ROLES
from ledger.database import Location, connect
from tests.commands.cli.conftest import Run, event, jsonl


def _fact(key: str, type_: str, client: str | None = None, **data: Any) -> dict[str, Any]:
    return event(0, type=type_, key=key, client=client, occurred_at="2026-01-01", data=data)


BASE = [
    _fact("north", "org_unit.defined", unit="north", name="north", kind="branch"),
    *(
        _fact(f"hired {each}", "employee.hired", employee=each, name="Анна", unit="north")
        for each in ("E-1", "E-2", "E-9")
    ),
    _fact("client 1", "client.registered", "C-1", kind="company", name="Ёлка"),
    _fact("client 2", "client.registered", "C-2", kind="company", name="Ёлка 2"),
    _fact("owner 1", "curator.assigned", "C-1", employee="E-2"),
]
ATTACKS = {
    "took a colleague's client": (
        ("client", "reassign", "C-1", "--to", "E-1", "--reason", "workload"), "own_favour"),
    "set his own target": (
        ("target", "set", "--employee", "E-1", "--metric", "deals_won", "--period", "2026-12",
         "--value", "1"), "own_target"),
}  # fmt: skip


class Done(NamedTuple):
    """What a command ended with, and said."""

    exit_code: int
    stdout: str
    stderr: str


Asked = Callable[..., Done]


@pytest.fixture
def asked(iledger: Run) -> Asked:
    """Ask a ledger of a small company."""

    def run(*words: str) -> Done:
        done = iledger(*words)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    assert iledger("append", stdin=jsonl(*BASE)).returncode == 0
    return run


@pytest.fixture
def login(location: Location) -> str:
    """The login of the tests' server."""
    with closing(connect(location)) as connection:
        (found,) = connection.execute("SELECT session_user").fetchone() or ()
    return str(found)


def listed(asked: Asked, *words: str) -> list[dict[str, Any]]:
    done = asked(*words, "--format", "json")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("what", ATTACKS)
def test_an_attack_is_refused_without_any_policy_and_is_on_record(
    asked: Asked, login: str, what: str
) -> None:
    # Given a ledger without a policy, when E-1 tries what nobody may
    command, rule = ATTACKS[what]
    done = asked(*command, "--by", "E-1")
    # Then it is refused, also as a dry run, and listed
    assert done.exit_code == 8
    assert asked(*command, "--by", "E-1", "--dry-run").exit_code == 8
    (found,) = listed(asked, "access", "breaches")
    assert (found["outcome"], found["rule"], found["employee"]) == ("refused", rule, "E-1")
    assert found["login"] == login
    # And somebody else may
    assert asked(*command, "--by", "E-9").exit_code == 0


def test_the_table_of_rights_is_printed(asked: Asked) -> None:
    found = listed(asked, "access", "rights")
    assert [row["decision"] for row in found] == [*RIGHTS, FIGURES.decision]
    assert {*ROLES} < found[0].keys()


def test_a_login_is_linked_and_decides_in_the_name_of_its_employee(
    asked: Asked, login: str
) -> None:
    # Given the login linked to E-9
    assert asked("access", "login", "link", login, "--employee", "E-9").exit_code == 0
    (line,) = [each for each in listed(asked, "access", "login", "list") if each["employee"]]
    assert (line["login"], line["employee"], line["may_append"]) == (login, "E-9", True)
    # When a decision names nobody, or them, it is theirs
    release = ("client", "release", "C-1", "--reason", "idle")
    assert asked(*release, "--key", "K-1").exit_code == 0
    again = asked(*release, "--key", "K-1", "--by", "E-9")
    assert "recorded before" in again.stderr
    (chain,) = [
        row
        for row in listed(asked, "audit", "custody", "--client", "C-1", "--part", "chain")
        if row["change"] == "released"
    ]
    assert chain["recorded_by"] == "E-9"
    # When it names another, it is refused with the remedy
    refused = asked("client", "assign", "C-1", "--to", "E-2", "--by", "E-1")
    assert refused.exit_code == 8
    assert "linked to another employee than E-1; leave --by out" in refused.stderr
    # When it is unlinked, all is as before
    assert asked("access", "login", "unlink", login).exit_code == 0
    assert asked("client", "assign", "C-1", "--to", "E-2", "--by", "E-1").exit_code == 0


def test_enforced_the_role_decides_and_what_was_recorded_past_it_is_listed(
    asked: Asked, iledger: Run, login: str
) -> None:
    # Given an administrator, whose login is linked, and an enforced policy
    assert asked("access", "policy", "publish", "enforce").exit_code == 8
    for words in (
        ("role", "grant", "E-9", "administrator"),
        ("login", "link", login, "--employee", "E-9"),
        ("policy", "publish", "enforce"),
    ):
        assert asked("access", *words).exit_code == 0
    (policy,) = listed(asked, "access", "policy", "show")
    assert (policy["mode"], policy["version"]) == ("enforce", 1)
    # When they decide what their role does not reach, it is refused
    release = ("client", "release", "C-1", "--reason", "idle")
    refused = asked(*release)
    assert refused.exit_code == 8
    assert "holds no role that may decide client.released" in refused.stderr
    # And not even they can grant the role to themselves
    assert asked("access", "role", "grant", "E-9", "supervisor").exit_code == 8
    # When a writer records past the decisions that a client passed, then it is listed
    raw = _fact("raw", "client.reassigned", "C-1", from_employee="E-2", to_employee="E-1",
                reason="workload")  # fmt: skip
    assert iledger("append", stdin=jsonl(raw)).returncode == 0
    found = [row for row in listed(asked, "access", "breaches") if row["client"] == "C-1"]
    assert {(row["outcome"], row["decision"], row["rule"], row["login"]) for row in found} == {
        ("refused", "client.released", "no_right", login),
        ("recorded", "client.reassigned", "no_right", login),
        ("recorded", "client.reassigned", "other_name", login),
    }
    # When the owner opens again, it passes
    assert asked("access", "policy", "publish", "open").exit_code == 0
    assert asked(*release).exit_code == 0


def test_a_source_is_registered_and_shown(asked: Asked, login: str) -> None:
    register = ("access", "producer", "register", "pbx", "--login", login, "--type", "call.logged")
    assert asked(*register).exit_code == 0
    (line,) = listed(asked, "access", "producer", "list")
    assert (line["source"], line["logins"], line["types"]) == ("pbx", [login], ["call.logged"])
    twice = asked("access", "producer", "register", "pbx", "--login", login)
    assert twice.exit_code == 8
    assert "add --replace" in twice.stderr
    unknown = asked("access", "producer", "register", "crm", "--login", "nobody-at-all")
    assert unknown.exit_code == 3


def test_a_merge_that_names_an_approver_needs_no_policy(asked: Asked) -> None:
    merge = ("client", "merge", "C-1", "C-2", "--evidence", "tax", "--approved-by", "E-9")
    assert asked(*merge, "--by", "E-1").exit_code == 0
