"""No text of an event runs in a spreadsheet, steers a terminal, or reads in another direction."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.cli.shell.cells import harmless
from commands.cli.shell.output import file_name
from ledger import codec, log
from ledger.database import Connection
from ledger.events.clients import ClientRegistered
from ledger.events.contacts import MoodNoted
from ledger.events.ownership import CuratorAssigned
from ledger.events.people import EmployeeHired
from projections.documents.markdown import escaped
from projections.shown_text import one_line, visible
from tests.commands.cli.conftest import Here, Run
from tests.projections.stories import told

FORMULA, HIDDEN = "=HYPERLINK(A1)", "Oak\u202egpj"
STEERING = st.text(st.sampled_from("a =+-@\t\r\n\x00\x1b\x9b\u200b\u202e\u2066\ud800é5"))


@pytest.mark.parametrize(
    "text", ["=1", "+79990000000", "-x", "@a", "\t1", "\r", "\x1b", " =1", "＝1"]
)
def test_a_formula_is_none_after_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Oak", "-5", "-0.25", "5", "2026-01-02", "a=b", "'x"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(STEERING)
def test_nothing_begins_with_what_steers(text: str) -> None:
    shown = harmless(text)
    assert shown in (text, f"'{text}")
    assert shown.lstrip()[:1] not in tuple("=+@") or not shown
    assert not shown or shown[0].isprintable()


@given(STEERING)
def test_what_is_not_seen_is_shown_and_can_be_told(text: str) -> None:
    assert one_line(text).isprintable()
    assert escaped(text).isprintable()
    assert all(letter.isprintable() or letter in "\n\t" for letter in visible(text))
    assert visible(text).encode("ascii", "backslashreplace").decode("unicode_escape") == text


def test_escapes_are_those_of_python() -> None:
    assert visible("a\x1b[31m\u202eb\u2028\x7f") == r"a\x1b[31m\u202eb\u2028\x7f"
    assert visible("Ёлка\u00a05\n") == "Ёлка\u00a05\n"
    assert one_line(" a\r\n\tb ") == "a b"


def test_an_ids_file_has_a_name_that_fits() -> None:
    names = {file_name(letter * 300 + last, ".md") for letter in "aЁ%" for last in "12"}
    assert len(names) == 6
    assert all(len(name.encode()) <= 255 and name.endswith(".md") for name in names)
    assert file_name("C-0112", ".md") == "C-0112.md"


@pytest.fixture
def odd(owner: Connection) -> Connection:
    """A client whose name is a formula, and whose mood is -2; an owner whose name turns round."""
    log.append(
        owner,
        [
            codec.encode(each)
            for each in (
                told(EmployeeHired(employee="E-1", name=HIDDEN), "2026-01-01"),
                told(ClientRegistered(kind="company", name=FORMULA), "2026-01-01", client="C-1"),
                told(CuratorAssigned(employee="E-1"), "2026-01-02", client="C-1"),
                told(MoodNoted(mood=-2), "2026-01-02", client="C-1", performed_by="E-1"),
            )
        ],
    )
    return owner


def test_csv_is_harmless_unless_asked_for_raw(odd: Connection, here: Here) -> None:
    rows = list(csv.DictReader(io.StringIO(here("card", "C-1", "--format", "csv").stdout)))
    values = [row["value"] for row in rows]
    assert f"'{FORMULA}" in values
    assert "-2" in values, "a number stays a number"
    raw = here("card", "C-1", "--format", "csv", "--raw").stdout
    assert f",{FORMULA}," in raw
    assert "'" not in raw
    whole = json.loads(here("card", "C-1", "--format", "json").stdout)
    assert whole["identity"][0]["value"] == FORMULA, "JSON is for programs"
    assert "--raw" in here("card", "--help").stdout


def test_tables_packs_and_pages_show_what_turns_round_and_are_private(
    odd: Connection, iledger: Run, tmp_path: Path
) -> None:
    (tmp_path / "wrong.jsonl").write_text("{}\n")
    iledger("append", "wrong.jsonl")
    iledger("handover", "pack", "C-1", "--to", "E-1", "--out", "pack.md")
    iledger("report", "page", "--html", "page.html", "--period", "2026-01")
    table = iledger("card", "C-1").stdout.decode()
    for shown in (table, *((tmp_path / name).read_text() for name in ("pack.md", "page.html"))):
        assert "\u202e" not in shown
        assert r"Oak\u202egpj" in shown.replace(r"\\u", r"\u")
    made = {"wrong.jsonl.rejects.jsonl", "pack.md", "page.html"}
    assert {path.name for path in tmp_path.iterdir()} >= made
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in made} == {0o600}
