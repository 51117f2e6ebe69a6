"""An id that nothing is recorded about: exit code 3 and the nearest known ids, never no answer."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import click
import pytest

from commands.cli import main
from commands.cli.admin.reference import commands
from commands.cli.shell.ids import Id
from ledger.database import Location, connect
from projections.questions.integrity import ids
from projections.view import View
from tests.commands.cli.conftest import Run, event, jsonl

Ask = Callable[..., tuple[int, str]]
NOBODY = "E-404"
FILLED = {
    "period": "2025-Q3",
    "month": "2025-09",
    "start": "2025-09-01",
    "first": "2025-09-01",
    "last": "2025-09-02",
    "to": "1",
    "value": "1",
}
# Options of decisions that name what must exist, and the others that they need.
DECISIONS = (
    ("client reserve C-1 --for", NOBODY),
    ("client reserve C-404 --for E-1", ""),
    ("client assign C-1 --to", NOBODY),
    ("client assign C-404 --to E-1", ""),
    ("client reassign C-404 --reason conflict --to E-1", ""),
    ("client reassign C-1 --reason conflict --to", NOBODY),
    ("client release C-404 --reason x", ""),
    ("client bar C-404 --reason x --employee E-1", ""),
    ("client team add C-404 --role sales --employee E-1", ""),
    ("client team add C-1 --role sales --employee", NOBODY),
    ("client team remove C-404 --employee E-1", ""),
    ("client conflict report C-404 --employee E-1", ""),
    ("client conflict report C-1 --employee", NOBODY),
    ("client conflict resolve C-404 --outcome reconciled --employee E-1", ""),
    ("client conflict resolve C-1 --outcome reconciled --employee", NOBODY),
    ("client merge C-1 C-404 --evidence x", ""),
    ("client unmerge C-1 C-404 --reason x", ""),
    ("dispute open C-404 --claimant E-1 --respondent E-2 --claim x", ""),
    ("dispute open C-1 --claimant E-1 --claim x --respondent", NOBODY),
    ("dispute resolve DS-404 --decision claimant --grounds x", ""),
    ("employee depart", NOBODY),
    ("employee absence --from 2025-09-01 --to 2025-09-02", NOBODY),
    ("employee absence E-1 --from 2025-09-01 --to 2025-09-02 --substitute", NOBODY),
    ("access role grant --scope U-1", f"{NOBODY} boss"),
    ("access role grant E-1 boss --scope", "U-404"),
    ("access role revoke", f"{NOBODY} boss"),
    ("target set --metric deals_won --period 2025-Q3 --value 1 --employee", NOBODY),
    ("target set --metric deals_won --period 2025-Q3 --value 1 --unit", "U-404"),
    ("target revise T-404 --to 1 --reason x", ""),
    ("target explain T-404 --cause x", ""),
    ("norm define N --metric interactions --at-least 1 --employee", NOBODY),
    ("norm define N --metric interactions --at-least 1 --unit", "U-404"),
    ("reservation policy publish --exclude", "U-404"),
    ("reservation expire --employee", NOBODY),
    ("transfer reverse B-404 --reason x --yes", ""),
    ("bonus reduction decide R-404 --confirm --reason x", ""),
    ("bonus statement dispute S-404 --claim x", ""),
    ("bonus statement correct S-404 --delta 1 --reason x", ""),
)


def _people() -> Iterator[dict[str, Any]]:
    plain: dict[str, Any] = {"client": None, "occurred_at": "2025-01-01"}
    yield event(
        1, type="org_unit.defined", **plain, data={"unit": "U-1", "name": "S", "kind": "team"}
    )
    for n in (1, 2):
        hired = {"employee": f"E-{n}", "name": "N", "unit": "U-1"}
        yield event(1 + n, type="employee.hired", **plain, data=hired)
    yield event(4, type="client.registered", client="C-1", data={"kind": "company", "name": "A"})


@pytest.fixture
def ask(iledger: Run, settings: dict[str, str], monkeypatch: Any, capsys: Any) -> Ask:
    """Run a command in this process, on a ledger with two employees, a unit and a client."""
    assert iledger("append", stdin=jsonl(*_people())).returncode == 0
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ILEDGER_BY", "E-1")

    def asked(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        return main.run(arguments), capsys.readouterr().err

    return asked


def _with_an_unknown_id() -> Iterator[tuple[str, ...]]:
    """Each command once for each of its ids: that one is unknown, whatever else it needs is not."""
    for path, command in commands():
        if any("--key" in each.opts for each in command.params):
            continue  # decisions say by themselves what they do not know
        for asked in command.params:
            if isinstance(asked.type, Id):
                yield (*path.split()[1:], *_filled(command, asked))


def _filled(command: click.Command, asked: click.Parameter) -> Iterator[str]:
    for parameter in command.params:
        known = {"client": "C-1", "employee": "E-1"}.get(parameter.name or "", "X-404")
        if isinstance(parameter, click.Argument) and (parameter.required or parameter is asked):
            yield "X-404" if parameter is asked else known
        elif parameter is asked:
            yield from (parameter.opts[0], "X-404")
        elif parameter.required:
            yield from (parameter.opts[0], FILLED.get(parameter.name or "", "x"))


def test_every_question_with_an_unknown_id_says_so(ask: Ask, tmp_path: Any) -> None:
    more = {"handover pack --batch": ("--out", str(tmp_path)), "handover pack X": ("--to", "E-1")}
    wrong = {}
    tried = [*_with_an_unknown_id(), ("reservation", "expire", "--employee", "X-404"),
             ("norm", "record", "--period", "2025-Q3", "--norm", "X-404")]  # fmt: skip
    for arguments in tried:
        said = " ".join(arguments)
        further = next((more[start] for start in more if said.startswith(start)), ())
        code, err = ask(*arguments, *further)
        if code != 3 or "'X-404' is known as of position 4." not in err:
            wrong[said] = code, err
    assert not wrong
    assert len(tried) > 40, "the options that name something have the type Id"


def test_a_name_in_a_filter_that_there_is_not_says_so(ask: Ask) -> None:
    """Unknown groups as unknown ids; names of what the program defines are errors of the asker."""
    for by in ("whole", "product"):
        code, err = ask("metrics", "--by", by, "--group", "X-404")
        assert (code, "no group 'X-404' has a figure" in err) == (3, True), by
    for question in ("metrics --by", "transfer plan E-1 --rule"):
        code, err = ask(*question.split(), "fact:segment")
        assert (code, "no field 'segment' is known" in err) == (3, True), question
    code, err = ask("replay", "--source", "nobody")
    assert (code, "nothing from a source 'nobody' is recorded" in err) == (3, True)
    assert ask("replay", "--source", event(1)["source"], "--after", "4")[0] == 0
    code, err = ask("timeline", "C-1", "--kind", "cal")
    assert (code, "no kind 'cal' of event. Did you mean 'call'" in err) == (2, True)
    code, err = ask("target", "attainment", "--period", "2025-Q3", "--credit", "NOPE")
    assert (code, "no credit 'NOPE'" in err) == (2, True)


def test_none_is_no_id_where_things_without_one_are_asked_for(ask: Ask) -> None:
    assert ask("funnel", "--pipeline", "(none)")[0] == 0
    assert ask("deal", "list", "--stage", "(none)")[0] == 3


def test_every_decision_about_an_unknown_id_says_so(ask: Ask) -> None:
    told = {line: ask(*line.split(), *more.split()) for line, more in DECISIONS}
    assert not {line: answer for line, answer in told.items() if answer[0] != 3}


def test_an_id_that_is_known_without_any_row_is_no_mistake(ask: Ask) -> None:
    for question in ("deal list --holder E-1", "task list --assignee E-2", "case list --unit U-1"):
        code, err = ask(*question.split())
        assert (code, err.strip()) == (0, "nothing found")


@pytest.mark.parametrize(("question", "near"), [
    ("deal list --holder Е-1", "Did you mean 'E-1'"),
    ("card c-1", "Did you mean 'C-1'"),
    ("clients --unit U1", "Did you mean 'U-1'"),
    ("employee portfolio E-11", "Did you mean 'E-1'"),
    ("replay --client C1", "Did you mean 'C-1'"),
    ("metrics --group E-3", "Did you mean 'E-1' or 'E-2'"),
])  # fmt: skip
def test_the_nearest_known_ids_are_named(ask: Ask, question: str, near: str) -> None:
    ask("employee", "list")  # so that the projections are there for `replay`
    code, err = ask(*question.split())
    assert code == 3
    assert near in err


def test_an_empty_id_is_refused_as_a_mistake_of_the_command_line(ask: Ask) -> None:
    for question in (
        ("deal", "list", "--holder", ""), ("card", " "), ("replay", "--client", ""),
        ("client", "assign", "", "--to", "E-1"), ("employee", "depart", " "),
        ("target", "set", "--employee", "", "--metric", "deals_won", "--period", "2025",
         "--value", "1"),
    ):  # fmt: skip
        code, err = ask(*question)
        assert (code, "is empty" in err or "names nothing" in err) == (2, True)


def test_spaces_around_an_id_are_not_part_of_it(ask: Ask) -> None:
    for question in (
        ("employee", "portfolio", " E-1 "),
        ("client", "assign", "C-1 ", "--to", "E-2"),
    ):
        assert ask(*question)[0] == 0


def test_each_kind_of_id_says_what_lists_it(location: Location, ask: Ask) -> None:
    ask("employee", "list")
    with closing(connect(location, "owner")) as connection:
        kinds = connection.execute("SELECT DISTINCT kind FROM mentions()").fetchall()
        assert {kind for (kind,) in kinds} == {"client", "employee", "unit"}
        for kind in ids.LISTS:
            assert ids.ids(connection, View.now(4), kind) == sorted(
                {"client": ["C-1"], "employee": ["E-1", "E-2", "E-7"], "unit": ["U-1"]}.get(
                    kind, []
                )
            )
