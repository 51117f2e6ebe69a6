"""`iledger access producer …`: the sources under which only some logins append."""

from typing import NamedTuple

import click

from commands.cli.access.standing import database_logins, shown
from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import Format
from commands.cli.shell.question import listed
from commands.cli.shell.selection import Selection
from commands.decisions.access import logins as deciding_logins
from ledger.errors import UnknownId
from ledger.events.access import ProducerRegistered


class Line(NamedTuple):
    """A registered source; types: empty for all; acts_for: in whose names its logins decide."""

    source: str
    logins: list[str]
    types: list[str]
    acts_for: str | None


@click.command("list", epilog="Example: iledger access producer list")
@listed
def list_(form: Format, selection: Selection) -> None:
    """List the registered sources: their logins, and the types of event they may append."""
    with shown(form, selection) as (standing, _, printer):
        lines = [
            Line(each.source, [*each.logins], [*each.types], each.acts_for)
            for _, each in sorted(standing.producers.items())
        ]
        printer.show(lines, columns=Line._fields)


@click.command(
    epilog="Example: iledger access producer register pbx --login pbx_gateway --type call.logged"
)
@click.argument("source")
@click.option(
    "--login", "logins", multiple=True, required=True, help="A login that may; may be repeated."
)
@click.option(
    "--type", "types", multiple=True, help="A type of event; may be repeated. Default: every type."
)
@click.option(
    "--acts-for-others", "acts", is_flag=True, help="The logins decide in the names of others."
)
@click.option("--replace", "instead", is_flag=True, help="Instead of the registration there is.")
@deciding
def register(
    shell: DecisionShell,
    source: str,
    logins: tuple[str, ...],
    types: tuple[str, ...],
    *,
    acts: bool,
    instead: bool,
) -> None:
    """Register a source: from then on only these logins append under it, and only these types.

    A source that is not registered is open to every writer. Needs a login of the ledger's owner.
    """
    known = {each.login for each in database_logins(shell.ledger.location)}
    if missing := sorted({*logins} - known):
        raise UnknownId(
            f"the database has no login {missing[0]!r}; `iledger access login list` lists those it "
            "has"
        )
    wanted = ProducerRegistered(
        source=source,
        logins=tuple(sorted({*logins})),
        types=tuple(sorted({*types})),
        acts_for="anyone" if acts else None,
    )
    shell.take(deciding_logins.model(), deciding_logins.register(wanted, instead=instead))
