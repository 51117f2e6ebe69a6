"""Two sellers approach the same client at the same instant, from processes of their own."""

from benchmarks.deciding import race
from ledger.database import Location


def test_one_owner_each_and_every_loser_on_record(any_location: Location) -> None:
    race(any_location, pairs=200)
