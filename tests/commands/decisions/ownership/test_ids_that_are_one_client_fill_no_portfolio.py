"""The policy's limit of clients counts clients: ids merged away are not counted beside."""

from commands.decisions.ownership import ownership, reservation
from ledger.events import ownership as facts
from ledger.events.clients import ClientMerged, ClientUnmerged
from ledger.events.sales import OfferSent
from tests.commands.decisions.given import CONTEXT, event, told
from tests.commands.decisions.sellers import OFFER, policy, state

TWO = [event(facts.ClientReserved(employee="E-1"), 5, f"C-{n}") for n in (2, 3)]
MERGED = event(ClientMerged(survivor="C-2", absorbed="C-3", evidence="inn"), 8, None)
APART = event(ClientUnmerged(survivor="C-2", absorbed="C-3", reason="no"), 9, None)
LIMIT = policy(clients_per_seller=2)


def test_an_id_merged_away_is_not_counted_until_it_is_separated() -> None:
    approach = reservation.approach(OFFER, "E-1")
    merged = approach(state(LIMIT, *TWO, MERGED), CONTEXT)
    assert isinstance(told(merged)[0], OfferSent)
    assert told(approach(state(LIMIT, *TWO, MERGED, APART), CONTEXT))[0].rule == "portfolio_full"
    assert told(approach(state(LIMIT, *TWO), CONTEXT))[0].rule == "portfolio_full"


def test_merges_are_read_only_where_the_limit_is_reached() -> None:
    model = ownership.model("C-1", "E-1", seller="E-1")
    merges = {
        item.tags for item in model.widen(state(LIMIT, *TWO)) if "client.merged" in item.types
    }
    assert merges == {("client:C-2",), ("client:C-3",)}
    assert not [i for i in model.widen(state(LIMIT, TWO[0])) if "client.merged" in i.types]
