"""`iledger handover`: packs for new owners, and who has accepted which client."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import click

from commands.cli.shell.asking import BY, KEY
from commands.cli.shell.decision import DecisionShell, deciding, requesting, say_before
from commands.cli.shell.ids import BATCH, CLIENT, EMPLOYEE
from commands.cli.shell.output import file_name, remark, write_whole
from commands.cli.shell.question import Question, asked, opened
from commands.decisions.handle import Context, answered, handle, propose
from commands.decisions.ownership import handover as decisions
from ledger import log
from ledger.api import Ledger
from ledger.errors import InvalidQuestion, NotFound
from projections.documents import handover_pack as handover
from projections.documents.handover_pack import NextOwner, Pack
from projections.questions.integrity import ids
from projections.tables.ownership import handovers
from projections.tables.ownership.transfers import passed
from projections.view import View

Form = Literal["markdown", "json"]
_SUFFIX = {"markdown": ".md", "json": ".json"}
# What a table may lose where it is too wide, least important first.
_DROP = (
    "accepted_position",
    "pack_position",
    "pack_as_of",
    "issued_at",
    "reason",
    "waited",
    "from_employee",
)


@click.command(epilog="Example: iledger handover pack C-0112 --to E-09 --out C-0112.md --issue")
@click.argument("client", type=CLIENT, required=False)
@click.option("--to", metavar="EMPLOYEE", help="The new owner.")
@click.option("--batch", type=BATCH, help="Packs for all clients of this batch instead.")
@click.option(
    "--as-of",
    metavar="POSITION|DATE|TIME",
    help="Use what was recorded by then. Default: everything recorded.",
)
@click.option(
    "--form",
    type=click.Choice(["markdown", "json"]),
    default="markdown",
    show_default=True,
    help="For people or for programs.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write to this file (for a batch: this folder). Default: print it.",
)
@click.option("--issue", is_flag=True, help="Record that the employee received the pack.")
@click.option(
    "--dry-run", is_flag=True, help="Show what --issue would record; record and write nothing."
)
@BY
@KEY
def pack(
    client: str | None,
    to: str | None,
    batch: str | None,
    as_of: str | None,
    form: Form,
    out: Path | None,
    by: str | None,
    key: str | None,
    *,
    issue: bool,
    dry_run: bool,
) -> None:
    """Make the hand-over pack of a client: everything its new owner must know.

    The same position always gives the same bytes.
    """
    for option in [name for name, given in (("dry-run", dry_run), ("key", key)) if given]:
        if not issue:
            raise click.UsageError(f"--{option} is about what --issue records; add --issue.")
    _refuse_unclear(client, to, batch, key, out)
    show = _writer(form, out, of_several=batch is not None, dry_run=dry_run)
    # What a decision depends on is read from the events.
    roles = ("owner", "auditor") if issue else ("owner", "supervisor", "auditor")
    with ExitStack() as stack:
        question = stack.enter_context(opened(as_of, roles=roles, client=client))
        ledger = stack.enter_context(Ledger(question.location)) if issue else None
        if batch and issue:  # a later position would give other packs, and issue them all again
            remark(f"if this is interrupted, run it again with --as-of {question.view.as_of}")
        if ledger and key and _issued_before(question, ledger, key, by, show):
            return
        for of, employee in _passing(question, batch) if batch else [(client or "", to or "")]:
            made = _pack(question, of, employee)
            show(made)
            if ledger:
                context = requesting(ledger, key, by, made.view.zone)
                _issue(ledger, made, context, dry_run=dry_run)


@click.command(epilog="Example: iledger handover accept C-0112 --by E-09")
@click.argument("client", type=CLIENT)
@click.option("--remark", "said", metavar="TEXT", help="A remark of the new owner.")
@deciding
def accept(shell: DecisionShell, client: str, said: str | None) -> None:
    """Accept a client: its owner (--by) has read the pack and is responsible from now on."""
    employee = shell.context.performed_by
    if employee is None:
        raise InvalidQuestion("a client is accepted by its owner: name them with --by EMPLOYEE")
    shell.take(decisions.model(client, employee), decisions.accept(employee, said))


@click.command("list", epilog="Example: iledger handover list --employee E-21 --open")
@click.option("--employee", type=EMPLOYEE, help="Only clients handed over to this employee.")
@click.option("--open", "only_open", is_flag=True, help="Only clients not accepted yet.")
@asked
def list_(question: Question, employee: str | None, *, only_open: bool) -> None:
    """List the hand-overs: packs issued, clients accepted, and the time between."""
    found = handovers.handovers(
        question.connection, question.view, employee=employee, only_open=only_open
    )
    question.show(found, drop=_DROP)


def _refuse_unclear(
    client: str | None, to: str | None, batch: str | None, key: str | None, out: Path | None
) -> None:
    if batch is None and (client is None or to is None):
        raise click.UsageError("name CLIENT and --to EMPLOYEE, or --batch BATCH and --out FOLDER.")
    if batch is not None and (client or to or out is None):
        raise click.UsageError(
            "--batch determines the clients and their new owners; it needs --out FOLDER."
        )
    if batch is not None and key:
        raise click.UsageError(
            "--key names the request for one pack; packs of a --batch are not issued again if it "
            "is run again with the same --as-of."
        )


def _passing(question: Question, batch: str) -> list[tuple[str, str]]:
    """The clients that passed in a batch, and to whom, as was known then. Raises NotFound."""
    found = passed(question.connection, question.view, batch)
    if not found:
        raise NotFound(
            f"no client was transferred in batch {batch!r}, or all were returned, as of position "
            f"{question.view.as_of}; `iledger transfer status` shows the batches"
        )
    return [(row.client, row.to_employee) for row in found]


def _pack(question: Question, client: str, employee: str) -> Pack:

    # They may have been hired after the position: the hand-over to them is what is new.
    now = View.now(log.head(question.connection))
    ids.check_known(question.connection, now, "employee", employee)
    view = question.view
    made = handover.pack(question.connection, view.as_of, view.zone, client, employee)
    _warn(handover.owners(question.connection, now, client), client, employee)
    return made


def _warn(owners: Sequence[NextOwner], client: str, employee: str) -> None:
    """Report that what is recorded gives the client to somebody else than the pack."""
    if employee in (each.employee for each in owners):
        return
    told = [
        f"{'passes to' if each.ahead else 'is owned by'} {each.employee} (position {each.position})"
        for each in owners
    ]
    remark(
        f"warning: client {client} {' and '.join(told) or 'is owned by nobody'}, and no recorded "
        f"decision gives it to {employee}. Name the new owner, or decide: iledger client "
        f"{'reassign' if told else 'assign'} {client} --to {employee} --reason …"
    )


def _writer(
    form: Form, out: Path | None, *, of_several: bool, dry_run: bool
) -> Callable[[Pack], None]:
    """How a pack is shown, or written; one of several to a file of its own in the folder `out`."""

    def show(made: Pack) -> None:
        name = file_name(quote(made.client, safe=""), _SUFFIX[form])
        if not dry_run:
            content = made.json() if form == "json" else made.markdown()
            _write(content, out / name if of_several and out else out)

    return show


def _write(content: bytes, place: Path | None) -> None:
    if place is None:
        click.echo(content, nl=False)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(content, place)
    remark(f"written: {place}")


def _issued_before(
    question: Question, ledger: Ledger, key: str, by: str | None, show: Callable[[Pack], None]
) -> bool:
    """Whether the same was asked before; then the pack is made as it was then."""
    request = requesting(ledger, key, by, question.view.zone).request
    before = answered(ledger, request) if request else None
    if before is None:
        return False
    say_before(key)
    for event, receipt in zip(before.events, before.receipts, strict=True):
        told, zone = event.data, question.view.zone
        show(
            handover.pack(question.connection, told.as_of, zone, event.client or "", told.employee)
        )
        remark(f"issued to {told.employee}: position {receipt.position}, SHA-256 {told.sha256}")
    return True


def _issue(ledger: Ledger, made: Pack, context: Context, *, dry_run: bool) -> None:
    model = decisions.model(made.client, made.employee)
    decide = decisions.issue(made.employee, made.view.as_of, made.sha256)
    if dry_run:
        pack = f"the pack of {made.client} as of {made.view.as_of}"
        events = propose(ledger, model, context, decide).events
        told = [
            f"dry run: nothing was recorded; {made.employee} would receive {pack}" for _ in events
        ]
    else:
        receipts = handle(ledger, model, context, decide).receipts
        told = [f"issued to {made.employee}: position {each.position}" for each in receipts]
    for line in told:
        remark(f"{line}, SHA-256 {made.sha256}")
    if not told:
        remark(f"{made.employee} has already received this pack")
