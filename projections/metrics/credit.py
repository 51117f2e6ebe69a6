"""Credit (attribution): which employee an event about a client is credited to, and how much of it.

owner-at-event    the owner of the client at that moment
performer         the employee who did it
first-claimant    the first to have the client, as its curator or by a reservation that held; later
                  owners and releases change nothing
split:DAYS:SHARE  as owner-at-event; but within DAYS days of 24 hours after the client passed from
                  one owner to another, SHARE of the event is credited to the former owner and the
                  rest to the new one. Of several changes the latest before the event decides.
                  Neither a client taken from the pool nor a change at an unknown time opens such a
                  window.
current-owner     the owner of the client when the question is asked (the view's `on`). For
                  comparison only: every reassignment moves the past, as no other mode does

Where the client has no such owner or claimant, or the event has no client, the holder of the deal
is credited. A task is credited to its debtor whatever the mode: the missed deadline is theirs.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from ledger.errors import InvalidQuestion
from ledger.sql import statements

CREDITS = ("owner-at-event", "performer", "first-claimant", "split:DAYS:SHARE", "current-owner")
COMPARISON = "current-owner"
_LONGEST = 3660
_SPLIT = re.compile(r"split:(?P<days>[0-9]{1,4}):(?P<share>0?\.[0-9]{1,6})", re.ASCII)
_SQL = statements("projections.metrics", "credit.sql")


class Credit(NamedTuple):
    """A mode of credit. days, share (of the former owner): those of a split, otherwise 0."""

    mode: str
    days: int = 0
    share: Decimal = Decimal(0)

    @property
    def owners(self) -> str:
        """The statement that finds who is credited for a client, from when to when."""
        return _SQL[self.mode.replace("-", "_")]


def credit_of(text: str) -> Credit:
    """Read one of CREDITS, such as split:30:0.5. Raises InvalidQuestion."""
    if text in CREDITS and ":" not in text:
        return Credit(text)
    if not text.startswith("split"):
        raise InvalidQuestion(f"no credit {text!r}; choose {', '.join(CREDITS)}")
    found = _SPLIT.fullmatch(text)
    split = found and Credit("split", int(found["days"]), Decimal(found["share"]).normalize())
    if not split or not 1 <= split.days <= _LONGEST or not split.share:
        raise InvalidQuestion(
            f"no credit {text!r}; give the days after a change of owner (1 to {_LONGEST}) and the "
            "share of the former owner (more than 0, less than 1), such as split:30:0.5"
        )
    return split
