"""Counts per type, as the README of each set and its answers give them."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from ledger.codec import encode_json
from tests.real_data import maven, servicenow, source
from tests.real_data.answers import published
from tests.real_data.source import Wire


def types_of(events: Iterable[Wire]) -> Counter[str]:
    encoded = [encode_json(msgspec.json.encode(event)) for event in events]
    assert len({(event.source, event.key) for event in encoded}) == len(encoded)
    return Counter(event.type for event in encoded)


def test_of_maven():
    folder = source.folder("maven_crm")
    answer = published(folder)
    found = types_of(maven.events(folder))
    offices, managers = answer["counts/regional_offices"], answer["counts/managers"]
    assert found == {
        "org_unit.defined": offices + managers,
        "employee.hired": managers + answer["counts/agents_in_teams"],
        "client.registered": answer["counts/accounts"],
        "client_fact.recorded": answer["counts/accounts"] * len(maven.FACTS),
        "pipeline.published": 1,
        "deal.opened": answer["counts/opportunities"],
        "deal_stage.entered": answer["funnel/reached_engaging"] + answer["by_stage/Prospecting"],
        "deal.won": answer["by_stage/Won"],
        "deal.lost": answer["by_stage/Lost"],
        "curator.assigned": answer["account_ownership_rule_latest_engaged/accounts"],
        "client.reassigned": answer["account_ownership_rule_latest_engaged/handovers_total"],
    }
    assert found.total() == 31_415


def test_of_servicenow():
    folder = source.folder("servicenow_incidents")
    answer = published(folder)
    states = [n for path, n in answer.items() if path.startswith("changes_state/")]
    # A row that sets or empties both holders is one event, which both columns' figures count.
    set_together = 17_457 + 851 + 682 + 66
    emptied_together = 145
    moves = {
        how: answer[f"changes_assigned_to/{how}"] + answer[f"changes_assignment_group/{how}"]
        for how in ("set_on_first_row", "null_to_value", "value_to_other_value", "value_to_null")
    }
    emptied = moves.pop("value_to_null")
    unresolved = 73  # neither resolved_at nor resolved_by
    assert types_of(servicenow.events(folder)) == {
        "org_unit.defined": answer["counts/groups"],
        "case.opened": answer["counts/incidents"],
        "case_state.entered": sum(states),
        "case.assigned": sum(moves.values()) - set_together,
        "case.unassigned": emptied - emptied_together,
        "case.relocated": 109,  # to another location, or to the first one that is known
        "case_deadline.breached": answer["sla/incidents_breached_final"],
        "case.reopened": answer["reopened/sum_final"],
        "case.noted": answer["counts/rows"],
        "case.resolved": answer["counts/incidents"] - unresolved,
        "case.closed": answer["counts/incidents"],
    }
