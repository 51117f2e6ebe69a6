"""What a client gives back reduces turnover and credit, and is nothing that they bought."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger import codec
from ledger.envelope import Event
from ledger.errors import InvalidEvent
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.sales import DealWon, GoodsReturned, Line, OfferSent, PurchaseRecorded
from projections.metrics.metrics import NOBODY, explain, metrics
from projections.questions.clients.client_base_audit import base_audit
from projections.tables.sales.purchases import purchases
from tests.projections.ledgers import ledger_of, view
from tests.projections.random_events import annulment
from tests.projections.stories import figures, told

D = Decimal


def bought(at: str, purchase: str, amount: int, client: str = "C-1", *lines: Line) -> Event:
    content = PurchaseRecorded(purchase=purchase, amount=D(amount), currency="RUB", lines=lines)
    return told(content, at, client=client, performed_by="E-1")


def returned(at: str, purchase: str, amount: int, client: str = "C-1", *lines: Line) -> Event:
    content = GoodsReturned(purchase=purchase, amount=D(amount), lines=lines)
    return told(content, at, client=client)


OWNED = [told(CuratorAssigned(employee="E-1"), "2024-01-01", client=each) for each in
         ("C-1", "C-2")]  # fmt: skip
MARCH = {"since": date(2025, 3, 1), "until": date(2025, 4, 1)}


def asked(dsn: str, history: list[Event], *names: str, **more: Any) -> dict[str, dict[Any, Any]]:
    with ledger_of(dsn, history) as (_, connection):
        rows = metrics(connection, view(len(history)), metrics=names, **more)
    return {name: figures(rows, name) for name in names}


def test_turnover_falls_and_the_number_of_purchases_does_not(
    embedded_dsn: str,
) -> None:
    history = [*OWNED, bought("2025-03-10", "P-1", 1000), returned("2025-03-20", "P-1", 200)]
    found = asked(
        embedded_dsn, history, "purchase_value", "purchases", "repeat_purchase_rate", **MARCH
    )
    assert found == {
        "purchase_value": {"E-1": 800},
        "purchases": {"E-1": 1},
        "repeat_purchase_rate": {"E-1": 0},
    }


def test_a_return_makes_nobody_active_or_won_back(
    embedded_dsn: str,
) -> None:
    history = [*OWNED, bought("2024-01-10", "P-9", 500), returned("2025-02-20", "P-9", 500)]
    february = {"since": date(2025, 2, 1), "until": date(2025, 3, 1)}
    assert asked(embedded_dsn, history, "reactivation_rate", **february) == {
        "reactivation_rate": {"E-1": 0}
    }
    assert asked(embedded_dsn, history, "retention_rate", **MARCH) == {"retention_rate": {}}
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = view(len(history))
        audit = base_audit(connection, seen, since=date(2025, 2, 1), until=date(2025, 3, 1))
    assert audit.reactivated == 0


def test_it_is_taken_from_who_was_credited_with_the_purchase_when_it_is_returned(
    embedded_dsn: str,
) -> None:
    passed = ClientReassigned(to_employee="E-2", from_employee="E-1", reason="workload")
    back = returned("2025-04-05T12:00:00Z", "P-1", 300)
    history = [*OWNED, bought("2025-03-10", "P-1", 1000), told(passed, "2025-03-20", client="C-1"),
               back]  # fmt: skip
    assert asked(embedded_dsn, history, "purchase_value", **MARCH) == {
        "purchase_value": {"E-1": 1000}
    }
    april = {"since": date(2025, 4, 1), "until": date(2025, 5, 1)}
    assert asked(embedded_dsn, history, "purchase_value", **april) == {
        "purchase_value": {"E-1": -300}
    }
    assert asked(embedded_dsn, history, "purchase_value") == {"purchase_value": {"E-1": 700}}
    with ledger_of(embedded_dsn, history) as (_, connection):
        (line,) = explain(connection, view(len(history)), "purchase_value", **april)
        (row,) = purchases(connection, view(len(history)))
    assert (line.position, line.weight, line.value, line.currency) == (5, -1, 300, "RUB")
    assert line.occurred_at == datetime(2025, 4, 5, 12, tzinfo=UTC)
    assert (row.amount, row.returned) == (1000, 300)
    undone = [*history, annulment(back, key="a")]
    assert asked(embedded_dsn, undone, "purchase_value") == {"purchase_value": {"E-1": 1000}}


def test_what_was_returned_of_a_purchase_is_in_its_currency(embedded_dsn: str) -> None:
    euros = PurchaseRecorded(purchase="P-1", amount=D(100), currency="EUR")
    unnamed = PurchaseRecorded(purchase="P-2", amount=D(50))
    history = [
        told(euros, "2025-03-10", client="C-1"),
        told(unnamed, "2025-03-10", client="C-1"),
        told(euros, "2025-03-10", client="C-2"),
        returned("2025-03-11", "P-1", 5),
        *(
            told(GoodsReturned(purchase=of, amount=D(amount), currency=currency), at, client="C-1")
            for of, amount, currency, at in (
                ("P-1", 20, "EUR", "2025-03-10"), ("P-1", 7000, "RUB", "2025-03-12"),
                ("P-2", 3, "EUR", "2025-03-12"), ("P-1", 60, "EUR", "2025-03-09"),
            )
        ),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        found = [(row.client, row.amount, row.returned, row.currency)
                 for row in purchases(connection, view(len(history)))]  # fmt: skip
        assert purchases(connection, view(len(history)), "C-2")[0].returned == 0
    assert found == [("C-1", 100, 25, "EUR"), ("C-1", 50, 0, None), ("C-2", 100, 0, "EUR")]


def test_many_purchases_and_returns_of_one_id_are_read_a_few_times_each(embedded_dsn: str) -> None:
    many = 50
    history = [
        *OWNED,
        *(bought("2025-03-10", "0", 100 + n, f"C-{n % 7}") for n in range(many)),
        *(returned("2025-03-20", "0", n + 1, f"C-{n % 9}") for n in range(many)),
    ]
    read = """SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_xact_user_tables
              WHERE relid = 'purchases'::regclass"""
    with ledger_of(embedded_dsn, history) as (_, connection), connection.transaction():
        seen = view(len(history))
        ((before,),) = connection.execute(read).fetchall()
        assert len(purchases(connection, seen)) == many
        ((between,),) = connection.execute(read).fetchall()
        assert metrics(connection, seen, metrics=["purchase_value"])
        ((after,),) = connection.execute(read).fetchall()
    assert many <= between - before <= 5 * many
    assert many <= after - between <= 5 * many


def test_purchases_go_by_the_products_of_their_lines(
    embedded_dsn: str,
) -> None:
    tea, cup = Line(product="Tea", quantity=D(2), price=D(100)), Line(product="Cup", price=D(50))
    history = [
        *OWNED,
        bought("2025-03-01", "P-1", 260, "C-1", tea, cup),  # 10 for delivery
        bought("2025-03-02", "P-2", 70, "C-2", Line(product="Cup")),
        bought("2025-03-03", "P-3", 5, "C-2"),
        told(OfferSent(offer="O-1", items=(tea, cup), amount=D(250)), "2025-03-01", client="C-1"),
    ]
    found = asked(embedded_dsn, history, "purchases", "purchase_value", "offers_sent", by="product")
    assert found["purchase_value"] == {"Tea": 200, "Cup": 120, NOBODY: 15}
    assert found["purchases"] == {"Tea": 1, "Cup": 2, NOBODY: 1}
    assert {name: found["offers_sent"][name] for name in ("Tea", "Cup")} == {"Tea": 1, "Cup": 1}
    whole = asked(embedded_dsn, history, "purchases", "purchase_value", "offers_sent", by="whole")
    assert whole == {"purchases": {"whole": 3}, "purchase_value": {"whole": 335},
                     "offers_sent": {"whole": 1}}  # fmt: skip
    back = [
        *history,
        returned("2025-03-05", "P-1", 260),  # all of it, and so all of its products
        returned("2025-03-06", "P-2", 30, "C-2"),  # part of its only product
    ]
    assert asked(embedded_dsn, back, "purchase_value", by="product") == {
        "purchase_value": {"Tea": 0, "Cup": 40, NOBODY: 5}
    }


def test_it_is_taken_from_nobody_if_nobody_was_credited_with_the_purchase(
    embedded_dsn: str,
) -> None:
    bare = PurchaseRecorded(purchase="P-1", amount=D(100), currency="RUB")
    unowned: dict[str, Any] = {"client": None, "performed_by": None, "unit": None}
    back = GoodsReturned(purchase="P-1", amount=D(100))
    taken_by = {"client": "C-2", "performed_by": "E-2", "unit": "U-2"}
    history = [*OWNED, told(bare, "2025-03-10", **unowned), told(back, "2025-03-11", **taken_by)]
    for credit in ("performer", "owner-at-event"):
        for by in ("employee", "unit", "client"):
            found = asked(embedded_dsn, history, "purchase_value", by=by, credit=credit)
            assert found == {"purchase_value": {NOBODY: 0}}, (credit, by)
    alone = [*OWNED, told(back, "2025-03-11", **taken_by)]  # of a purchase that nobody recorded
    assert asked(embedded_dsn, alone, "purchase_value", credit="performer") == {
        "purchase_value": {"E-2": -100}
    }


def test_one_product_has_what_its_line_says(embedded_dsn: str) -> None:
    line = Line(product="Tea", quantity=D(1), price=D(60))
    history = [*OWNED, bought("2025-03-01", "P-1", 100, "C-1", line)]
    assert asked(embedded_dsn, history, "purchase_value", by="product") == {
        "purchase_value": {"Tea": 60, NOBODY: 40}
    }
    back = [*history, returned("2025-03-05", "P-1", 100)]
    assert asked(embedded_dsn, back, "purchase_value", by="product") == {
        "purchase_value": {"Tea": 0, NOBODY: 0}
    }


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        ({"type": "purchase.recorded", "data": {"purchase": "P", "amount": -5}}, "goods.returned"),
        ({"type": "deal.won", "data": {"deal": "D", "amount": -5}}, "deal.reopened"),
        ({"type": "goods.returned", "data": {"purchase": "P", "amount": -5}}, ""),
        ({"type": "offer.sent", "data": {"offer": "O", "amount": -5}}, ""),
    ],
)
def test_an_amount_below_nothing_is_refused_with_the_event_to_record(
    content: dict[str, Any], remedy: str
) -> None:
    line = {"source": "s", "key": "k", "recorded_by": "r", "occurred_at": "2025-03-01", **content}
    with pytest.raises(InvalidEvent) as refused:
        codec.encode_json(json.dumps(line).encode())
    assert refused.value.field == "data.amount"
    assert remedy in refused.value.remedy
    assert DealWon(deal="D", amount=D(0)).amount == 0
