"""`iledger access policy …`: whether it is checked who may decide."""

from typing import get_args

import click

from commands.cli.access.standing import database_logins, shown
from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import Format
from commands.cli.shell.question import listed
from commands.cli.shell.selection import Selection
from commands.decisions.access import policy as deciding_policy
from ledger.events.access import AccessPolicyPublished, Exemption, Mode


@click.command(epilog="Example: iledger access policy show")
@listed
def show(form: Format, selection: Selection) -> None:
    """Show the access policy in force: `open` until one is published."""
    with shown(form, selection) as (standing, _, printer):
        policy = standing.policy
        line = {
            "mode": policy.mode,
            "version": policy.version if standing.published else None,
            "exempt": [*policy.exempt],
            "remark": policy.remark,
        }
        printer.show([line])


@click.command(epilog='Example: iledger access policy publish record --remark "a month of trial"')
@click.argument("mode", type=click.Choice(get_args(Mode)))
@click.option(
    "--exempt",
    multiple=True,
    type=click.Choice(get_args(Exemption)),
    help="A rule that does not apply: owner_may_pass_on lets an owner approve that their client "
    "passes to another.",
)
@click.option("--remark", metavar="TEXT", help="Why, in a few words.")
@deciding
def publish(
    shell: DecisionShell, mode: Mode, exempt: tuple[Exemption, ...], remark: str | None
) -> None:
    """Publish an access policy; it replaces the one before.

    `open` checks only the rules that always hold. `record` lets everything else through and records
    each breach. `enforce` refuses it, and is refused itself unless an administrator's login is
    linked and can connect. Needs a login of the ledger's owner.
    """
    wanted = AccessPolicyPublished(
        version=1, mode=mode, exempt=tuple(sorted({*exempt})), remark=remark
    )
    can = {each.login for each in database_logins(shell.ledger.location) if each.may_append}
    shell.take(deciding_policy.model(), deciding_policy.publish(wanted, can))
