"""`iledger event types`: the catalogue of event types."""

import click

from commands.cli.events.event_fields import event_fields, meaning
from commands.cli.shell.output import Format, Printer, remark
from commands.cli.shell.question import listed
from commands.cli.shell.selection import Selection
from ledger import catalogue
from ledger.errors import NotFound
from ledger.suggestions import did_you_mean


@click.command("types", epilog="Example: iledger event types call.logged")
@click.argument("type_", metavar="[TYPE]", required=False)
@listed
def types(type_: str | None, form: Format, selection: Selection) -> None:
    """List the types of event, or the fields of one."""
    found = catalogue.types()
    with Printer(form, selection=selection) as printer:
        if type_ is None:
            printer.show(
                [
                    {"type": each.name, "subject": each.subject, "meaning": meaning(each.content)}
                    for each in found.values()
                ],
                drop=("subject",),
            )
            return
        if type_ not in found:
            hint = did_you_mean(type_, found) or "`iledger event types` lists them all."
            raise NotFound(f"no event type {type_!r}. {hint}")
        described = found[type_]
        remark(f"{type_}, version {described.version}: {meaning(described.content)}")
        rows = [each._asdict() for each in event_fields(described.content)]
        printer.show([row | {"holds": row["holds"].replace("`", "")} for row in rows])
