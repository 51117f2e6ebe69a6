"""`iledger client team add`, `remove`: who works with a client besides its owner."""

from typing import get_args

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import CLIENT, EMPLOYEE
from commands.decisions.ownership import ownership, reassignment
from ledger.events.ownership import TeamRole

_CLIENT = click.argument("client", type=CLIENT)


@click.command(epilog="Example: iledger client team add C-0112 --employee E-15 --role service")
@_CLIENT
@click.option("--employee", type=EMPLOYEE, required=True, help="The employee.")
@click.option(
    "--role", type=click.Choice(get_args(TeamRole)), required=True, help="The role in the team."
)
@deciding
def add(shell: DecisionShell, client: str, employee: str, role: TeamRole) -> None:
    """Add an employee to a client's team, or change their role in it."""
    shell.take(ownership.model(client, employee), reassignment.join(employee, role))


@click.command(epilog="Example: iledger client team remove C-0112 --employee E-15")
@_CLIENT
@click.option("--employee", type=EMPLOYEE, required=True, help="The employee.")
@click.option("--reason", metavar="TEXT", help="Why.")
@deciding
def remove(shell: DecisionShell, client: str, employee: str, reason: str | None) -> None:
    """Remove an employee from a client's team."""
    shell.take(ownership.model(client, employee), reassignment.leave(employee, reason))
