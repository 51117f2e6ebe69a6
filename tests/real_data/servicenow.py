"""ServiceNow's incident log as events: `python -m tests.real_data.servicenow > servicenow.jsonl`.

A row of the log is an incident's state after one update; it is compared with the row before it.
N is the number of the row within its incident; the key is INCIDENT-N-TYPE, for what is recorded
after the last row INCIDENT-TYPE, for a unit unit-NAME.

| source | event | occurred_at, performed_by |
|---|---|---|
| assignment_group seen for the first time | org_unit.defined, kind department | unknown |
| first row | case.opened; kind = contact_type; location, priority | opened_at, opened_by |
| incident_state differs | case_state.entered, from_state | the row's |
| assigned_to, assignment_group emptied | case.unassigned: assignee, unit, or both | the row's |
| assigned_to, assignment_group set or changed | case.assigned, from_ the former | the row's |
| made_sla becomes false | case_deadline.breached, deadline resolve | the row's |
| reopen_count grows (never by more than 1) | case.reopened | the row's |
| every row, after what it changed | case.noted | the row's |
| resolved_at or resolved_by filled | case.resolved, after the last row | these, or unknown |
| always | case.closed, code, after the last row | closed_at, the last row's |

A row's own time and performer are sys_updated_at and sys_updated_by. The client is the row's
caller_id; case.opened and case.noted also have the row's contact_type as channel (IVR is a phone,
"Direct opening" a visit). "?" is an empty value. Times have no zone and are taken as UTC, to the
minute. What the last row says of resolution and closing, the first row says too.

The file's order is the order of truth. One row (INC0000137, the first) is dated after the row that
follows it, which cannot be: such a row takes the time of its successor, and its case.noted keeps
the time the file gives. So time and, in the 14,118 rows that share a minute, position agree with
the file.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from tests.real_data import source
from tests.real_data.source import Wire

Row = dict[str, str | None]
Values = Mapping[str, str | None]

CHANNELS = {
    "Phone": "phone", "IVR": "phone", "Email": "email", "Self service": "web",
    "Direct opening": "visit",
}  # fmt: skip
HOLDERS = {"assigned_to": "assignee", "assignment_group": "unit"}


def events(folder: Path) -> Iterator[Wire]:
    """Give every event of the set, in the order in which they are to be recorded."""
    units: set[str] = set()
    for number, group in groupby(_rows(folder), key=itemgetter("number")):
        rows = list(group)
        for row in rows:
            unit = row["assignment_group"]
            if unit and unit not in units:
                units.add(unit)
                data = {"unit": unit, "name": unit, "kind": "department"}
                yield _event("org_unit.defined", f"unit-{unit}", data)
        yield from _case(str(number), rows)


def _rows(folder: Path) -> Iterator[Row]:
    found = source.rows(folder / "incident_event_log.csv.zip", "incident_event_log.csv")
    for row in found:
        yield {name: None if value == "?" else value for name, value in row.items()}


def _event(type_: str, key: str, data: Values, at: str = "unknown", **envelope: str | None) -> Wire:
    return {
        "type": type_, "source": "servicenow", "key": key, "recorded_by": "servicenow",
        "occurred_at": at, **_filled(envelope), "data": _filled(data),
    }  # fmt: skip


def _filled(values: Values) -> Row:
    return {name: value for name, value in values.items() if value is not None}


def _case(number: str, rows: list[Row]) -> Iterator[Wire]:
    first, last = rows[0], rows[-1]
    before: Row = dict.fromkeys(first)
    for n, (row, at) in enumerate(zip(rows, _times(rows), strict=True), start=1):
        caller, author, channel = row["caller_id"], row["sys_updated_by"], _channel(row)
        if row is first:
            yield _opened(number, row)
        for type_, change in _changes(before, row):
            data = {"case": number, **change}
            key = f"{number}-{n}-{type_}"
            yield _event(type_, key, data, at, client=caller, performed_by=author)
        said = row["sys_updated_at"]
        data = {"case": number, "text": None if at == _time(said) else f"dated {said}"}
        yield _event(
            "case.noted", f"{number}-{n}-case.noted", data, at,
            client=caller, performed_by=author, channel=channel,
        )  # fmt: skip
        before = row
    yield from _ending(number, last)


def _times(rows: list[Row]) -> list[str]:
    """Give each row's time, or that of a later row if that is earlier."""
    times = [_time(row["sys_updated_at"]) for row in rows]
    for n in reversed(range(len(times) - 1)):
        times[n] = min(times[n], times[n + 1])
    return times


def _time(text: str | None) -> str:
    """Turn 29/2/2016 01:16 into 2016-02-29T01:16Z, and nothing into "unknown"."""
    if text is None:
        return "unknown"
    date, minute = text.split()
    day, month, year = date.split("/")
    return f"{year}-{month:0>2}-{day:0>2}T{minute}Z"


def _channel(row: Row) -> str:
    return CHANNELS[str(row["contact_type"])]


def _opened(number: str, row: Row) -> Wire:
    data = {
        "case": number, "kind": row["contact_type"],
        "location": row["location"], "priority": row["priority"],
    }  # fmt: skip
    return _event(
        "case.opened", f"{number}-1-case.opened", data, _time(row["opened_at"]),
        client=row["caller_id"], performed_by=row["opened_by"], channel=_channel(row),
    )  # fmt: skip


def _changes(before: Row, row: Row) -> Iterator[tuple[str, Row]]:
    was, state = before["incident_state"], row["incident_state"]
    if state != was:
        yield "case_state.entered", {"state": state, "from_state": was}
    given: Row = {}
    taken: Row = {}
    for column, holder in HOLDERS.items():
        if row[column] == before[column]:
            continue
        if row[column] is None:
            taken[holder] = before[column]
        else:
            given |= {holder: row[column], f"from_{holder}": before[column]}
    if taken:
        yield "case.unassigned", taken
    if given:
        yield "case.assigned", given
    if row["location"] and row["location"] != before["location"] and before["number"]:
        yield "case.relocated", {"location": row["location"], "from_location": before["location"]}
    if row["made_sla"] == "false" != before["made_sla"]:
        yield "case_deadline.breached", {"deadline": "resolve"}
    if int(row["reopen_count"] or 0) > int(before["reopen_count"] or 0):
        yield "case.reopened", {}


def _ending(number: str, row: Row) -> Iterator[Wire]:
    client = row["caller_id"]
    if row["resolved_at"] or row["resolved_by"]:
        yield _event(
            "case.resolved", f"{number}-case.resolved", {"case": number},
            _time(row["resolved_at"]), client=client, performed_by=row["resolved_by"],
        )  # fmt: skip
    data = {"case": number, "code": row["closed_code"]}
    yield _event(
        "case.closed", f"{number}-case.closed", data, _time(row["closed_at"]),
        client=client, performed_by=row["sys_updated_by"],
    )  # fmt: skip


if __name__ == "__main__":
    source.print_events(events, "servicenow_incidents")
