"""The request that a command line makes: under which key, and what it asks."""

import uuid
from decimal import Decimal
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from commands.decisions.requests import Request, digest
from ledger.errors import InvalidQuestion
from ledger.events.fields import Id
from ledger.validation_messages import in_our_words

# How a request is answered is no part of what it asks; who asks, and in which zone, is added.
_APART = {"by", "key", "dry_run", "yes", "zone", "form", "out"}
_key_of = TypeAdapter(Id).validate_python


def request_of(
    context: click.Context, key: str | None, by: tuple[str, str | None], zone: str
) -> Request:
    """What the command asks that is being run. Raises InvalidQuestion for an impossible key.

    - key: as given, or None for a new one; by: who asks, and which employee that is
    """
    names, above = [context.info_name], context.parent
    while above is not None and above.parent is not None:
        names, above = [above.info_name, *names], above.parent
    given = {
        param.name: _plain(context.params[param.name])
        for param in context.command.params
        if param.name in context.params
        and param.name not in _APART
        and context.params[param.name] not in (None, False, (), param.get_default(context))
    }
    asked = digest({"command": names, "given": given, "by": by, "zone": zone})
    if key is None:
        return Request("iledger", str(uuid.uuid4()), asked, named=False)
    try:
        return Request("iledger", _key_of(key), asked)
    except ValidationError as error:
        problem = in_our_words(error.errors(include_url=False)[0]["msg"])
        raise InvalidQuestion(
            f"--key {key!r} {problem}; leave it out for a decision of its own"
        ) from None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
