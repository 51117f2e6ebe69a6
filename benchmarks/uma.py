"""UmaDB, a side of the comparison at the door; see `peers`."""

import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import umadb

from benchmarks.peers import RESERVED, Place, client_of, data_of, kinds
from ledger.envelope import Encoded

PATIENCE = 20.0


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run the server that the package brings, with its file in this folder; its address."""
    folder.mkdir(parents=True)
    at = f"127.0.0.1:{_free_port()}"
    script = Path(sys.executable).with_name("umadb")
    command = [str(script), "--listen", at, "--db-path", str(folder / "uma.db")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as running:
        try:
            _wait(f"http://{at}")
            yield f"http://{at}"
        finally:
            running.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            umadb.Client(url).head()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


class Uma:
    """UmaDB. The ids make sending again safe, as our keys do."""

    def __init__(self, place: Place) -> None:
        self._client = umadb.Client(place.uma)

    def ready(self, batch: Sequence[Encoded]) -> Sequence[umadb.Event]:
        return [_uma(one.type, one.body, one.all_tags) for one in batch]

    def each(self, ready: Sequence[umadb.Event]) -> None:
        for one in ready:
            self._client.append([one])

    def whole(self, ready: Sequence[umadb.Event]) -> None:
        self._client.append(ready)

    def approach(self, employee: int, client: str) -> None:
        tag = f"client:{client}"
        query = umadb.Query(items=[umadb.QueryItem(types=[RESERVED], tags=[tag])])
        while True:
            taken, head = self._client.read(query=query).collect_with_head()
            data = data_of(employee, client)
            events = [_uma(kind, data, [tag]) for kind in kinds(bool(taken))]
            with suppress(umadb.IntegrityError):
                self._client.append(events, umadb.AppendCondition(query, after=head))
                return

    def owners(self) -> Counter[str]:
        found = self._client.read(query=umadb.Query(items=[umadb.QueryItem(types=[RESERVED])]))
        return Counter(client_of(each.event.tags) for each in found)

    def close(self) -> None:
        """It has nothing to close."""


def _uma(kind: str, data: bytes, tags: list[str]) -> umadb.Event:
    return umadb.Event(event_type=kind, data=data, tags=tags, uuid=uuid.uuid4())
