"""The interface of the `eventsourcing` library: code for its DCB interface runs on a ledger.

`DCBApplication({"PERSISTENCE_MODULE": "ledger.dcb"})` opens it; ILEDGER_DSN, ILEDGER_HOME and
ILEDGER_SCHEMA name the ledger, in the application's environment or the process's. This is the only
file that imports the library. docs/eventsourcing.md says when to use it.

    LedgerFactory   makes the recorder, and names the mapper
    Fact            an event of ours as the library's decision; decision(OfferSent) is its class
    opening         that class where the event begins an EnduringObject
    Mapper          facts and recorded events
    Recorder        append on condition, read, subscribe
"""

import base64
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, ClassVar, Self, cast

import msgspec
from eventsourcing.dcb import api
from eventsourcing.dcb.api import DCBQuery
from eventsourcing.dcb.domain import Decision, InitialDecision, Tagged, decorated_funcs
from eventsourcing.dcb.msgpack import MessagePackMapper
from eventsourcing.dcb.persistence import DCBInfrastructureFactory, DCBMapper
from eventsourcing.dcb.popo import SimpleDCBReadResponse
from eventsourcing.domain import filter_kwargs_for_method_params
from eventsourcing.persistence import IntegrityError, ProgrammingError, TrackingRecorder
from eventsourcing.utils import Environment, EnvType, construct_topic, strtobool

from ledger import catalogue, codec, log, schema
from ledger.canonical import canonical
from ledger.database import ROLES, VARIABLES, Location, connect
from ledger.envelope import NEVER, Encoded, Event, Recorded, Row, TaggedRow
from ledger.errors import ConditionFailed
from ledger.receipts import record_all
from ledger.store import Store


class LedgerFactory(DCBInfrastructureFactory[TrackingRecorder]):
    """Makes the recorder. As elsewhere in the library, CREATE_TABLE=no creates no ledger."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        # The application looks for a mapper's topic after it has made its factory.
        self.env.setdefault("MAPPER_TOPIC", construct_topic(Mapper))
        self._store: Store | None = None

    def dcb_recorder(self) -> api.DCBRecorder:
        """A recorder; all share their connections. Raises SchemaMismatch, ServerUnavailable."""
        if self._store is None:
            found = {name: self.env.get(name, os.environ.get(name)) for name in VARIABLES}
            location = Location.from_environment(
                {name: value for name, value in found.items() if value is not None}
            )
            if strtobool(self.env.get("CREATE_TABLE", "yes")):
                schema.init(location)
            with connect(location, *ROLES) as connection:
                schema.check(connection)
                self._store = Store.of_a_program(connection, location)
        return Recorder(self._store)

    def close(self) -> None:
        """Close all connections."""
        if self._store is not None:
            self._store.close()


class EncodedEvent(api.DCBEvent):
    """One of our events on its way in."""

    def __init__(self, encoded: Encoded) -> None:
        super().__init__(encoded.type, encoded.body, encoded.all_tags)
        self.encoded = encoded


class RecordedEvent(api.DCBEvent):
    """One of our events as it stands in the ledger; `data` is the recorded body."""

    def __init__(self, row: Row, tags: list[str]) -> None:
        super().__init__(row.type, row.body, tags)
        self.row = row


class Fact(Decision):
    """One of our events as the library's decision: `Fact(ledger.Event(data=OfferSent(...), ...))`.

    A method under `@event(decision(OfferSent))` takes any fields of content and envelope by name,
    and the whole `event`, as it is recorded (position 0 until then). Raises InvalidEvent.
    """

    content: ClassVar[type[Any]]
    event: Recorded
    encoded: Encoded | None = None

    def __new__(cls, event: Event | Recorded) -> Self:  # noqa: D102 - see the class
        content: Any = type(event.data)
        return cast(Self, object.__new__(decision(content) if cls is Fact else cls))

    def __init__(self, event: Event | Recorded) -> None:
        if type(event.data) is not self.content:
            raise ProgrammingError(f"{event.data!r} is not content of {type(self).__name__}")
        if isinstance(event, Event):
            self.encoded = new = codec.encode(event)
            row = Row(0, new.event_id, new.type, new.version, NEVER, new.occurred_at, new.body, "")
            event = codec.decode(row)
        self.event = event

    def as_dict(self) -> dict[str, Any]:
        """Content and envelope by the names of their fields; where both have one, the content's."""
        data = self.event.data
        envelope = {name: getattr(self.event, name) for name in self.event.__struct_fields__}
        content = {field.name: getattr(data, field.name) for field in fields(data)}
        return {**envelope, "event": self.event, **content}

    def mutate(self, obj: Any) -> Any:
        """Apply the event; an object that does not exist yet stays None."""
        return None if obj is None else super().mutate(obj)


@cache
def decision(content: type[Any]) -> type[Fact]:
    """The class of decisions with this content, for `Selector(types=[...])` and `@event(...)`."""
    described = catalogue.by_class().get(content)
    if described is None:
        raise ProgrammingError(f"{content.__name__} is not an event type of the ledger")
    return type(content.__name__, (Fact,), {"TOPIC": described.name, "content": content})


class Opening(Fact, InitialDecision):
    """A fact that begins an EnduringObject, whose id is a tag of it, as in `client:C-1`."""

    object_id: str

    def mutate(self, obj: Any) -> Any:
        """Apply the event; create the object if it does not exist."""
        if obj is not None:
            return Fact(self.event).mutate(obj)
        (kind,) = [kind for kind, given in decorated_funcs if given is type(self)]
        begin = decorated_funcs[kind, type(self)]
        made = cast(Any, kind).__new__(kind)
        made.id = self.object_id
        begin.__get__(made)(**filter_kwargs_for_method_params(self.as_dict(), begin))
        return made


_openings: dict[type[Any], tuple[str, type[Opening]]] = {}


@cache
def opening(content: type[Any], stream: str) -> type[Opening]:
    """The class of decisions that begin an EnduringObject, for `@event(...)` on its `__init__`.

    stream: of the tag that is the object's id. To other objects of a group the event is unknown.
    """
    made = type(
        content.__name__, (Opening,), {"TOPIC": construct_topic(content), "content": content}
    )
    _openings[content] = stream, made
    return made


class Mapper(DCBMapper[Decision]):
    """Facts are recorded as `ledger.open()` records them; the library's own decisions wrapped."""

    def __init__(self) -> None:
        self._others = MessagePackMapper()

    def to_dcb_event(self, event: Tagged[Decision]) -> api.DCBEvent:
        """The event to append. Raises ProgrammingError for a tag that does not follow from it."""
        fact = event.decision
        if not isinstance(fact, Fact):
            return self._others.to_dcb_event(cast(Any, event))
        if fact.encoded is None:
            raise ProgrammingError(f"{fact.event.event_id} is recorded already")
        ready = EncodedEvent(fact.encoded)
        if strange := sorted({*event.tags} - {*ready.tags}):
            raise ProgrammingError(
                f"{ready.type} does not have the tag {', '.join(strange)}; its tags are "
                f"{', '.join(ready.tags)}. Leave the others out, or record an event that has them"
            )
        return ready

    def to_domain_event(self, event: api.DCBEvent) -> Tagged[Decision]:
        """The decision that an event is. Raises LedgerError for a type that is unknown here."""
        if not isinstance(event, RecordedEvent):
            return cast("Tagged[Decision]", self._others.to_domain_event(event))
        recorded = codec.decode(event.row)
        if type(recorded.data) not in _openings:
            return Tagged(event.tags, Fact(recorded))
        stream, begins = _openings[type(recorded.data)]
        first = begins(recorded)
        first.object_id = next(tag for tag in event.tags if tag.startswith(f"{stream}:"))
        return Tagged([first.object_id], first)


class Recorder(api.DCBRecorder):
    """A DCB recorder on a ledger. Thread-safe.

    An event that is not ours is wrapped, so that all of it is under the hash; its version is 0.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def read(
        self,
        query: DCBQuery | None = None,
        *,
        after: int | None = None,
        limit: int | None = None,
    ) -> api.DCBReadResponse:
        """Read by types and tags, as the library defines it."""
        upto = self.store.head()
        rows = self._tagged(_query(query), after or 0, upto, limit)
        return SimpleDCBReadResponse(rows, upto or None if limit is None else None)

    def append(
        self, events: Sequence[api.DCBEvent], condition: api.DCBAppendCondition | None = None
    ) -> int:
        """Append under a condition, as the library defines it; the last event's position.

        Raises IntegrityError if the condition fails; InvalidEvent, KeyConflict.
        """
        if not events:
            raise ProgrammingError("there is nothing to append: give at least one event")
        query = _query(condition.fail_if_events_match if condition else None)
        wanted = log.Condition(query, condition.after or 0) if condition else None
        try:
            receipts = record_all(self.store, [_encoded(event) for event in events], wanted)
        except ConditionFailed as error:
            raise IntegrityError(str(error)) from error
        return max(receipt.position for receipt in receipts)

    def subscribe(
        self, query: DCBQuery | None = None, *, after: int | None = None
    ) -> api.DCBSubscription["Recorder"]:
        """Follow the ledger, as the library defines it; a lost server is waited for."""
        return _Subscription(self, query, after)

    def _tagged(
        self, query: log.Query, after: int, upto: int, limit: int | None
    ) -> Iterator[api.DCBSequencedEvent]:
        left = upto if limit is None else limit
        while left > 0:
            page = min(left, log.PAGE)
            rows = self.store.tagged_page(query, after, upto, page)
            yield from map(_sequenced, rows)
            if len(rows) < page:
                return
            after, left = rows[-1].row.position, left - page


class _Subscription(api.DCBSubscription[Recorder]):
    def __init__(self, recorder: Recorder, query: DCBQuery | None, after: int | None) -> None:
        super().__init__(recorder, query, after)
        self._rows = recorder.store.follow(
            _query(query), after=after or 0, stopped=lambda: self._has_been_stopped
        )

    def __next__(self) -> api.DCBSequencedEvent:
        at = next(self._rows).position
        return _sequenced(*self._recorder.store.tagged_page(log.EVERYTHING, at - 1, at, 1))


@cache
def _topics() -> dict[str, str]:
    """The stored names of our event types by what the library calls their classes."""
    return {construct_topic(each.content): each.name for each in catalogue.types().values()}


def _query(query: DCBQuery | None) -> log.Query:
    items = []
    for item in query.items if query else ():
        types = (_topics().get(name, name) if ":" in name else name for name in item.types)
        items.append(log.Item(tuple(types), tuple(item.tags)))
    return log.Query(tuple(items))


def _encoded(event: api.DCBEvent) -> Encoded:
    """The event as it is recorded: ours as it is, any other wrapped under a key of its own."""
    if isinstance(event, EncodedEvent):
        return event.encoded
    if isinstance(event, RecordedEvent):
        return codec.encode_json(event.data)
    key = str(uuid.uuid4())
    raw = base64.b64encode(event.data).decode()
    body = {"type": event.type, "version": 0, "source": "dcb", "key": key}
    wrapped = canonical(body | {"tags": event.tags, "raw": raw})
    return Encoded(event.type, 0, "dcb", key, None, None, None, tuple(event.tags), wrapped)


def _sequenced(found: TaggedRow) -> api.DCBSequencedEvent:
    row, tags = found
    if row.version:
        return api.DCBSequencedEvent(RecordedEvent(row, tags), row.position)
    data = base64.b64decode(msgspec.json.decode(row.body)["raw"])
    return api.DCBSequencedEvent(api.DCBEvent(row.type, data, tags), row.position)
