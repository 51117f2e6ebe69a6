"""The reference pages in docs/, made from the program itself: run by `make docs`.

python -m commands.cli.reference [FOLDER]
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import click

from commands.cli import main
from commands.cli.events.event_fields import event_fields, holds, meaning
from ledger import catalogue, errors
from ledger.envelope import OPTIONAL, REQUIRED

_WIDTH = 92
_MADE = "<!-- Made by `make docs` from the program itself; changes here are lost. -->\n"
_ENDINGS = (
    (0, "", "Done, or the question was answered."),
    (1, "", "Lines were rejected, a check found something wrong, or a file cannot be written."),
    (2, "", "The command line is not understood."),
    (main.DEFECT, "", "A defect of the program. `ILEDGER_DEBUG=1` shows where."),
    (main.INTERRUPTED, "", "Interrupted (Ctrl-C). What was recorded stays; run it again."),
    (main.PIPE_CLOSED, "", "The reader of the output, such as `head`, had seen enough."),
)  # fmt: skip
_COUNTING = """
Of each metric the events behind it are shown by `iledger metrics --metric NAME --explain`. A
ratio comes with its numerator and denominator; of nothing there is no figure, and never 0 %.

An event belongs to the period in which it happened. Where a state is counted (deals open, buyers
active, fields known) it is that of the period's end, or its beginning if it says so. Clients owned
are those owned at any time in the period, and covered if in contact while they were.

- Answered is an inquiry by the first human act of ours after it in reply to it, under whatever
  client, or with the same client and in reply to nothing else: a call that reached somebody, a
  message, a letter, a meeting. The norm is {norm_hours} hour; what is not answered is over it.
  Times are those of the clock; `…_business_…` are by a business calendar (`--calendar`), and a day
  that it does not cover is refused.
- Of several closes of a deal in one period the last counts, and none if the deal was reopened after
  it in that period. A close that was undone in a later period stays in its own.
- Who rang us in vain has had contact, but was neither touched nor tried nor covered by us.
- Time in a stage counts when the deal leaves it: for another, or won, or lost.
- A purchase is what was recorded as one (`purchase.recorded`); a deal won is none by itself.
- A buyer is active for {active_days} days after a purchase. Retention is (E - N) / S, where N are
  those who came to be active in the period: of those active at its start, the share still active.
  By performer, reactivation is credited to who made the last sale before the period, whether or not
  the client bought again, and not to who had the last contact before the new purchase: so those who
  stay away are somebody's too.
- A field is fresh for {fresh_days} days after it was told or confirmed. All fields known count, and
  only those: no fields are required, so one that nobody has told is not stale. Each field counts
  once, whichever client's, and however long the client was owned.
- A fact told or confirmed is a point. It is none if the fact was so already (a confirmation: if
  it was told or confirmed on the same day), or has been retracted since; nor is it one to confirm
  what nobody has told.
- A deadline moves if that was recorded before it passed; of an import (an event with
  `import_batch`) if it happened before. Who had the task then owes it.
- NPS, CSAT and CES are never mixed; of each contact person the last answer in the period counts.
- A missed call is returned by any call of ours to the client after it.
- An event is late if it was recorded more than 24 hours after it happened (of a date: after its
  end). Imports (with `import_batch`) do not count.
- A client is orphaned while nobody has it who once had, and while its owner has left; an id
  that was merged into another client is owned and orphaned up to then.
"""
_NOT_THERE = """
Stage conversion and loss are told by `iledger funnel`; retention after hand-overs and the shift of
mood by `iledger handover outcomes`. No events tell yet of wallets and recommendations
(share of wallet, referral rate, loyalty profile), service cost (profit and cost per client),
campaigns (cost per lead, ROMI) and plans of steps (plan replacement). Not made from events yet:
RFM, tenure, promise keeping, the restless index, completeness.
"""
_ABOUT = """
Answers go to stdout and remarks to stderr; [exit codes](exit-codes.md) say how it went.

Commands are a noun and a verb (`deal list`, `target set`); the questions asked daily stand alone
(`card`, `owner`, `metrics`). `iledger help NOUN VERB` is `iledger NOUN VERB --help`.

Every list takes `--columns A,B`, `--sort COLUMN[:desc]` and `--limit N`, in every format; empty
values are sorted last. A table that is too wide for the terminal (or for `COLUMNS`) leaves out its
least important columns and says which; JSON and CSV always have all of them.

Completion by TAB, for bash (put it into `~/.bashrc`), zsh (`~/.zshrc`) and fish
(`~/.config/fish/completions/iledger.fish`):

    eval "$(_ILEDGER_COMPLETE=bash_source iledger)"
    eval "$(_ILEDGER_COMPLETE=zsh_source iledger)"
    _ILEDGER_COMPLETE=fish_source iledger | source

`make man` writes this page as a manual: `man -l build/man/iledger.1`, or copy it to
`~/.local/share/man/man1/` for `man iledger`.
"""
_TIMES = """
`occurred_at` is a time with its zone (`2026-03-01T10:00:00+03:00`, or without seconds if they are
not known), a day (`2026-03-01`), a month (`2026-03`) or `unknown`. `source` and `key` together name
an event for ever: sending it again is safe, and using a key for another event is refused.

History that is loaded names its batch in `import_batch`. Such events are never late entries, and
where it matters that something was recorded in time, they count as recorded when they happened.
"""


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "cli.md": "\n".join(_cli()),
        "events.md": "\n".join(_events()),
        "exit-codes.md": "\n".join(_exit_codes()),
        "metrics.md": "\n".join(_metrics()),
    }


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name, groups before their members."""
    yield from _walk("iledger", main.iledger)


def endings() -> list[tuple[int, str, str]]:
    """Every exit code with the error that it stands for, if any, and what it means."""
    return sorted([*_ENDINGS, *_errors(errors.LedgerError)], key=lambda row: row[0])


def _walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for verb in command.list_commands(context):
            member = command.get_command(context, verb)
            if member is not None:
                yield from _walk(f"{name} {verb}", member)


def _cli() -> Iterator[str]:
    yield "# The command line\n"
    yield _MADE
    yield _ABOUT
    for name, command in commands():
        context = click.Context(
            command, info_name=name, max_content_width=_WIDTH, terminal_width=_WIDTH
        )
        yield f"## {name}\n"
        yield f"```\n{command.get_help(context)}\n```\n"


def _events() -> Iterator[str]:
    yield "# Event types\n"
    yield _MADE
    yield "One JSON object an event: the envelope, and under `data` the content of its type.\n"
    yield "## The envelope\n"
    yield from _table(("field", "holds", "required"), _envelope())
    yield _TIMES
    subject = None
    for each in catalogue.types().values():
        if each.subject != subject:
            subject = each.subject
            module = sys.modules[each.content.__module__]
            yield f"## {subject}\n"
            yield f"{(module.__doc__ or '').strip()}\n"
        yield f"### `{each.name}`\n"
        yield f"{meaning(each.content)}\n"
        rows = [
            (
                f"`{s.field}`",
                s.holds,
                "yes" if s.required else "",
                s.default or "",
                "yes" if s.personal else "",
            )
            for s in event_fields(each.content)
        ]
        if rows:
            yield from _table(("field", "holds", "required", "default", "personal"), rows)


def _envelope() -> Iterator[tuple[str, ...]]:
    from ledger.codec import _Envelope

    hints = get_type_hints(_Envelope, include_extras=True)
    yield "`type`", "one of the types below", "yes"
    for name in (*REQUIRED, *OPTIONAL):
        kind = holds(hints[name]) if name in hints else "time, see below"
        yield f"`{name}`", kind, "yes" if name in REQUIRED else ""
    yield "`data`", "the content of the type", "yes"


def _exit_codes() -> Iterator[str]:
    yield "# Exit codes\n"
    yield _MADE
    yield "Whatever goes wrong is told in one message on stderr, with what to do next.\n"
    rows = ((str(code), name, text) for code, name, text in endings())
    yield from _table(("code", "error", "meaning"), rows)


def _metrics() -> Iterator[str]:
    from projections.metrics.definitions import EVIDENCE, METRICS, Metric
    from projections.metrics.metrics import TERMS

    yield "# Metrics\n"
    yield _MADE
    yield _COUNTING.format(**TERMS._asdict())
    yield from _table(
        ("metric", "says", "figure", "unit", "credited"),
        (
            (
                f"`{name}`",
                metric.description,
                metric.figure,
                metric.unit,
                "whose it is, whatever the mode"
                if EVIDENCE[metric.evidence].held
                else "by the mode",
            )
            for name, metric in METRICS.items()
        ),
    )
    meant = " ".join((Metric.__doc__ or "").split("\n\n")[1].split())
    yield f"{meant}\n"
    yield "## Not there\n"
    yield _NOT_THERE


def _errors(kind: type[errors.LedgerError]) -> Iterator[tuple[int, str, str]]:
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child.exit_code, f"`{child.__name__}`", meaning(child)
            yield from _errors(child)


def _table(header: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    folder.mkdir(exist_ok=True)
    for file_name, text in pages().items():
        (folder / file_name).write_text(text, "utf-8")
