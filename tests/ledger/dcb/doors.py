"""A ledger through the library's door, as its users come to it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from eventsourcing.dcb.application import DCBApplication
from eventsourcing.dcb.persistence import DCBInfrastructureFactory
from eventsourcing.persistence import TrackingRecorder

from ledger.database import Location
from ledger.dcb import Recorder


def environment(location: Location) -> dict[str, str]:
    """The environment that names a ledger of the tests."""
    return {
        "PERSISTENCE_MODULE": "ledger.dcb",
        "ILEDGER_DSN": str(location.dsn),
        "ILEDGER_SCHEMA": location.schema,
    }


@contextmanager
def opened(location: Location) -> Iterator[Recorder]:
    """The recorder that the factory makes, found as the library finds it."""
    factory = DCBInfrastructureFactory[TrackingRecorder].construct(environment(location))
    with closing(factory):
        recorder = factory.dcb_recorder()
        assert isinstance(recorder, Recorder)
        yield recorder


@contextmanager
def application(location: Location) -> Iterator[DCBApplication]:
    """An application of the library on a ledger."""
    with DCBApplication(environment(location)) as app:
        yield app
