"""A scheme that goes the other way than a target that it takes is refused, with the way on."""

from contextlib import closing
from pathlib import Path

from ledger.database import Location, connect
from tests.commands.cli.conftest import Here, Run
from tests.projections.schemes import SCHEME
from tests.projections.sellers import PERIOD, september
from tests.projections.settled import recorded

RULES = SCHEME.partition("[[reductions]]")[0]
MORE = RULES.replace('target = 0.2\ndirection = "less"', 'target = "target"')
LESS = RULES.replace("target = 0.2", 'target = "target"')


def test_in_a_closing_and_before_it(
    location: Location, here: Here, iledger: Run, tmp_path: Path
) -> None:
    with closing(connect(location, "owner")) as connection:
        recorded(location, connection, september())
    less = ("--metric", "overdue_share", "--period", PERIOD, "--value", "0.2", "--less")
    for seller in ("E-1", "E-2", "E-3", "E-4"):
        assert here("target", "set", "--employee", seller, *less).exit_code == 0
    for name, text in (("more.toml", MORE), ("less.toml", LESS)):
        (tmp_path / name).write_text(text.replace('"sales"', f'"{name[:4]}"'), "utf-8")
        assert here("bonus", "scheme", "publish", str(tmp_path / name)).exit_code == 0
    close = ("bonus", "period", "close", PERIOD, "--allow-late-scheme", "agreed", "--scheme")
    others = ("--period", PERIOD, "--scheme", "more.toml")
    replay = ("bonus", "scheme", "replay", *others, "--diff", "less.toml")
    for asked in ((*close, "more"), ("kpi", *others), replay):
        refused = iledger(*asked)
        assert refused.returncode == 2
        assert b"4 targets have another direction than the scheme more" in refused.stderr
        assert f"{PERIOD}/E-1/overdue_share".encode() in refused.stderr
    assert here(*close, "less", "--dry-run").exit_code == 0
