"""`iledger access login …`: whose each login of the database is."""

from typing import NamedTuple

import click

from commands.cli.access.standing import database_logins, shown
from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import EMPLOYEE
from commands.cli.shell.output import Format
from commands.cli.shell.question import listed
from commands.cli.shell.selection import Selection
from commands.decisions.access import logins as deciding_logins
from ledger.errors import UnknownId

_LOGIN = click.argument("login")


class Line(NamedTuple):
    """A login of the database or of a link; may_append: None if the database does not have it.

    - sources: those that only it and others registered with it append under
    - acts_for: whether it decides in the names of others
    """

    login: str
    employee: str | None
    sources: list[str]
    acts_for: str | None
    may_append: bool | None


@click.command("list", epilog="Example: iledger access login list")
@listed
def list_(form: Format, selection: Selection) -> None:
    """List the logins of the database, whose each is, and what it may append."""
    with shown(form, selection) as (standing, location, printer):
        can = {each.login: each.may_append for each in database_logins(location)}
        registered = {login for each in standing.producers.values() for login in each.logins}
        lines = [
            Line(
                login,
                standing.logins.get(login),
                sorted(s for s, each in standing.producers.items() if login in each.logins),
                "anyone" if standing.acts_for_others(login) else None,
                can.get(login),
            )
            for login in sorted({*can, *standing.logins, *registered})
        ]
        printer.show(lines, columns=Line._fields)


@click.command(epilog="Example: iledger access login link anna --employee E-02 --by E-01")
@_LOGIN
@click.option("--employee", type=EMPLOYEE, required=True, help="Whose login it is.")
@deciding
def link(shell: DecisionShell, login: str, employee: str) -> None:
    """Link a login of the database to its employee.

    From then on decisions made with it are that employee's: --by may be left out, and another
    employee is refused. Needs a login of the ledger's owner.
    """
    if login not in {each.login for each in database_logins(shell.ledger.location)}:
        raise UnknownId(
            f"the database has no login {login!r}; `iledger access login list` lists those it has"
        )
    shell.take(deciding_logins.model(employee), deciding_logins.link(login, employee))


@click.command(epilog='Example: iledger access login unlink anna --reason "left" --by E-01')
@_LOGIN
@click.option("--reason", metavar="TEXT", help="Why.")
@deciding
def unlink(shell: DecisionShell, login: str, reason: str | None) -> None:
    """Unlink a login: it is nobody's any more. Needs a login of the ledger's owner."""
    shell.take(deciding_logins.model(), deciding_logins.unlink(login, reason))
