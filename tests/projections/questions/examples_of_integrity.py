"""The examples of questions about ids that point nowhere."""

from decimal import Decimal

from ledger.events.clients import ClientRegistered
from ledger.events.sales import DealOpened, DealWon
from projections.questions.integrity import check, ids
from tests.projections.questions.examples import Example, then, was


def _registered(client: str) -> ClientRegistered:
    return ClientRegistered(kind="company", name=client)


EXAMPLES = {
    check.check: Example(
        lambda c, v: [r.kind for r in check.check(c, v, ["never-opened"]) if r.id == "D-unopened"],
        [was(_registered("C-unopened"), client="C-unopened")],
        then(DealWon(deal="D-unopened", amount=Decimal(1)), client="C-unopened"),
        then(DealOpened(deal="D-unopened"), client="C-unopened"),
        [], ["never-opened"], [],
    ),
    check.counts: Example(
        check.counts,
        [was(_registered("C-counted"), client="C-counted")],
        then(DealWon(deal="D-counted", amount=Decimal(1)), client="C-counted"),
        then(DealOpened(deal="D-counted"), client="C-counted"),
        {}, {"never-opened": 1}, {},
        alone=True,
    ),
    ids.ids: Example(
        lambda c, v: [each for each in ids.ids(c, v, "deal") if each.startswith("D-ids")],
        [was(_registered("C-ids"), client="C-ids")],
        then(DealOpened(deal="D-ids-1"), client="C-ids"),
        then(DealOpened(deal="D-ids-2"), client="C-ids"),
        [], ["D-ids-1"], ["D-ids-1", "D-ids-2"],
        timeless=True,
    ),
}  # fmt: skip
