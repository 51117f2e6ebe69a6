"""Maven's CRM Sales Opportunities as events: `python -m tests.real_data.maven > maven.jsonl`.

| source | events | key |
|---|---|---|
| each office | org_unit.defined, kind branch | unit-OFFICE |
| each manager's team | org_unit.defined, kind team, parent OFFICE | unit-team of MANAGER |
| managers, sales agents | employee.hired, into the office, into the team | hired-NAME |
| accounts, each row | client.registered, parent = subsidiary_of | client-NAME |
| columns in FACTS | client_fact.recorded | fact-NAME-COLUMN |
| the pipeline | pipeline.published: Prospecting, Engaging | pipeline |
| each opportunity | deal.opened, holder = agent; GTXPro is GTX Pro | opened-ID |
| Prospecting | deal_stage.entered Prospecting | prospecting-ID |
| any other stage | deal_stage.entered Engaging, at engage_date | engaging-ID |
| Won, Lost | deal.won with close_value, deal.lost, at close_date | won-ID, lost-ID |
| an account's first engaged deal | curator.assigned to its agent | owner-ID |
| the next by another agent | client.reassigned, reason latest_engaged | owner-ID |

An employee's and a client's id is the name. Dates have the precision of a day. What has no date
(units, people, clients, the 500 Prospecting deals) happened at an unknown time and comes first.
Within a day closings come first, then openings, each by opportunity id; an opening is followed by
the change of owner it causes. So positions order what the dates leave open.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.real_data import source
from tests.real_data.source import Wire

FACTS = ("sector", "year_established", "revenue", "employees", "office_location")
PRODUCTS = {"GTXPro": "GTX Pro"}
PIPELINE = "sales"


def events(folder: Path) -> Iterator[Wire]:
    """Give every event of the set, in the order in which they are to be recorded."""
    teams = list(_rows(folder, "sales_teams"))
    yield from _units(teams)
    yield from _people(teams)
    for row in _rows(folder, "accounts"):
        yield from _client(row)
    stages = [{"name": "Prospecting"}, {"name": "Engaging"}]
    data = {"pipeline": PIPELINE, "revision": 1, "stages": stages}
    yield _event("pipeline.published", "pipeline", data)
    deals = sorted(_rows(folder, "sales_pipeline"), key=lambda row: row["opportunity_id"])
    yield from _undated(deals)
    yield from _dated(deals)


def _rows(folder: Path, table: str) -> Iterator[dict[str, str]]:
    archive = folder / "CRM+Sales+Opportunities.zip"
    return source.rows(archive, f"CRM+Sales+Opportunities/{table}.csv")


def _event(
    type_: str, key: str, data: dict[str, Any], occurred_at: str = "unknown", **envelope: str
) -> Wire:
    named = {name: value for name, value in envelope.items() if value}
    return {
        "type": type_, "source": "maven", "key": key, "recorded_by": "maven",
        "occurred_at": occurred_at, **named, "data": data,
    }  # fmt: skip


def _units(teams: list[dict[str, str]]) -> Iterator[Wire]:
    for office in sorted({row["regional_office"] for row in teams}):
        data = {"unit": office, "name": office, "kind": "branch"}
        yield _event("org_unit.defined", f"unit-{office}", data)
    for manager, office in _managers(teams):
        unit = _team(manager)
        data = {"unit": unit, "name": unit, "kind": "team", "parent": office, "manager": manager}
        yield _event("org_unit.defined", f"unit-{unit}", data)


def _people(teams: list[dict[str, str]]) -> Iterator[Wire]:
    people = [(manager, office, "manager") for manager, office in _managers(teams)]
    people += [(row["sales_agent"], _team(row["manager"]), "sales agent") for row in teams]
    for name, unit, position in people:
        data = {"employee": name, "name": name, "unit": unit, "position": position}
        yield _event("employee.hired", f"hired-{name}", data)


def _managers(teams: list[dict[str, str]]) -> list[tuple[str, str]]:
    return sorted({(row["manager"], row["regional_office"]) for row in teams})


def _team(manager: str) -> str:
    return f"team of {manager}"


def _client(row: dict[str, str]) -> Iterator[Wire]:
    name = row["account"]
    data = {"kind": "company", "name": name}
    if row["subsidiary_of"]:
        data["parent"] = row["subsidiary_of"]
    yield _event("client.registered", f"client-{name}", data, client=name)
    for field in FACTS:
        fact = {"field": field, "value": row[field]}
        yield _event("client_fact.recorded", f"fact-{name}-{field}", fact, client=name)


def _undated(deals: list[dict[str, str]]) -> Iterator[Wire]:
    for row in deals:
        if not row["engage_date"]:
            yield _opened(row, "unknown")
            yield _step(row, "deal_stage.entered", "prospecting", "unknown", stage="Prospecting")


def _dated(deals: list[dict[str, str]]) -> Iterator[Wire]:
    openings = [(row["engage_date"], 1, row) for row in deals if row["engage_date"]]
    closings = [(row["close_date"], 0, row) for row in deals if row["close_date"]]
    owners: dict[str, str] = {}
    for day, opening, row in sorted(openings + closings, key=lambda moment: moment[:2]):
        if opening:
            yield _opened(row, day)
            yield _step(row, "deal_stage.entered", "engaging", day, stage="Engaging")
            yield from _owned(row, owners)
        elif row["deal_stage"] == "Won":
            yield _step(row, "deal.won", "won", day, amount=row["close_value"])
        else:
            yield _step(row, "deal.lost", "lost", day, stage="Engaging")


def _opened(row: dict[str, str], day: str) -> Wire:
    product = PRODUCTS.get(row["product"], row["product"])
    agent = row["sales_agent"]
    content = {"holder": agent, "product": product, "pipeline": PIPELINE}
    return _step(row, "deal.opened", "opened", day, **content)


def _step(row: dict[str, str], type_: str, step: str, day: str, **content: str) -> Wire:
    data = {"deal": row["opportunity_id"], **content}
    key = f"{step}-{row['opportunity_id']}"
    client, agent = row["account"], row["sales_agent"]
    return _event(type_, key, data, day, client=client, performed_by=agent)


def _owned(row: dict[str, str], owners: dict[str, str]) -> Iterator[Wire]:
    client, agent, day = row["account"], row["sales_agent"], row["engage_date"]
    owner = owners.get(client)
    if not client or owner == agent:
        return
    owners[client] = agent
    key = f"owner-{row['opportunity_id']}"
    if owner is None:
        yield _event("curator.assigned", key, {"employee": agent}, day, client=client)
    else:
        data = {"from_employee": owner, "to_employee": agent, "reason": "latest_engaged"}
        yield _event("client.reassigned", key, data, day, client=client)


if __name__ == "__main__":
    source.print_events(events, "maven_crm")
