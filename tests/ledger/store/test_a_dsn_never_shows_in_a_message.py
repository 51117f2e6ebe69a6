"""A connection string that cannot be read may hold a password anywhere, so no part is repeated."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger
from ledger.database import Location, connect, parsed
from ledger.errors import InvalidQuestion

SECRET = "hunter2"
UNREADABLE = (
    f"{SECRET}",
    f"postgresql://u:a@{SECRET}@127.0.0.1:1/db",
    f"postgresql://u:{SECRET}/x@127.0.0.1:1/db",
    f"postgresql://u:12/{SECRET}@127.0.0.1:1/db",
    f"postgresql://u:12?x@{SECRET}@127.0.0.1:1/db",
    f"postgresql://u:%zz{SECRET}@127.0.0.1:1/db",
    f"postgresql://u:p@127.0.0.1:{SECRET}/db",
    f"postgresql://u:p@127.0.0.1:1/db?{SECRET}=1",
    f"host=127.0.0.1 password=my {SECRET}",
    f"host=127.0.0.1 password='{SECRET}",
    f"host=127.0.0.1 port={SECRET}",
    f"host=127.0.0.1 {SECRET}=1",
)


@pytest.mark.parametrize("dsn", UNREADABLE)
def test_no_part_of_what_cannot_be_read_is_repeated(dsn: str) -> None:
    with pytest.raises(InvalidQuestion, match="the DSN cannot be read") as caught:
        connect(Location(dsn))
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None, "the cause would repeat it"


@pytest.mark.parametrize(
    "dsn", ["postgresql://u@h/d", "postgres://u:p%40x@h:5432,g:5433/d?host=@abstract",
            "host=/tmp/x port=5432 user=a dbname='b c'", "dbname=a@b password='p@s s'"],
)  # fmt: skip
def test_what_can_be_read_is(dsn: str) -> None:
    assert parsed(dsn)


@given(st.text("p@:/?#%=' \\", min_size=1, max_size=6))
def test_a_password_that_is_not_encoded_is_taken_for_nothing_else(middle: str) -> None:
    with suppress(InvalidQuestion):
        parts = parsed(f"postgresql://u:{SECRET}{middle}{SECRET}@h/d")
        assert parts["host"] == "h"
        assert SECRET in parts.pop("password")
        assert SECRET not in str(parts)


def test_spaces_around_a_name_are_no_part_of_it(tmp_path: Path) -> None:
    home = f" {tmp_path} "
    given = {"ILEDGER_DSN": "  ", "ILEDGER_HOME": home, "ILEDGER_SCHEMA": " sales "}
    assert Location.from_environment(given) == Location(None, tmp_path, "sales")
    assert Location.from_environment({"ILEDGER_DSN": " dbname=x "}) == Location("dbname=x")


def test_what_is_empty_names_no_ledger(tmp_path: Path) -> None:
    home = str(tmp_path)
    for environment, named in (
        ({"ILEDGER_DSN": ""}, "ILEDGER_DSN"),
        ({"ILEDGER_HOME": " "}, "ILEDGER_HOME"),
        ({"ILEDGER_HOME": home, "ILEDGER_SCHEMA": ""}, "ILEDGER_SCHEMA"),
    ):
        with pytest.raises(InvalidQuestion, match=f"{named} is empty"):
            Location.from_environment(environment)
    assert Location.from_environment({}) == Location()
    assert Location.from_environment({"ILEDGER_HOME": home, "ILEDGER_DSN": ""}).folder == tmp_path


@pytest.mark.parametrize("given", [{"dsn": ""}, {"folder": ""}, {"schema_name": ""}])
def test_a_program_is_told_so_too(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ILEDGER_DSN", "ILEDGER_HOME", "ILEDGER_SCHEMA"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InvalidQuestion, match="is empty"):
        ledger.open(create=False, **given)
