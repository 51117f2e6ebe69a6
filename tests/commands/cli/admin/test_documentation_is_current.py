"""docs/cli.md, docs/events.md and docs/exit-codes.md are what `make docs` would write."""

import pytest

from commands.cli.admin.reference import pages
from ledger import catalogue, errors
from tests.commands.cli.conftest import ROOT

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == PAGES[name], "run `make docs`"


def test_every_event_type_is_described() -> None:
    for name in catalogue.types():
        assert f"### `{name}`" in PAGES["events.md"]


def test_every_error_has_its_exit_code_listed() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    for kind in kinds:
        if issubclass(kind, errors.LedgerError) and kind is not errors.LedgerError:
            assert f"| {kind.exit_code} | `{kind.__name__}` |" in PAGES["exit-codes.md"]
