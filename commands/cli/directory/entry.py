"""What the table of commands is made of."""

from collections.abc import Mapping
from typing import NamedTuple


class Daily(NamedTuple):
    """A command at the top; the help is that of the command itself."""

    place: str
    help: str


class Noun(NamedTuple):
    """A group of commands. members: by verb where the command is, or by noun another group."""

    help: str
    example: str
    members: "Mapping[str, str | Noun]"


Entry = Daily | Noun
