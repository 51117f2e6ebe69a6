"""Two sellers approach the same client at the same instant, from processes of their own."""

from benchmarks.deciding import race
from ledger.database import Target


def test_one_owner_each_and_every_loser_on_record(any_target: Target) -> None:
    race(any_target, pairs=200)
