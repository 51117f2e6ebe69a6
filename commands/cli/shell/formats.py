"""The options --format and --raw: as what an answer is printed."""

from collections.abc import Callable

import click

from commands.cli.shell.output import FORMATS, RAW


def formatted(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option --format, as the argument `form`."""
    form = click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="Output format.",
    )
    raw = click.option(
        "--raw",
        is_flag=True,
        expose_value=False,
        callback=_keep_raw,
        help="CSV: no apostrophe before a text that a spreadsheet would take for a formula.",
    )
    return form(raw(command))


def _keep_raw(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    context.meta[RAW] = wanted
