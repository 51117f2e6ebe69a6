"""`iledger dispute …`: disputes over clients."""

import uuid
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import get_args

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import CLIENT, DISPUTE, EMPLOYEE
from commands.cli.shell.output import remark, write_whole
from commands.cli.shell.question import Question, asked, opened
from commands.decisions import handle
from ledger.database import connect
from ledger.events.ownership import Judgement
from projections.documents.dispute_file import dispute_file
from projections.tables.ownership import disputes

_CLIENT = click.argument("client", type=CLIENT)
_DISPUTE = click.argument("dispute", type=DISPUTE)
_EMPLOYEE = click.option(
    "--employee", type=EMPLOYEE, required=True, help="The employee in the conflict."
)
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
    epilog="Example: iledger dispute open C-0112 --claimant E-03 --respondent E-07 "
    '--claim "my offer came first" --by E-02',
)
@_CLIENT
@click.option("--claimant", type=EMPLOYEE, required=True, help="Who claims the client.")
@click.option("--respondent", type=EMPLOYEE, required=True, help="Who owns or owned it.")
@click.option("--claim", metavar="TEXT", required=True, help="What is claimed, and why.")
@click.option("--id", "id_", metavar="DISPUTE", help="The id of the dispute. Default: a new id.")
@deciding
def open_(
    shell: DecisionShell, client: str, claimant: str, respondent: str, claim: str, id_: str | None
) -> None:
    """Open a dispute over a client."""
    # 31 ms
    from commands.decisions.ownership import disputes

    chosen = id_ or f"D-{uuid.uuid4().hex[:8]}"
    model = disputes.model(client, claimant, respondent, dispute=chosen)
    shell.take(model, disputes.claim(chosen, claimant, respondent, claim))


@click.command(
    epilog="Example: iledger dispute resolve DS-1 --decision claimant "
    '--grounds "made the first offer" --by E-02'
)
@_DISPUTE
@click.option(
    "--decision",
    type=click.Choice(get_args(Judgement)),
    required=True,
    help="Who the client belongs to.",
)
@click.option("--grounds", metavar="TEXT", required=True, help="Why.")
@click.option(
    "--evidence", metavar="EVENT_ID", multiple=True, help="An event that proves it; repeatable."
)
@deciding
def resolve(
    shell: DecisionShell, dispute: str, decision: Judgement, grounds: str, evidence: tuple[str, ...]
) -> None:
    """Resolve a dispute. The owner does not change until the client is reassigned."""
    # 31 ms
    from commands.decisions.ownership import disputes

    model = disputes.dispute_model(dispute)
    found = disputes.known(handle.read(shell.ledger, model, handle.Memory())[0], dispute)
    with closing(connect(shell.ledger.location, *shell.ledger.store.roles)) as connection:
        disputes.check_evidence(connection, evidence)
    shell.take(model, disputes.judge(dispute, decision, grounds, evidence))
    remark(
        f"this does not change the owner of client {found.client}. Next, "
        f"{disputes.next_step(found, decision)}"
    )


@click.command("list", epilog="Example: iledger dispute list --on 2025-12-31")
@click.option("--client", type=CLIENT, help="Only disputes over this client, merged ids included.")
@click.option("--open", "only_open", is_flag=True, help="Only unresolved disputes.")
@asked
def list_(question: Question, client: str | None, *, only_open: bool) -> None:
    """List the disputes, and how they were resolved."""
    found = disputes.disputes(
        question.connection, question.view, client=client, only_open=only_open
    )
    question.show(found, drop=_DROP)


@click.command(epilog="Example: iledger dispute claims C-0400")
@click.argument("client", type=CLIENT)
@asked
def claims(question: Question, client: str) -> None:
    """List every event that claims a client, with its owner at that moment."""
    question.show(disputes.claims(question.connection, question.view, client))


@click.command(epilog="Example: iledger dispute file DS-1 --out dispute.zip")
@click.argument("dispute", type=DISPUTE)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The archive to write, such as dispute.zip.",
)
@click.option(
    "--as-of",
    metavar="POSITION|DATE|TIME",
    help="Use what was recorded by then. Default: everything recorded.",
)
def file(dispute: str, out: Path, as_of: str | None) -> None:
    """Write everything relevant to a dispute into an archive that anyone can check.

    It contains the recorded events byte for byte and a script that checks them without the
    database.
    """
    with opened(as_of, roles=("owner", "auditor")) as question:
        view = question.view
        content = dispute_file(question.connection, view.as_of, view.zone, dispute)
    write_whole(content, out)
    remark(f"written: {out}, as of position {view.as_of}, SHA-256 {sha256(content).hexdigest()}")
