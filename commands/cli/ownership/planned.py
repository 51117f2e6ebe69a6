"""`iledger client planned`, `cancel`: changes of owner that are dated ahead."""

from contextlib import suppress

import click

from commands.cli.clients.cards import say_merged
from commands.cli.shell.decision import DecisionShell, deciding, present_view
from commands.cli.shell.ids import CLIENT, EMPLOYEE
from commands.cli.shell.question import Question, asked
from commands.decisions.ownership import ownership as model
from commands.decisions.ownership import reassignment
from ledger.errors import NotAllowed, NotInitialised, Refused
from projections.tables.ownership import ownership

# What a table may lose where it is too wide, least important first.
_DROP = ("event_id", "recorded_by", "reason")


@click.command(epilog="Example: iledger client planned --employee E-09")
@click.argument("client", type=CLIENT, required=False)
@click.option("--employee", type=EMPLOYEE, help="Only changes from or to this employee.")
@asked
def planned(question: Question, client: str | None, employee: str | None) -> None:
    """List the changes of owner that are dated ahead."""
    if client is not None:
        say_merged(question, client)
    connection, view = question.connection, question.view
    found = ownership.planned(connection, view, client=client, employee=employee)
    question.show(found, drop=_DROP)


@click.command(epilog='Example: iledger client cancel C-0112 --reason "they stay" --by E-02')
@click.argument("client", type=CLIENT)
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@click.option(
    "--position",
    metavar="POSITION",
    type=click.IntRange(1),
    help="Only the change that this event planned. Default: all that are dated ahead.",
)
@deciding
def cancel(shell: DecisionShell, client: str, reason: str, position: int | None) -> None:
    """Cancel changes of a client's owner that are dated ahead.

    Only what has not taken effect can be cancelled; `iledger client planned` lists it.
    """
    try:
        shell.take(model.model(client), reassignment.cancel(reason, position))
    except Refused as refusal:
        _name_other_ids(shell, client, position, refusal)
        raise


def _name_other_ids(
    shell: DecisionShell, client: str, position: int | None, refusal: Refused
) -> None:
    """Raise Refused with the ids of the same client that have a change ahead."""
    with suppress(NotAllowed, NotInitialised), present_view(shell) as (connection, view):
        ahead = ownership.planned(connection, view, client=client)
        others = {row.client for row in ahead if position in (None, row.position)} - {client}
        if others:
            named = " and ".join(f"`iledger client cancel {each}`" for each in sorted(others))
            raise Refused(
                f"client {client}: what is dated ahead was planned of an id that is one client "
                f"with it; {named} cancels it"
            ) from refusal
