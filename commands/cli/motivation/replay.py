"""`iledger bonus scheme replay`: what a period would have paid by another scheme."""

import click

from commands.cli.motivation.schemes import scheme_named
from commands.cli.shell.output import Format
from commands.cli.shell.question import listed, opened, zoned
from commands.cli.shell.selection import Selection
from projections.periods import period_of


@click.command(epilog="Example: iledger bonus scheme replay --period 2025-Q3 --scheme other.toml")
@click.option("--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09.")
@click.option("--scheme", metavar="SCHEME|FILE", required=True, help="The scheme to compute it by.")
@click.option(
    "--diff",
    "against",
    metavar="settled|SCHEME|FILE",
    default="settled",
    show_default=True,
    help="What to compare it with.",
)
@zoned
@listed
def replay(
    period: str, scheme: str, against: str, zone: str | None, form: Format, selection: Selection
) -> None:
    """Show what a period would have paid by another scheme, and why. Records nothing."""
    # 105 ms
    from projections.motivation.recalculation import SETTLED, replayed

    with opened(None, None, zone, form, selection=selection) as question:
        one = scheme_named(question, scheme)
        other = None if against == SETTLED else scheme_named(question, against)
        rows = replayed(question.connection, question.view, period_of(period), one, other)
        question.show(rows)
