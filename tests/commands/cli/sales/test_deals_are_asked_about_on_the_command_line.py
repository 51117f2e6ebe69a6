"""`iledger deal …`, `dispute claims`, `employee units`, `task calendars`, as typed."""

import json
from typing import Any

from tests.commands.cli.conftest import Here, Run, event, jsonl, one_message


def _happened(number: int, type_: str, day: str, **data: Any) -> dict[str, Any]:
    client = None if type_.startswith(("org_unit", "business")) else "C-1"
    return event(number, type=type_, client=client, occurred_at=day, data=data)


EVENTS = (
    _happened(1, "org_unit.defined", "2025-01-01", unit="U-1", name="Юг", kind="team"),
    _happened(2, "deal.opened", "2026-01-10", deal="D-1", holder="E-7"),
    _happened(3, "deal_stage.entered", "2026-01-20", deal="D-1", stage="offer"),
    _happened(4, "deal.opened", "2026-02-10", deal="D-2", holder="E-8"),
    _happened(5, "deal.won", "2026-02-20", deal="D-2", amount="100", currency="RUB"),
    _happened(6, "purchase.recorded", "2026-02-21", purchase="P-1", amount="100", deal="D-2"),
    _happened(7, "offer.sent", "2026-02-22", offer="O-1"),
)


def test_deals_and_what_goes_with_them(iledger: Run, here: Here) -> None:
    done = iledger("append", stdin=jsonl(*EVENTS))
    assert done.returncode == 0, done.stderr

    def rows(*question: str) -> Any:
        asked = here(*question, "--format", "json")
        assert asked.exit_code == 0, asked.stderr
        return json.loads(asked.stdout)

    stages = [(each["change"], each["stage"]) for each in rows("deal", "history", "D-1")]
    assert stages == [("opened", None), ("entered", "offer")]
    aged = rows("deal", "aging", "--older-than", "90", "--older-than", "10", "--on", "2026-03-01")
    assert [(each["holder"], each["older_than"], each["deals"]) for each in aged] == [
        ("E-7", 10, 1)
    ]
    (bought,) = rows("deal", "purchases", "--client", "C-1")
    assert (bought["purchase"], bought["deal"]) == ("P-1", "D-2")
    assert rows("deal", "purchases", "--on", "2026-02-20") == []
    assert [each["unit"] for each in rows("employee", "units")] == ["U-1"]
    assert rows("task", "calendars") == []
    (claim,) = rows("dispute", "claims", "C-1")
    assert claim["employee"] == "E-7"
    done = iledger("deal", "history", "D-9")
    assert done.returncode == 3
    assert "iledger deal list" in one_message(done)
