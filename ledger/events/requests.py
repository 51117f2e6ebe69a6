"""Requests: the key of a decision names what was asked, so that it can safely be asked again.

The events of a decision name their request in the envelope. These two are recorded where that is
not enough: where a request takes several decisions, or leaves nothing to record.
"""

from typing import Annotated

from pydantic import Field

from ledger.events.fields import Id, Text, Whole, fact

Count = Annotated[Whole, Field(ge=0, le=10_000_000)]
MOST_LEFT = 500


@fact
class Skipped:
    """A client that a request about many clients left as it was, and why."""

    client: Id
    why: Text


@fact
class RequestBegun:
    """A request that takes several decisions was begun under its key."""


@fact
class RequestConcluded:
    """A request under a key was carried out: in several decisions, or with nothing to record."""

    planned: Count | None = None
    done: Count | None = None
    left: Annotated[tuple[Skipped, ...], Field(max_length=MOST_LEFT)] = ()
