"""`iledger audit check`: what points nowhere, and what contradicts."""

from inspect import cleandoc

import click

from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked
from projections.questions.integrity import check as asking

# What a table may lose where it is too wide, least important first.
_DROP = ("at", "client", "employee", "near", "events")


def _described(command: click.Command) -> click.Command:
    """Put what each kind is into the help."""
    told = (f"{kind}: {meaning}." for kind, meaning in asking.KINDS.items())
    command.help = "\n\n".join((cleandoc(command.help or ""), *told))
    return command


@_described
@click.command(epilog="Example: iledger audit check --kind unknown,look-alike --limit 20")
@click.option("--kind", metavar="KIND,KIND…", help="Only these kinds of finding.")
@asked
def check(question: Question, kind: str | None) -> None:
    """List ids that point nowhere, and what contradicts. Exit code 1 if anything is found.

    events: how many there are; position: the first one, to look at with `iledger replay`. near: the
    nearest known id. Chains of owners are checked by `iledger audit custody`, and tables by
    `iledger projections verify`. The kinds are:
    """
    kinds = [each.strip() for each in (kind or "").split(",") if each.strip()]
    found = asking.check(question.connection, question.view, kinds)
    question.show(found, columns=asking.Finding._fields, drop=_DROP)
    if found:
        remark(
            "correct what is wrong with further events, or annul it and record it again; "
            "`iledger replay --after POSITION --limit 1` shows an event"
        )
        raise click.exceptions.Exit(1)
