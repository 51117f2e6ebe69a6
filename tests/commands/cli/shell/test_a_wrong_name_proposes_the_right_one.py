"""Whoever types a name that does not exist, or stood elsewhere once, is told the right one."""

import pytest

from commands.cli import main

MEANT = {
    "events": "event types",
    "event type": "event types",
    "diff C-1": "client diff",
    "orphans": "employee orphans",
    "custody": "audit custody",
    "reservations": "reservation list",
    "expire": "reservation expire",
    "policy": "reservation policy",
    "portfolio E-7": "employee portfolio",
    "check": "audit check",
    "departures": "employee departures",
    "reserve C-1": "client reserve",
    "assign C-1": "client assign",
    "reassign C-1 --to E-7": "client reassign",
    "release C-1": "client release",
    "bar C-1": "client bar",
    "team": "client team",
    "team add C-1": "client team add",
    "team remove C-1": "client team remove",
    "team kpi --period 2026": "kpi --team",
    "my kpi --period 2026": "kpi --mine",
    "my": "kpi --mine",
    "merge C-1 C-2": "client merge",
    "unmerge C-1 C-2": "client unmerge",
    "duplicates": "client duplicates",
    "depart E-7": "employee depart",
    "absence E-7": "employee absence",
    "conflict": "client conflict",
    "conflict report C-1": "client conflict report",
    "conflict resolve C-1": "client conflict resolve",
    "conflicts": "client conflict list",
    "employees": "employee list",
    "roles": "access role list",
    "outcomes": "handover outcomes",
    "attainment": "target attainment",
    "norms": "norm list",
    "scheme": "bonus scheme",
    "scheme check x.toml": "bonus scheme check",
    "reduction": "bonus reduction",
    "reduction decide R": "bonus reduction decide",
    "period": "bonus period",
    "period close 2026": "bonus period close",
    "period status": "bonus period list",
    "statement": "bonus statement",
    "statement show S": "bonus statement show",
    "offers": "deal offers",
    "offer list": "deal offers",
    "deals": "deal list",
    "tasks": "task list",
    "cases": "case list",
    "stop": "server stop",
    "card2 C-1": "card",
    "timelin C-1": "timeline",
    "metric": "metrics",
    "empolyee list": "employee list",
    "employee depar E-7": "employee depart",
    "employee orphan": "employee orphans",
    "client reasign C-1": "client reassign",
    "client list": "clients",
    "client card C-1": "card",
    "client team ad C-1": "client team add",
    "bonus close 2026": "bonus period close",
    "bonus scheme chek x.toml": "bonus scheme check",
    "transfer pln E-7": "transfer plan",
    "deal offer": "deal offers",
    "rebuild": "projections rebuild",
    "client show C-1": "card",
    "employee show E-7": "employee list",
    "show C-1": "card",
    "handovers": "handover list",
    "my tasks": "task list",
    "departure E-7": "employee depart",
    "kpi mine --period 2026": "kpi --mine",
}


@pytest.mark.parametrize(("typed", "meant"), MEANT.items())
def test_the_right_name_is_proposed(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(typed.split()) == 2
    said = capsys.readouterr().err
    assert "no command `" in said
    assert f"did you mean `iledger {meant}`?" in said


def test_where_nothing_is_near_the_list_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["employee", "xyzzy"]) == 2
    said = capsys.readouterr().err
    assert "no command `employee xyzzy`; see `iledger employee --help`" in said


def test_of_several_names_each_is_proposed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["history"]) == 2
    said = capsys.readouterr().err
    assert "did you mean `iledger deal history` or `iledger case history`?" in said


@pytest.mark.parametrize("word", ["list", "test"])
def test_a_word_that_may_mean_anything_proposes_nothing(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run([word]) == 2
    assert f"no command `{word}`; see `iledger --help`" in capsys.readouterr().err


def test_help_before_a_name_is_help_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["help", "client", "merge"]) == 0
    shown = capsys.readouterr().out
    assert main.run(["client", "merge", "--help"]) == 0
    assert capsys.readouterr().out == shown
    for words in (["help"], ["help", "help"], ["help", "--help"]):
        assert main.run(words) == 0
        assert "Ownership:" in capsys.readouterr().out


def test_where_two_are_meant_both_are_proposed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["policy", "show"]) == 2
    both = "did you mean `iledger reservation policy show` or `iledger access policy show`?"
    assert both in capsys.readouterr().err
