"""Plain lines: events in JSON that are checked and encoded without being taken apart.

Nearly every line that a machine writes is plain: its values have the form in which they are
recorded, or nearly. msgspec checks such a line against a class that is derived from the event's
own, and the recorded text is written from it, in less than half the time that pydantic needs. What
is accepted here, `ledger.codec` would accept with the same outcome: a test compares them. What is
not accepted is left to it, with all that is to be said about it.

    reader.py  a line: checked and encoded
    kinds.py   the class by which content is read, from the marks of its fields
    forms.py   times and amounts as they are recorded
"""

from ledger.plain_lines.reader import Reader

__all__ = ["Reader"]
