"""What all deciding commands share: who decides, a dry run, and the events that were recorded.

@click.command(epilog="Example: iledger client release C-0104 --reason …")
@click.argument("client")
@deciding
def release(shell: DecisionShell, client: str) -> None:
    "Release a client: it returns to the pool."
    shell.take(ownership.model(client), reassignment.release(reason="…"))
"""

import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from itertools import zip_longest
from typing import Any, TypeVar

import click

from commands.cli.shell.asking import BY, KEY
from commands.cli.shell.formats import formatted
from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import Format, Printer, remark
from commands.cli.shell.question import ROLES, zoned
from commands.cli.shell.request import request_of
from commands.cli.shell.times import moment, zone_named
from commands.decisions import parts
from commands.decisions.access import guard
from commands.decisions.access.remembered import known
from commands.decisions.handle import (
    Context,
    Decision,
    DecisionModel,
    Handled,
    answered,
    handle,
    propose,
)
from ledger import codec
from ledger.api import Ledger
from ledger.database import Connection, connect
from ledger.envelope import Event, Receipt
from ledger.errors import InvalidQuestion, Outdated, ServerUnavailable
from ledger.events.fields import type_name
from projections.engine.catch_up import catch_up
from projections.shown_text import visible
from projections.view import View

T = TypeVar("T")
_RIVALS = 10


@dataclass(frozen=True)
class DecisionShell:
    """Where a decision is taken: the open ledger, who decides and when, and how it is shown.

    context: with the request that `take` carries out.
    """

    ledger: Ledger
    context: Context
    zone: str
    printer: Printer
    dry_run: bool
    yes: bool

    def take(self, model: DecisionModel, decide: Callable[[Any, Context], Decision]) -> None:
        """Decide, record and show the events; with --dry-run only show them."""
        if self.dry_run:
            decision = propose(self.ledger, model, self.context, decide)
            self.show(decision.events)
            if decision.refusal is not None:
                raise decision.refusal
            return
        try:
            handled = handle(self.ledger, model, self.context, decide)
        except ServerUnavailable as error:
            again = (
                f"Repeat it with --key {self.context.key}: what was recorded is not recorded twice."
            )
            raise ServerUnavailable(f"{error} {again}") from error
        self.answer(handled)

    def answered_before(self) -> Handled | None:
        """What the request was answered when it was made first. Raises KeyTaken."""
        request = self.context.repeatable
        return answered(self.ledger, request) if request else None

    def answer(self, handled: Handled) -> None:
        """Show what was recorded, now or when the same was asked before."""
        if handled.before:
            self.say_before()
        self.show(handled.events, handled.receipts)

    def say_before(self) -> None:
        """Report that the request was carried out when it was made first."""
        say_before(self.context.key)

    def take_each(
        self, cases: Iterable[DecisionModel], decide: Callable[[Any, Context], Decision]
    ) -> None:
        """Take the same decision in many cases, each by itself; show all events together."""
        context = self.in_parts
        if self.dry_run:
            proposed = [propose(self.ledger, model, context, decide) for model in cases]
            self.show(tuple(event for each in proposed for event in each.events))
            return
        context = parts.begin(self.ledger, context)
        events: tuple[Event, ...] = ()
        receipts: tuple[Receipt, ...] = ()
        try:
            for model in cases:
                handled = handle(self.ledger, model, context, decide)
                events, receipts = (*events, *handled.events), (*receipts, *handled.receipts)
        except BaseException:
            if events:
                self.show(events, receipts)
            raise
        parts.conclude(self.ledger, context)
        if done := self.answered_before():
            events, receipts = done.events, done.receipts
        self.show(events, receipts)

    @property
    def in_parts(self) -> Context:
        """The context of several decisions that carry out the request.

        It names the request only if its key was given: otherwise it is not made again.
        """
        request = self.context.request
        return self.context._replace(key="", request=request if request and request.named else None)

    def show(
        self, events: Sequence[Event], receipts: tuple[Receipt, ...] = (), title: str | None = None
    ) -> None:
        """Print events, with their positions once they are recorded."""
        if not events:
            remark("nothing to do: already in that state")
            return
        if not receipts:
            remark("dry run: nothing was recorded; these events would be")
        positions = [receipt.position for receipt in receipts]
        self.printer.show([_line(*pair) for pair in zip_longest(events, positions)], title)

    def confirm(self, question: str) -> None:
        """Ask before a batch, unless --yes or --dry-run. Raises click.Abort, InvalidQuestion."""
        if self.yes or self.dry_run:
            return
        if not sys.stdin.isatty():
            raise InvalidQuestion(f"{question} stdin is not a terminal: add --yes or --dry-run")
        click.confirm(visible(question), abort=True, err=True)

    def moment(self, option: str, text: str | None) -> datetime | None:
        """The time that an option names; of a day or month its beginning in the zone."""
        return None if text is None else moment(option, text, self.zone).first


def deciding(
    command: Callable[..., None], *, again: Callable[..., None] | None = None
) -> Callable[..., None]:
    """Give a command the options of every decision, and a DecisionShell as its first argument.

    - again: shows the answer of a request that was carried out before, given the shell, what was
      `Handled`, and the arguments; without it, the events are shown
    """

    @BY
    @KEY
    @click.option("--dry-run", is_flag=True, help="Show the events without recording them.")
    @zoned
    @formatted
    @wraps(command)
    def run(
        *args: Any,
        by: str | None,
        key: str | None,
        dry_run: bool,
        zone: str | None,
        form: Format,
        yes: bool = False,
        **given: Any,
    ) -> None:
        with _opened(by, key, zone, form, dry_run=dry_run, yes=yes) as shell:
            before = shell.answered_before()
            if before is None:
                command(shell, *args, **given)
            else:
                (again or _shown)(shell, before, *args, **given)

    return run


confirming = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def decided_anew(attempt: Callable[[], T]) -> T:
    """Compute and decide, and do both again if others have decided meanwhile what it rests on."""
    for _ in range(_RIVALS):
        with suppress(Outdated):
            return attempt()
    return attempt()


def _shown(shell: DecisionShell, before: Handled, *_: Any, **__: Any) -> None:
    shell.answer(before)


def context_of(by: str | None, zone: str) -> Context:
    """What an employee (--by), or else the login, does now. Raises InvalidQuestion."""
    named = os.environ.get("ILEDGER_BY") if by is None else by
    if named is not None and not named.strip():
        option = "ILEDGER_BY" if by is None else "--by"
        raise InvalidQuestion(f"{option} is empty; name the employee who decides")
    try:
        author = by or getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on
        raise InvalidQuestion("your login has no name; name the decision maker with --by") from None
    return Context(author, datetime.now(UTC), performed_by=by, zone=zone, live=True)


def say_before(key: str) -> None:
    """Report that the request under this key was carried out when it was made first."""
    remark(f"recorded before, with the key {key}; nothing was recorded now")


def requesting(ledger: Ledger, key: str | None, by: str | None, zone: str) -> Context:
    """The context of the request that the command line makes, under a key, or None for a new one.

    Who asks is the employee of the login, if it is linked and no other is named. Raises
    InvalidQuestion.
    """
    standing = known(ledger).standing
    context = guard.named(context_of(by, zone), standing, ledger.login)
    asking = (context.by, context.performed_by)
    request = request_of(click.get_current_context(), key, asking, zone)
    return context._replace(key=request.key, request=request)


@contextmanager
def _opened(
    by: str | None, key: str | None, zone: str | None, form: Format, *, dry_run: bool, yes: bool
) -> Iterator[DecisionShell]:
    with Ledger(chosen()) as ledger:
        name = zone_named(zone, ledger.about.zone)
        context = requesting(ledger, key, by, name)
        with Printer(form, name) as printer:
            yield DecisionShell(ledger, context, name, printer, dry_run, yes)


def _line(event: Event, position: int | None) -> dict[str, Any]:
    return {
        "position": position,
        "type": type_name(type(event.data)),
        "client": event.client,
        "effective_at": getattr(event.data, "effective_at", None) or event.occurred_at,
        "content": codec.written(event.data),
    }


@contextmanager
def present_view(
    shell: DecisionShell, at: datetime | None = None
) -> Iterator[tuple[Connection, View]]:
    """A view of the present, or of a later time, of what follows from a decision.

    Raises NotAllowed: a login that may record a departure need not be one that reads of clients.
    """
    now, target = datetime.now(UTC), shell.ledger.location
    with closing(connect(target, *ROLES)) as connection:
        position = catch_up(connection, target, workers=None).position
        yield connection, View(position, max(at or now, now), shell.zone)
