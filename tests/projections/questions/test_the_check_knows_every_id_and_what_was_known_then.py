"""Over random histories: every id is a mention, and the check as of then is the one shown then."""

from typing import get_type_hints

from hypothesis import HealthCheck, given, settings

from ledger import catalogue
from ledger.envelope import Event
from projections.questions.integrity.check import check
from tests.projections.ledgers import as_then, ledger_of, view
from tests.projections.random_events import histories
from tests.surroundings.groups import examples


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_every_id_that_an_event_is_found_by_is_a_mention(
    embedded_dsn: str, history: list[Event]
) -> None:
    """Whatever the type: its tags, and what its envelope names.

    Many types mean nothing without a client.
    """
    named = {pair for event in history if event.client for pair in _ids(event)}
    with ledger_of(embedded_dsn, history) as (_, connection):
        rows = connection.execute("SELECT kind, id FROM mentions()").fetchall()
        assert named <= {(kind, id_) for kind, id_ in rows}


def _ids(event: Event) -> set[tuple[str, str]]:
    found = {("client", event.client), ("employee", event.performed_by), ("unit", event.unit)}
    described = catalogue.by_class()[type(event.data)]
    assert set(get_type_hints(type(event.data))) >= {field for field, _ in described.tags}
    for field, stream in described.tags:
        if stream not in ("event", "period", "login", "source"):
            found.add((stream.replace("contact", "contact person"), getattr(event.data, field)))
    if described.name == "event.annulled":
        found = {("client", event.client)}
    return {(kind, id_) for kind, id_ in found if id_ is not None}


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(max_size=20))
def test_the_check_as_of_then_is_the_check_shown_then(
    embedded_dsn: str, history: list[Event]
) -> None:
    position = len(history) // 2
    with ledger_of(embedded_dsn, history, [position]) as (location, connection):
        now = check(connection, view(position))
        assert check(as_then(location, connection, position), view(position)) == now
