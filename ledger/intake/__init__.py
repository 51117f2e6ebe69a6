"""Importing JSON Lines, from a file or a live pipe.

lines.py     a stream of bytes: its lines, and whether more has come
pipeline.py  reads, checks and records them, a batch at a time
rejects.py   the file of the lines that could not be recorded
"""

from ledger.intake.lines import Line
from ledger.intake.pipeline import Batch, Intake, Verdict

__all__ = ["Batch", "Intake", "Line", "Verdict"]
