"""The form in which a plain value is recorded.

Each function takes a value as it was read and returns it as it is recorded; of a field's value, and
how many quotation marks more it then has. It raises ValueError for a value that is not plain.
"""

import re
from datetime import UTC, date, datetime

from msgspec import Raw

from ledger.envelope import moment_of
from ledger.moments import END, FIRST

_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Characters of a time in UTC to the second and to the microsecond, and its last six if it is whole.
_WHOLE, _EXACT, _NONE = 20, 27, "000000"
# With no more digits than every field for amounts holds.
MOST_DIGITS, MOST_PLACES = 14, 4
_AMOUNT = re.compile(rb'("?)((?:0|[1-9]\d{0,9})(?:\.\d{1,4})?)\1')


def moment(text: str) -> tuple[str, datetime | None]:
    """When something happened: its text, and the time."""
    if not _TIME.fullmatch(text):
        moment = moment_of(text)
        return str(moment), moment.at
    at = datetime.fromisoformat(text).astimezone(UTC)
    if not FIRST <= at < END:
        raise ValueError(text)
    if text[-1] != "Z" or (len(text) != _WHOLE and (len(text) != _EXACT or text[-7:-1] == _NONE)):
        text = at.isoformat().replace("+00:00", "Z")
    return text, at


def time(text: str) -> tuple[str, int]:
    """A time, which is known to the second at least."""
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return moment(text)[0], 0


def day(text: str) -> tuple[str, int]:
    """A calendar date."""
    if not _DATE.fullmatch(text) or not FIRST.year <= date.fromisoformat(text).year < END.year:
        raise ValueError(text)
    return text, 0


def amount(raw: Raw) -> tuple[Raw, int]:
    """A number greater than 0, in quotation marks or not."""
    found = _AMOUNT.fullmatch(bytes(raw))
    if found is None:
        raise ValueError(raw)
    quote, digits = found.groups()
    short = digits.rstrip(b"0").rstrip(b".") if b"." in digits else digits
    if short == b"0":
        raise ValueError(raw)
    return Raw(b'"%b"' % short), 0 if quote else 2
