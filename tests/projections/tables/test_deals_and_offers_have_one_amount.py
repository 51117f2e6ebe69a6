"""Whatever a deal or an offer is told twice, every question gives the same answer."""

from typing import Any

import pytest

from ledger.envelope import Event
from ledger.events.sales import (
    DealLost,
    DealOpened,
    DealReassigned,
    DealReopened,
    DealWon,
    Line,
    OfferAccepted,
    OfferSent,
)  # fmt: skip
from projections.metrics.metrics import metrics
from projections.questions.clients.card import card
from projections.tables.sales import deals, offers
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told

OPENED = told(DealOpened(deal="D-1", holder="E-1", amount=100, currency="EUR"), "2026-01-10",
              client="C-1")  # fmt: skip


def won(amount: int, at: str, currency: str | None = "EUR") -> Event:
    return told(DealWon(deal="D-1", amount=amount, currency=currency), at)


def reopened(at: str) -> Event:
    return told(DealReopened(deal="D-1", reason="they called"), at)


@pytest.mark.parametrize(
    ("then", "state"),
    [
        ([won(120, "2026-02-01", "USD")], ("won", 120, "USD")),
        # It has the amount of its opening again, and so the currency of that.
        ([won(120, "2026-02-01", "USD"), reopened("2026-03-01")], ("open", 100, "EUR")),
        # The first win counts, and what does not concern it leaves it alone.
        ([won(120, "2026-02-01"), won(150, "2026-02-02", "USD")], ("won", 120, "EUR")),
        ([won(120, "2026-02-01"), told(DealReassigned(deal="D-1", to_holder="E-2"), "2026-02-02")],
         ("won", 120, "EUR")),
        ([won(120, "2026-02-01"), reopened("2026-02-02"), won(150, "2026-02-03", None)],
         ("won", 150, "EUR")),
        ([told(DealOpened(deal="D-1", amount=90, currency="USD"), "2026-01-11")],
         ("open", 100, "EUR")),
    ],
)  # fmt: skip
def test_the_list_of_deals_shows_the_amount_that_figures_count_in_its_own_currency(
    embedded_dsn: str, then: list[Event], state: tuple[Any, ...]
) -> None:
    history = [OPENED, *then]
    with ledger_of(embedded_dsn, history) as (_, connection):
        (deal,) = deals.deals(connection, view(len(history)))
        assert (deal.status, deal.amount, deal.currency) == state
        rows = metrics(connection, view(len(history)), by="whole", metrics=["won_value"])
        counted = [(row.value, row.unit) for row in rows if row.value]
        assert counted == ([(deal.amount, deal.currency)] if deal.status == "won" else [])


def test_a_win_before_the_date_of_the_opening_has_the_currency_of_its_amount(
    embedded_dsn: str,
) -> None:
    for currency, unit in (("USD", "USD"), (None, "EUR")):
        history = [OPENED, won(120, "2026-01-05", currency)]
        with ledger_of(embedded_dsn, history) as (_, connection):
            rows = metrics(connection, view(2), by="whole", metrics=["won_value"])
        assert [(row.value, row.unit) for row in rows] == [(120, unit)]


def test_the_history_of_a_deal_shows_each_event_once(embedded_dsn: str) -> None:
    history = [
        OPENED,
        won(120, "2026-02-01"),
        reopened("2026-02-10T09:00:00+03:00"),
        won(130, "2026-02-10T12:00:00+03:00"),
        told(DealLost(deal="D-1"), "2026-02-10"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        steps = deals.history(connection, view(len(history)), "D-1")
    assert [(step.position, step.status) for step in steps] == [
        (1, "open"), (2, "won"), (3, "open"), (4, "won"), (5, "lost"),
    ]  # fmt: skip
    assert [step.to_at for step in steps] == [*(step.from_at for step in steps[1:]), None]


def test_an_offer_sent_again_is_one_offer_as_it_was_sent_last(embedded_dsn: str) -> None:
    def sent(offer: str, amount: int, at: str) -> Event:
        data = OfferSent(offer=offer, items=(Line(product="Tea"),), amount=amount, currency="EUR")
        return told(data, at, client="C-1", performed_by="E-1")

    history = [
        sent("O-1", 100, "2026-01-10"),
        sent("O-1", 80, "2026-02-10"),
        sent("O-2", 5, "2026-01-11"),
        sent("O-2", 6, "2026-01-12"),
        told(OfferAccepted(offer="O-2"), "2026-01-13"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = view(len(history))
        first, second = offers.offers(connection, seen)
        assert (first.offer, first.state, first.amount) == ("O-1", "sent", 80)
        assert (second.offer, second.state, second.amount) == ("O-2", "accepted", 6)
        (line,) = card(connection, seen, "C-1").open_offers
        assert (line.name, line.value, line.since) == ("O-1", first.amount, first.sent_at)
        for by, group in (("whole", "whole"), ("product", "Tea")):
            rows = metrics(connection, seen, by=by, every="month", metrics=["offers_sent"])
            assert {row.period: row.value for row in rows if row.group == group} == {"2026-01": 2}
        (before,) = card(connection, view(1), "C-1").open_offers
        assert (before.value, before.position) == (100, 1)
