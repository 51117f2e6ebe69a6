"""Suggestions for a misspelt name. For a command see commands/cli/unknown_command.py."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str], most: int = 1) -> str:
    """A question that proposes the names nearest to one that is not known; empty if none is near.

    most: how many names it may propose.
    """
    near = get_close_matches(name, list(known), n=most)
    return f"Did you mean {' or '.join(map(repr, near))}?" if near else ""
