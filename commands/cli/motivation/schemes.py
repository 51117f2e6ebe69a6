"""`iledger bonus scheme …`: check, publish, show and compare schemes of motivation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import Format, Printer, remark
from commands.cli.shell.question import Question, asked, listed
from commands.cli.shell.selection import Selection
from commands.decisions.motivation import settlement as deciding_settlement
from ledger.errors import InvalidQuestion
from projections.motivation.scheme import Scheme, examined, recorded_scheme, scheme_of
from projections.tables.motivation.settlement import published, schemes

_LARGEST = 1 << 20  # bytes
_FILE = click.argument(
    "toml",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    callback=lambda context, param, path: contents(path),  # a request is for what the file holds
)


@click.command(epilog="Example: iledger bonus scheme check sales.toml")
@_FILE
@listed
@click.pass_context
def check(context: click.Context, toml: str, form: Format, selection: Selection) -> None:
    """Check the file of a scheme: every problem with its line and remedy, and exit code 1."""
    found, problems = examined(toml)
    if found is not None:
        remark(f"valid: {found.name}@{found.version}, {len(found.components)} components")
        return
    with Printer(form, selection=selection) as printer:
        printer.show([problem._asdict() for problem in problems])
    context.exit(1)


@click.command(
    epilog='Example: iledger bonus scheme publish sales.toml --remark "agreed" --by E-01'
)
@_FILE
@click.option("--remark", "said", metavar="TEXT", help="A remark on this version.")
@deciding
def publish(shell: DecisionShell, toml: str, said: str | None) -> None:
    """Publish a version of a scheme with its whole file. A version never changes."""
    shell.take(deciding_settlement.model(), deciding_settlement.publish(scheme_of(toml), said))


@click.command("list", epilog="Example: iledger bonus scheme list")
@asked
def list_(question: Question) -> None:
    """List the published schemes."""
    rows = schemes(question.connection, question.view)
    question.show(
        [{key: value for key, value in row._asdict().items() if key != "toml"} for row in rows]
    )


@click.command(epilog="Example: iledger bonus scheme show sales@1")
@click.argument("name", metavar="SCHEME[@VERSION]")
@asked
def show(question: Question, name: str) -> None:
    """Print the file of a published scheme."""
    found = published(question.connection, question.view, name)
    if question.printer.form == "table" and not question.printer.named():
        click.echo(found.toml, nl=not found.toml.endswith("\n"))
        return
    question.show([found])


@click.command(epilog="Example: iledger bonus scheme diff sales@1 sales.toml")
@click.argument("one", metavar="SCHEME|FILE")
@click.argument("other", metavar="SCHEME|FILE")
@asked
def diff(question: Question, one: str, other: str) -> None:
    """Show the differences between two schemes, each published or a file."""
    sides = [dict(_fields(scheme_named(question, name))) for name in (one, other)]
    names = dict.fromkeys(name for side in sides for name in side)
    rows = [
        {"field": name, one: sides[0].get(name), other: sides[1].get(name)}
        for name in names
        if sides[0].get(name) != sides[1].get(name)
    ]
    question.show(rows, columns=("field", one, other))


def scheme_named(question: Question, name: str) -> Scheme:
    """A scheme by its file, or as published: SCHEME@VERSION, or SCHEME for the latest version."""
    if name.endswith(".toml") or Path(name).is_file():
        return scheme_of(contents(name))
    return recorded_scheme(published(question.connection, question.view, name))


def contents(file: str) -> str:
    """The text of a file. Raises InvalidQuestion if it is not text, or more than any scheme is."""
    with Path(file).open("rb") as opened:
        read = opened.read(_LARGEST + 1)
    if len(read) > _LARGEST:
        raise InvalidQuestion(f"{file} is larger than any scheme, {_LARGEST >> 20} MiB")
    try:
        return read.decode()
    except UnicodeDecodeError as error:
        raise InvalidQuestion(f"{file} is not UTF-8 text, at byte {error.start}") from None


def _fields(found: Scheme) -> Iterator[tuple[str, Any]]:
    """The fields of a scheme, one per line; a component is named by its metric."""
    whole = ("version", "effective_from", "currency", "credit", "calendar", "process_share")
    for name in ("name", *whole):
        yield name, getattr(found, name)
    yield "bonus.default", found.bonus.default
    for kind, table in (("positions", found.bonus.positions), ("employees", found.bonus.employees)):
        yield from ((f"bonus.{kind}.{name}", amount) for name, amount in table.items())
    for component in found.components:
        for name, value in component.model_dump(by_alias=True, exclude={"metric"}).items():
            yield f"{component.name}.{name}", value
    yield "curve", ", ".join(f"{point.score:f}→{point.factor:f}" for point in found.curve)
    for rule in found.reductions:
        for name, value in rule.model_dump().items():
            if name != "rule":
                yield f"reduction {rule.rule}.{name}", value
