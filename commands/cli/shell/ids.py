"""Options and arguments that name something recorded: an employee, a client, a deal, …

@click.option("--holder", type=EMPLOYEE, help="Only deals held by this employee.")

Questions check all of them before they are asked (`shell.question.opened`): an unknown id is one
error with one exit code, and never an empty answer. Decisions check what they depend on themselves.
"""

import unicodedata

import click

from ledger.database import Connection
from projections.questions.integrity.ids import check_known
from projections.view import View

NONE = "(none)"


class Id(click.ParamType[str]):
    """The id of something recorded.

    - many: several of them, with commas between; or_none: "(none)" stands for things without one
    """

    def __init__(self, kind: str, *, many: bool = False, or_none: bool = False) -> None:
        self.kind, self._many, self._or_none = kind, many, or_none
        shown = kind.upper()
        self.name = f"{shown},{shown}…" if many else shown

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text as ids are recorded: composed, without spaces around. Refuses an empty one."""
        if not self.ids(value):
            self.fail(f"{value!r} names nothing; give an id, or leave it out.", param, ctx)
        return unicodedata.normalize("NFC", value.strip())

    def ids(self, value: str) -> list[str]:
        """The ids in a text."""
        each = value.split(",") if self._many else [value]
        return [text.strip() for text in each if text.strip()]

    def to_be_known(self, value: str) -> list[str]:
        """Those of a text that must be known for it to mean anything."""
        return [each for each in self.ids(value) if not (self._or_none and each == NONE)]


BATCH, CASE, CLIENT = Id("batch"), Id("case"), Id("client")
DEAL, DISPUTE, EMPLOYEE = Id("deal"), Id("dispute"), Id("employee")
EMPLOYEES, NORM, PIPELINE = Id("employee", many=True), Id("norm"), Id("pipeline", or_none=True)
REDUCTION, ROLE, STAGE = Id("reduction"), Id("role"), Id("stage")
STATEMENT, TARGET, UNIT = Id("statement"), Id("target"), Id("unit")


def check_given(connection: Connection, view: View) -> None:
    """Raise NotFound for the first id, of those that the running command was given, not known."""
    context = click.get_current_context(silent=True)
    if context is None:
        return
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if isinstance(parameter.type, Id) and value is not None:
            for each in parameter.type.to_be_known(value):
                check_known(connection, view, parameter.type.kind, each)
