"""`iledger dispute …`: disputes over clients."""

import uuid
from contextlib import closing
from pathlib import Path
from typing import get_args

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import remark, write_whole
from commands.cli.shell.question import Question, asked, opened
from ledger.events.ownership import Judgement

_CLIENT = click.argument("client", metavar="CLIENT")
_DISPUTE = click.argument("dispute", metavar="DISPUTE")
_EMPLOYEE = click.option("--employee", metavar="EMPLOYEE", required=True, help="With whom.")
# What a table may lose where it is too wide, least important first.
_DROP = (
    "evidence",
    "resolved_position",
    "grounds",
    "decided_by",
    "resolved_at",
    "occurred_at",
    "claim",
)


@click.command(
    "open",
    epilog="Example: iledger dispute open C-0104 --claimant E-03 --respondent E-07 "
    '--claim "my offer came first" --by E-02',
)
@_CLIENT
@click.option("--claimant", metavar="EMPLOYEE", required=True, help="Who claims the client.")
@click.option("--respondent", metavar="EMPLOYEE", required=True, help="Who has or had it.")
@click.option("--claim", metavar="TEXT", required=True, help="What is claimed, and why.")
@click.option("--id", "id_", metavar="DISPUTE", help="What to call it. Default: a new id.")
@deciding
def open_(
    shell: DecisionShell, client: str, claimant: str, respondent: str, claim: str, id_: str | None
) -> None:
    """Open a dispute over a client."""
    from commands.decisions.ownership import disputes

    chosen = id_ or f"D-{uuid.uuid4().hex[:8]}"
    model = disputes.model(client, claimant, respondent, dispute=chosen)
    shell.take(model, disputes.claim(chosen, claimant, respondent, claim))


@click.command(
    epilog="Example: iledger dispute resolve D-5 --decision claimant "
    '--grounds "the first offer was his" --by E-02'
)
@_DISPUTE
@click.option(
    "--decision",
    type=click.Choice(get_args(Judgement)),
    required=True,
    help="Whose client it is.",
)
@click.option("--grounds", metavar="TEXT", required=True, help="Why.")
@click.option("--evidence", metavar="EVENT_ID", multiple=True, help="What shows it; repeatable.")
@deciding
def resolve(
    shell: DecisionShell, dispute: str, decision: Judgement, grounds: str, evidence: tuple[str, ...]
) -> None:
    """Resolve a dispute. The owner stays until somebody passes the client on."""
    from commands.decisions import handle
    from commands.decisions.ownership import disputes
    from ledger.database import connect

    model = disputes.dispute_model(dispute)
    found = disputes.known(handle.read(shell.ledger, model, handle.Memory())[0], dispute)
    with closing(connect(shell.ledger.location, *shell.ledger.store.roles)) as connection:
        disputes.check_evidence(connection, evidence)
    shell.take(model, disputes.judge(dispute, decision, grounds, evidence))
    remark(f"the owner of client {found.client} has not changed by this. Next, "
           f"{disputes.next_step(found, decision)}")  # fmt: skip


@click.command("list", epilog="Example: iledger dispute list --open")
@click.option("--client", metavar="CLIENT", help="Only over this client, merged ids included.")
@click.option("--open", "only_open", is_flag=True, help="Only those not resolved yet.")
@asked
def list_(question: Question, client: str | None, *, only_open: bool) -> None:
    """List the disputes, and how they were resolved."""
    from projections.tables.ownership import disputes

    found = disputes.disputes(
        question.connection, question.view, client=client, only_open=only_open
    )
    question.show(found, drop=_DROP)


@click.command(epilog="Example: iledger dispute claims C-0104")
@_CLIENT
@asked
def claims(question: Question, client: str) -> None:
    """List every event that claims a client, with its owner at that moment."""
    from projections.questions.clients import card
    from projections.tables.ownership import disputes

    card.check_known(question.connection, question.view, client)
    question.show(disputes.claims(question.connection, question.view, client))


@click.command(epilog="Example: iledger dispute file D-5 --out dispute.zip")
@_DISPUTE
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The archive to write.",
)
@click.option(
    "--as-of",
    metavar="POSITION|DATE|TIME",
    help="What was recorded by then. Default: all that is recorded.",
)
def file(dispute: str, out: Path, as_of: str | None) -> None:
    """Write all that bears on a dispute into an archive that anybody can check.

    It holds the recorded events byte for byte, with a script that checks them without the database.
    """
    from hashlib import sha256

    from projections.documents.dispute_file import dispute_file

    with opened(as_of, roles=("owner", "auditor")) as question:
        view = question.view
        content = dispute_file(question.connection, view.as_of, view.zone, dispute)
    write_whole(content, out)
    remark(f"written: {out}, as of position {view.as_of}, SHA-256 {sha256(content).hexdigest()}")
