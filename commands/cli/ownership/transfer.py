"""`iledger transfer plan`, `apply`, `reverse`, `status`: an employee's clients pass to others."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click

from commands.cli.shell.cells import counted
from commands.cli.shell.decision import DecisionShell, confirming, deciding
from commands.cli.shell.ids import BATCH, EMPLOYEE, EMPLOYEES
from commands.cli.shell.output import remark
from commands.cli.shell.parts import parted
from commands.cli.shell.progress import Bar
from commands.cli.shell.question import Question, asked
from commands.cli.shell.times import moment
from commands.decisions import parts
from commands.decisions.handle import Decision, Handled, handle, propose
from commands.decisions.ownership.transfer_plan import Plan, read, write
from ledger.envelope import Event
from ledger.errors import NotFound
from ledger.events.ownership import ReassignmentReason
from projections.tables.ownership import ownership, transfers

_REASONS = [each for each in get_args(ReassignmentReason) if each != "batch_reversed"]
_APPROVED = click.option("--approved-by", metavar="EMPLOYEE", help="Who approved it, if not --by.")
# What a table may lose where it is too wide, least important first.
_BATCHES = (
    "restored",
    "kept",
    "reversed_at",
    "rule",
    "reason",
    "started_at",
    "skipped",
)


@click.command(
    epilog="Example: iledger transfer plan E-07 --rule fact:segment --otherwise E-09 "
    "--out plan.json"
)
@click.argument("employee", type=EMPLOYEE)
@click.option(
    "--rule",
    metavar="RULE",
    required=True,
    help="How to choose successors: one, round-robin, least-loaded, same-unit, or fact:FIELD "
    "(those with the skill that the client's FIELD asks for).",
)
@click.option("--to", type=EMPLOYEES, help="The successors.")
@click.option("--otherwise", type=EMPLOYEE, help="Who takes the clients that the rule leaves over.")
@click.option(
    "--reason",
    type=click.Choice(_REASONS),
    default="departure",
    show_default=True,
    help="Why.",
)
@click.option(
    "--effective", metavar="DATE|TIME", help="When it takes effect. Default: when applied."
)
@click.option(
    "--batch", metavar="BATCH", help="The id of the batch. Default: derived from the plan."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the plan to this new file.")
@parted("successors", "unplaced")
@asked
def plan(
    question: Question,
    employee: str,
    to: str | None,
    effective: str | None,
    out: Path | None,
    **wanted: Any,
) -> None:
    """Propose who takes over an employee's clients. Records nothing.

    Nobody is proposed for a client that they may not approach. A plan may be edited before it is
    applied, as long as it stays valid.
    """
    # 28 ms
    from commands.decisions.ownership import transfer_rules as succession

    at = None if effective is None else moment("--effective", effective, question.view.zone).first
    named = tuple(each.strip() for each in (to or "").split(",") if each.strip())
    wishes = succession.Wanted(to=named, effective_at=at, **wanted)
    draft = succession.draw_up(question.connection, question.view, employee, wishes)
    if out is not None and draft.plan.moves:
        write(draft.plan, out)
    _show_draft(question, draft)
    if not draft.plan.moves:
        remark("nothing to transfer, so no plan was made")
    elif out is not None:
        remark(
            f"{out}: batch {draft.plan.batch}, {counted(len(draft.plan.moves), 'client')} of "
            f"{employee}. Next: iledger transfer apply {out}"
        )
    else:
        remark("this proposal is not saved; add --out plan.json to write the plan")


def _applied(shell: DecisionShell, before: Handled, plan: Plan, approved_by: str | None) -> None:
    shell.say_before()
    _show_counts(shell, plan.batch, before, "moved", "skipped")


def _reversed(shell: DecisionShell, before: Handled, batch: str, **given: Any) -> None:
    shell.say_before()
    _show_counts(shell, batch, before, "restored", "kept")


@click.command(epilog="Example: iledger transfer apply plan.json --by E-02 --dry-run")
@click.argument(
    "plan",
    metavar="PLAN",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=lambda context, param, path: read(path),
)
@_APPROVED
@parted("batch", "skipped", "events")
@confirming
@partial(deciding, again=_applied)
def apply(shell: DecisionShell, plan: Plan, approved_by: str | None) -> None:
    """Apply a transfer plan.

    Clients that the employee no longer owns are skipped and listed. If the command is interrupted,
    apply the same plan again: it continues where it stopped.
    """
    # 34 ms
    from commands.decisions.ownership.transfer import apply

    shell.confirm(
        f"Transfer {counted(len(plan.moves), 'client')} of {plan.from_employee} to "
        f"{', '.join(plan.successors)} (batch {plan.batch})?"
    )
    tried: list[Event] = []
    with Bar("Transferring", "clients") as bar:
        outcome = apply(
            shell.ledger,
            plan,
            shell.in_parts,
            approved_by=approved_by or shell.context.by,
            take=_trying(tried) if shell.dry_run else handle,
            report=bar,
        )
    _conclude(shell, outcome)
    _show(shell, outcome, "moved", "skipped", tried)
    if outcome.done and not (shell.dry_run or outcome.before):
        remark(
            "next, give the new owners their hand-over packs: iledger handover pack --batch "
            f"{outcome.batch} --out packs --issue"
        )


@click.command(epilog='Example: iledger transfer reverse B-2025-09 --reason "wrong unit" --by E-02')
@click.argument("batch", type=BATCH)
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@_APPROVED
@parted("batch", "kept", "events")
@confirming
@partial(deciding, again=_reversed)
def reverse(shell: DecisionShell, batch: str, reason: str, approved_by: str | None) -> None:
    """Reverse a batch: return its clients to their previous owners.

    Clients that have changed hands since are skipped and listed. Clients of someone who has left
    are orphans again. Nothing is deleted: the history shows both. If the command is interrupted,
    reverse the batch again: it continues where it stopped.
    """
    # 34 ms
    from commands.decisions.ownership.transfer import reverse

    shell.confirm(f"Return the clients of batch {batch}?")
    tried: list[Event] = []
    with Bar("Returning", "clients") as bar:
        outcome = reverse(
            shell.ledger,
            batch,
            shell.in_parts,
            reason=reason,
            approved_by=approved_by or shell.context.by,
            take=_trying(tried) if shell.dry_run else handle,
            report=bar,
        )
    _conclude(shell, outcome)
    _show(shell, outcome, "restored", "kept", tried)


@click.command(epilog="Example: iledger transfer status B-2025-09")
@click.argument("batch", type=BATCH, required=False)
@parted("batch", "successors", "planned")
@asked
def status(question: Question, batch: str | None) -> None:
    """Show the batches, their plans and their progress."""
    found = transfers.batches(question.connection, question.view, batch)
    if batch is None:
        question.show(found, drop=_BATCHES)
        return
    if not found:
        raise NotFound(f"no batch {batch!r} was started; `iledger transfer status` lists them")
    question.show(found, "batch")
    question.show(transfers.successors(question.connection, question.view, batch), "successors")
    ahead = ownership.planned(question.connection, question.view, batch=batch)
    if ahead or question.printer.form == "json":
        question.show(ahead, "planned", drop=("event_id", "recorded_by", "reason"))


def _conclude(shell: DecisionShell, outcome: Any) -> None:
    if not shell.dry_run:
        counts = (outcome.planned, outcome.done, outcome.left)
        parts.conclude(shell.ledger, shell.in_parts, *counts)


def _show_draft(question: Question, draft: Any) -> None:
    planned = Counter(move.to for move in draft.plan.moves)
    clients = {each.employee: each.clients for each in draft.successors}
    rows = [
        {"to_employee": each, "clients": clients.get(each), "planned": planned[each]}
        for each in dict.fromkeys((*clients, *planned))
    ]
    question.show(rows, "successors")
    unplaced = [{"client": each.client, "why": each.why} for each in draft.plan.unplaced]
    question.show(unplaced, "unplaced")


def _trying(tried: list[Event]) -> Callable[..., Decision]:
    """Decide as if to record, and keep the events that would be."""

    def take(*decision: Any) -> Decision:
        proposed = propose(*decision)
        tried.extend(proposed.events)
        return proposed

    return take


def _show(shell: DecisionShell, outcome: Any, done: str, left: str, tried: Sequence[Event]) -> None:
    if shell.dry_run:
        shell.show(tried, title="events")
    elif outcome.before:
        how = "was reversed" if done == "restored" else "was completed"
        remark(f"nothing to do: batch {outcome.batch} {how} before")
    _show_counts(shell, outcome.batch, outcome, done, left)


def _show_counts(shell: DecisionShell, batch: str, found: Any, done: str, left: str) -> None:
    skipped = found.planned - found.done
    counts = {"batch": batch, "planned": found.planned, done: found.done, left: skipped}
    shell.printer.show([counts], "batch")
    rows = [{"client": client, "why": why} for client, why in found.left]
    if rows or shell.printer.form == "json":
        shell.printer.show(rows, left)
