"""A quarter of a small company whose names do their worst, for the tests of its page."""

from typing import Any

from tests.commands.cli.conftest import event

LONG = "Константинопольский-Задунайский Александр-Мария Иннокентьевич"
WILD = '<script>document.title="taken"</script><img src="https://example.org/x.png">'
WIDE = "渡邊 さくら"
NAMES = {"E-1": "Иванова Марина", "E-2": LONG, "E-3": WILD, "E-4": WIDE}
NAMES |= {f"E-{n}": f"Продавец № {n}" for n in range(5, 14)}


def happened(type_: str, at: str, client: str | None = None, **data: Any) -> dict[str, Any]:
    number = next(_numbers)
    told = event(number, type=type_, occurred_at=at, data=data)
    told["client"] = client
    told["performed_by"] = data.pop("by", None)
    return {name: value for name, value in told.items() if value is not None}


_numbers = iter(range(1, 10_000))


def _people() -> list[dict[str, Any]]:
    unit = happened("org_unit.defined", "2024-01-01", unit="B", name="Юг & Ко", kind="branch")
    hired = [
        happened("employee.hired", "2024-01-01", employee=id_, name=name, unit="B")
        for id_, name in NAMES.items()
    ]
    return [unit, *hired]


def _clients() -> list[dict[str, Any]]:
    """Three clients each; E-1 leaves in September, and one of hers passes to E-2."""
    given = [
        happened("curator.assigned", "2025-02-01", f"C-{n}-{k}", employee=f"E-{n}")
        for n in range(1, 14)
        for k in range(3)
    ]
    left = happened("employee.departed", "2025-09-12T19:00:00+03:00", employee="E-1")
    passed = happened(
        "client.reassigned", "2025-09-16", "C-1-0",
        from_employee="E-1", to_employee="E-2", reason="departure",
    )  # fmt: skip
    freed = happened("client.released", "2025-08-05", "C-5-0", from_employee="E-5", reason="pool")
    return [*given, left, passed, freed]


def _deals() -> list[dict[str, Any]]:
    found = []
    for n in range(1, 12):
        client, deal = f"C-{n}-0", f"D-{n}"
        opened = {"deal": deal, "holder": f"E-{n}", "pipeline": f"Продажи {WIDE}"}
        found.append(happened("deal.opened", "2025-07-03", client, by=f"E-{n}", **opened))
        if n % 3:
            money = {"amount": str(100_000 * n), "currency": "EUR" if n == 4 else "RUB"}
            found.append(happened("deal.won", f"2025-0{7 + n % 3}-20", client, deal=deal, **money))
        elif n % 2:
            found.append(happened("deal.lost", "2025-08-20", client, deal=deal, reason="price"))
    calls = [
        happened("call.logged", f"2025-{month:02}-10T10:00:00+03:00", f"C-{n}-0", by=f"E-{n}",
                 direction="outbound", outcome="reached" if n % 2 else "no_answer")
        for month in (5, 7, 8, 9)
        for n in range(1, 14)
    ]  # fmt: skip
    return [*found, *calls]


def _targets() -> list[dict[str, Any]]:
    def target(scope: str, who: str | None, metric: str, value: str, **more: Any) -> dict[str, Any]:
        name = {"target": f"{who}/{metric}", "scope": scope, "metric": metric, "value": value}
        whose = {"scope_id": who} if who else {}
        return happened("target.set", "2025-06-20", period="2025-Q3", **name, **whose, **more)

    return [
        target("whole", None, "win_rate", "0.9"),
        target("whole", None, "overdue_share", "0.1", direction="less"),
        target("unit", "B", "won_value", "1000000", currency="RUB"),
        target("employee", "E-2", "won_value", "900000", currency="RUB"),
        target("employee", "E-3", "deals_won", "2"),
        target("employee", "E-4", "deals_won", "1"),
        happened("target.revised", "2025-08-01", target="E-2/won_value", to="400000", reason="r"),
        happened("shortfall.explained", "2025-10-02", target="E-3/deals_won", cause=WILD),
    ]


EVENTS = [*_people(), *_clients(), *_deals(), *_targets()]
