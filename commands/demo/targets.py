"""Targets of the year's second half: set before each quarter, one revised, shortfalls explained."""

from datetime import datetime
from typing import Any

from commands.demo import story
from commands.demo.company import SELLER, STAFF
from commands.demo.workdays import MOSCOW
from commands.demo.world import World

_SET_AT = {"2025-Q3": (6, 26), "2025-Q4": (9, 25)}
_SALES = {"E-13": 5_000_000, "E-16": 6_000_000, "E-17": 6_000_000, "E-06": 4_000_000}
_USUAL_SALES = 2_500_000
_SCOPES: tuple[tuple[str, str | None, str, str, str], ...] = (
    ("whole", None, "won_value", "50000000", "E-01"),
    ("whole", None, "offers_sent", "120", "E-01"),
    ("whole", None, "win_rate", "0.4", "E-01"),
    ("whole", None, "overdue_share", "0.35", "E-01"),
    ("unit", "MSK", "won_value", "30000000", "E-01"),
    ("unit", "KZN", "won_value", "20000000", "E-01"),
    ("unit", "MSK-1", "won_value", "18000000", "E-02"),
    ("unit", "MSK-2", "won_value", "12000000", "E-02"),
    ("unit", "KZN-1", "won_value", "13000000", "E-05"),
    ("unit", "KZN-2", "won_value", "7000000", "E-05"),
)
_REVISED = ("2025-Q3/E-07/won_value", "2000000", "уходит 12 сентября: квартал неполный", "E-03")
_EXPLAINED = (
    ("2025-Q3/E-12/won_value", "новая база в Казани", "E-12"),
    ("2025-Q3/E-19/won_value", "клиент неплатёжеспособен", "E-19"),
    ("2025-Q3/KZN/won_value", "два договора перенесены на октябрь", "E-05"),
)


def targets(world: World) -> None:
    """Record all targets, revisions and explanations. Nothing here is random."""
    for period, (month, day) in _SET_AT.items():
        at = datetime(2025, month, day, 11, tzinfo=MOSCOW)
        for scope in _SCOPES:
            _set(world, at, period, *scope)
        for each in STAFF:
            gone = each.id == story.LEAVER and at.month == story.DEPARTURE.month
            if each.position == SELLER and each.hired < at.isoformat() and not gone:
                value = str(_SALES.get(each.id, _USUAL_SALES))
                _set(world, at, period, "employee", each.id, "won_value", value, "E-02")
    target, to, reason, by = _REVISED
    data = {"target": target, "to": to, "reason": reason, "approved_by": "E-02"}
    at = datetime(2025, 9, 1, 12, tzinfo=MOSCOW)
    world.journal.record("target.revised", at, data, by=by, key=f"revised-{target}")
    for number, (target, cause, by) in enumerate(_EXPLAINED):
        at = datetime(2025, 10, 7, 10, number, tzinfo=MOSCOW)
        data = {"target": target, "cause": cause}
        world.journal.record("shortfall.explained", at, data, by=by, key=f"explained-{target}")


def _set(
    world: World,
    at: datetime,
    period: str,
    scope: str,
    scope_id: str | None,
    metric: str,
    value: str,
    by: str,
) -> None:
    target = f"{period}/{scope_id or 'whole'}/{metric}"
    data: dict[str, Any] = {
        "target": target,
        "scope": scope,
        "scope_id": scope_id,
        "metric": metric,
        "period": period,
        "value": value,
        "currency": "RUB" if metric == "won_value" else None,
        "direction": "less" if metric == "overdue_share" else None,
    }
    world.journal.record("target.set", at, data, by=by, key=f"set-{target}")
