"""`iledger access role …`: who may do what."""

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import EMPLOYEE, ROLE, UNIT
from commands.cli.shell.question import Question, asked
from ledger.events.people import Reach
from projections.tables.people import roles as asking

_EMPLOYEE = click.argument("employee", type=EMPLOYEE)
_ROLE = click.argument("role", type=ROLE)
_SCOPE = click.option(
    "--scope", type=UNIT, help="In this unit and those below it. Default: everywhere."
)
_OWN = click.option(
    "--own-clients", "own", is_flag=True, help="Only for the clients that the employee owns."
)


@click.command("list", epilog="Example: iledger access role list --employee E-02 --on 2025-05-01")
@click.option("--employee", type=EMPLOYEE, help="Only the roles of this employee.")
@click.option("--role", type=ROLE, help="Only employees with this role.")
@asked
def list_(question: Question, employee: str | None, role: str | None) -> None:
    """List the roles that employees hold, and in which units."""
    found = asking.roles(question.connection, question.view, employee, role)
    question.show(
        found, columns=("employee", "name", "role", "scope", "reach", "units", "since", "until")
    )


@click.command(
    epilog="Example: iledger access role grant E-02 supervisor --scope MSK-1 --until 2027-01-01"
)
@_EMPLOYEE
@_ROLE
@_SCOPE
@_OWN
@click.option(
    "--until", metavar="DATE|TIME", help="When the role ends. Default: when it is revoked."
)
@deciding
def grant(
    shell: DecisionShell,
    employee: str,
    role: str,
    scope: str | None,
    until: str | None,
    *,
    own: bool,
) -> None:
    """Grant a role to an employee."""
    # 32 ms
    from commands.decisions.people import roles

    end = shell.moment("--until", until)
    decide = roles.grant(role, scope=scope, reach=_reach(own=own), until=end)
    shell.take(roles.model(employee, scope), decide)


@click.command(epilog="Example: iledger access role revoke E-02 supervisor --scope MSK-1")
@_EMPLOYEE
@_ROLE
@_SCOPE
@_OWN
@click.option("--reason", metavar="TEXT", help="Why.")
@deciding
def revoke(
    shell: DecisionShell,
    employee: str,
    role: str,
    scope: str | None,
    reason: str | None,
    *,
    own: bool,
) -> None:
    """Revoke a role of an employee in this scope."""
    # 32 ms
    from commands.decisions.people import roles

    decide = roles.revoke(role, scope=scope, reach=_reach(own=own), reason=reason)
    shell.take(roles.model(employee, scope), decide)


def _reach(*, own: bool) -> Reach | None:
    return "own_clients" if own else None
