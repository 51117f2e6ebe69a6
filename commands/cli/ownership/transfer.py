"""`iledger transfer plan`, `apply`, `reverse`, `status`: an employee's clients pass to others."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import remark
from commands.cli.shell.progress import Bar
from commands.cli.shell.question import Question, asked, moment
from commands.decisions.handle import Decision, handle, propose
from ledger.envelope import Event
from ledger.errors import NotFound
from ledger.events.ownership import ReassignmentReason

_REASONS = [each for each in get_args(ReassignmentReason) if each != "batch_reversed"]
_APPROVED = click.option("--approved-by", metavar="EMPLOYEE", help="Who agreed, if not --by.")
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
@click.argument("employee", metavar="EMPLOYEE")
@click.option(
    "--rule",
    metavar="RULE",
    required=True,
    help="By which: one, round-robin, least-loaded, same-unit, or fact:FIELD (who can deal with "
    "what is recorded of the client in the field).",
)
@click.option("--to", metavar="EMPLOYEE,EMPLOYEE…", default="", help="The successors.")
@click.option("--otherwise", metavar="EMPLOYEE", help="Who gets what the rule leaves.")
@click.option(
    "--reason",
    type=click.Choice(_REASONS),
    default="departure",
    show_default=True,
    help="Why.",
)
@click.option(
    "--effective", metavar="DATE|TIME", help="From when on it shall hold. Default: when applied."
)
@click.option("--batch", metavar="BATCH", help="The id of the batch. Default: made from the plan.")
@click.option("--out", type=click.Path(path_type=Path), help="A new file for the plan.")
@asked
def plan(
    question: Question,
    employee: str,
    to: str,
    effective: str | None,
    out: Path | None,
    **wanted: Any,
) -> None:
    """Propose who gets an employee's clients; records nothing.

    Nobody is proposed for a client that he may not approach. A plan may be edited before it is
    applied, as long as it stays one.
    """
    from commands.decisions.ownership import transfer_rules as succession
    from commands.decisions.ownership.transfer_plan import write

    at = None if effective is None else moment("--effective", effective, question.view.zone).first
    named = tuple(each.strip() for each in to.split(",") if each.strip())
    wishes = succession.Wanted(to=named, effective_at=at, **wanted)
    draft = succession.draw_up(question.connection, question.view, employee, wishes)
    if out is not None and draft.plan.moves:
        write(draft.plan, out)
    _show_draft(question, draft)
    if not draft.plan.moves:
        remark("there is nothing to pass on, and no plan")
    elif out is not None:
        remark(
            f"{out}: batch {draft.plan.batch}, {len(draft.plan.moves):,} clients of {employee}. "
            f"Next: iledger transfer apply {out}"
        )
    else:
        remark("this is a proposal, and is kept nowhere; add --out plan.json to write the plan")


@click.command(epilog="Example: iledger transfer apply plan.json --by E-02 --dry-run")
@click.argument("path", metavar="PLAN", type=click.Path(dir_okay=False, path_type=Path))
@_APPROVED
@deciding
def apply(shell: DecisionShell, path: Path, approved_by: str | None) -> None:
    """Let the clients of a plan pass on.

    A client that is no longer the employee's is left as it is, and shown. If it is broken off,
    apply the same plan again: it goes on where it ended.
    """
    from commands.decisions.ownership.transfer import apply
    from commands.decisions.ownership.transfer_plan import read

    plan = read(path)
    shell.confirm(
        f"Pass {len(plan.moves):,} clients of {plan.from_employee} to "
        f"{', '.join(plan.successors)} (batch {plan.batch})?"
    )
    tried: list[Event] = []
    with Bar("Passing on", "clients") as bar:
        outcome = apply(
            shell.ledger,
            plan,
            shell.context,
            approved_by=approved_by or shell.context.by,
            take=_trying(tried) if shell.dry_run else handle,
            report=bar,
        )
    _show(shell, outcome, "moved", "skipped", tried)
    if outcome.done and not (shell.dry_run or outcome.before):
        remark(
            "next, tell the new owners what they take over: iledger handover pack --batch "
            f"{outcome.batch} --out packs --issue"
        )


@click.command(
    epilog='Example: iledger transfer reverse T-3f2a90c41b7d --reason "wrong unit" --by E-02'
)
@click.argument("batch", metavar="BATCH")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@_APPROVED
@deciding
def reverse(shell: DecisionShell, batch: str, reason: str, approved_by: str | None) -> None:
    """Give the clients of a batch back to whose they were.

    A client that has changed since is left as it is, and shown. Clients of somebody who has left
    are orphans again. Nothing is deleted: the history shows both. If it is broken off, reverse the
    batch again: it goes on where it ended.
    """
    from commands.decisions.ownership.transfer import reverse

    shell.confirm(f"Give the clients of batch {batch} back?")
    tried: list[Event] = []
    with Bar("Giving back", "clients") as bar:
        outcome = reverse(
            shell.ledger,
            batch,
            shell.context,
            reason=reason,
            approved_by=approved_by or shell.context.by,
            take=_trying(tried) if shell.dry_run else handle,
            report=bar,
        )
    _show(shell, outcome, "restored", "kept", tried)


@click.command(epilog="Example: iledger transfer status T-3f2a90c41b7d")
@click.argument("batch", metavar="[BATCH]", required=False)
@asked
def status(question: Question, batch: str | None) -> None:
    """Show the batches, what was planned and how far they have come."""
    from projections.tables.ownership import transfers

    found = transfers.batches(question.connection, question.view, batch)
    if batch is None:
        question.show(found, drop=_BATCHES)
        return
    if not found:
        raise NotFound(f"no batch {batch!r} was started; `iledger transfer status` lists them")
    question.show(found, "batch")
    question.show(transfers.successors(question.connection, question.view, batch), "successors")


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
        how = "was reversed" if done == "restored" else "had come to its end"
        remark(f"nothing to record: batch {outcome.batch} {how} before")
    counts = {
        "batch": outcome.batch,
        "planned": outcome.planned,
        done: outcome.done,
        left: outcome.planned - outcome.done,
    }
    shell.printer.show([counts], "batch")
    rows = [{"client": client, "why": why} for client, why in outcome.left]
    if rows or shell.printer.form == "json":
        shell.printer.show(rows, left)
