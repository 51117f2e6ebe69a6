"""`iledger role list`, `role grant`, `role revoke`: who may do what."""

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import EMPLOYEE, ROLE, UNIT
from commands.cli.shell.question import Question, asked
from projections.tables.people import roles as asking

_EMPLOYEE = click.argument("employee", type=EMPLOYEE)
_ROLE = click.argument("role", type=ROLE)
_SCOPE = click.option(
    "--scope", type=UNIT, help="In this unit and those below it. Default: everywhere."
)


@click.command("list", epilog="Example: iledger role list --employee E-02 --on 2025-05-01")
@click.option("--employee", type=EMPLOYEE, help="Only the roles of this employee.")
@click.option("--role", type=ROLE, help="Only employees with this role.")
@asked
def list_(question: Question, employee: str | None, role: str | None) -> None:
    """List the roles that employees hold, and in which units."""
    found = asking.roles(question.connection, question.view, employee, role)
    question.show(found, columns=("employee", "name", "role", "scope", "units", "since", "until"))


@click.command(
    epilog="Example: iledger role grant E-02 supervisor --scope MSK-1 --until 2027-01-01"
)
@_EMPLOYEE
@_ROLE
@_SCOPE
@click.option(
    "--until", metavar="DATE|TIME", help="When the role ends. Default: when it is revoked."
)
@deciding
def grant(
    shell: DecisionShell, employee: str, role: str, scope: str | None, until: str | None
) -> None:
    """Grant a role to an employee."""
    # 32 ms
    from commands.decisions.people import roles

    decide = roles.grant(role, scope=scope, until=shell.moment("--until", until))
    shell.take(roles.model(employee, scope), decide)


@click.command(epilog="Example: iledger role revoke E-02 supervisor --scope MSK-1")
@_EMPLOYEE
@_ROLE
@_SCOPE
@click.option("--reason", metavar="TEXT", help="Why.")
@deciding
def revoke(
    shell: DecisionShell, employee: str, role: str, scope: str | None, reason: str | None
) -> None:
    """Revoke a role of an employee in this scope."""
    # 32 ms
    from commands.decisions.people import roles

    shell.take(roles.model(employee, scope), roles.revoke(role, scope=scope, reason=reason))
