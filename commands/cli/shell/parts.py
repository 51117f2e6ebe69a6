"""The option --part, for answers of several tables: which of them to show.

CSV holds one table: the first part, if none is chosen.
"""

from collections.abc import Callable
from typing import Any

import click

_CHOSEN = f"{__name__}.part"


def parted(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command whose answer has several parts the option --part. names: titles."""

    def chosen(context: click.Context, _: click.Parameter, value: str | None) -> None:
        context.meta[_CHOSEN] = value

    return click.option(
        "--part",
        type=click.Choice(names),
        expose_value=False,
        callback=chosen,
        help="Show only this part of the answer.  [default: all; in CSV the first]",
    )


def chosen_part() -> str | None:
    """The part that the running command was asked for."""
    context = click.get_current_context(silent=True)
    part: str | None = context.meta.get(_CHOSEN) if context else None
    return part
