"""`iledger client merge`, `unmerge`, `duplicates`: which ids are one client."""

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import CLIENT
from commands.cli.shell.question import Question, asked
from projections.tables.clients import merges

_SURVIVOR = click.argument("survivor", metavar="SURVIVOR", type=CLIENT)
_ABSORBED = click.argument("absorbed", metavar="ABSORBED", type=CLIENT)
_APPROVED = click.option("--approved-by", metavar="EMPLOYEE", help="Who approved it, if not --by.")


@click.command(epilog='Example: iledger client merge C-0112 C-0311 --evidence "same INN" --by E-02')
@_SURVIVOR
@_ABSORBED
@click.option("--evidence", metavar="TEXT", required=True, help="How this is known.")
@_APPROVED
@deciding
def merge(
    shell: DecisionShell, survivor: str, absorbed: str, evidence: str, approved_by: str | None
) -> None:
    """Merge two ids into one client, whose card shows both histories.

    No event is moved or rewritten: `iledger client unmerge` restores both cards as they were. The
    surviving id determines the owner. Metrics remain credited to whoever earned them.
    """
    # 41 ms
    from commands.decisions.clients import merging

    approved = approved_by or shell.context.by
    decide = merging.merge(survivor, absorbed, evidence=evidence, approved_by=approved)
    shell.take(merging.model(survivor, absorbed), decide)


@click.command(
    epilog='Example: iledger client unmerge C-0112 C-0311 --reason "two branches" --by E-02'
)
@_SURVIVOR
@_ABSORBED
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@_APPROVED
@deciding
def unmerge(
    shell: DecisionShell, survivor: str, absorbed: str, reason: str, approved_by: str | None
) -> None:
    """Separate two merged ids into two clients again.

    `iledger client duplicates` no longer names them as a pair.
    """
    # 41 ms
    from commands.decisions.clients import merging

    approved = approved_by or shell.context.by
    decide = merging.unmerge(survivor, absorbed, reason=reason, approved_by=approved)
    shell.take(merging.model(survivor, absorbed), decide)


@click.command(epilog="Example: iledger client duplicates --format csv")
@asked
def duplicates(question: Question) -> None:
    """List clients that are probably the same: equal name, inn, phone or e-mail.

    Case, spaces, punctuation, ё for е and Latin letters among Cyrillic ones are ignored. Clients
    separated by `iledger client unmerge` are left out.
    """
    question.show(
        merges.duplicates(question.connection, question.view),
        columns=("same", "value", "count", "clients", "names"),
    )
