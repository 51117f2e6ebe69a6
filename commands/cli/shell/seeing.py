"""Whose figures the one who asks may see: one check for all commands that show figures of people.

It matters where the access policy is enforced; docs/access.md says who sees what.
"""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

from commands.cli.shell.output import remark
from commands.cli.shell.question import Question
from commands.decisions.access.sight import Sight, standing_of
from ledger.errors import Refused
from projections.tables.access import access
from projections.view import View

T = TypeVar("T")
_LATEST = 2**62  # after every position: who may see is always judged by the roles of now


def sight(question: Question, by: str | None = None) -> Sight:
    """What the login may see. by: in whose name a service asks; default: ILEDGER_BY."""
    now = datetime.now(UTC)
    view = View(_LATEST, now, question.view.zone)
    standing = standing_of(access.steps(question.connection, view))
    login = access.session_login(question.connection)
    return Sight(standing, standing.employee_of(login, by or os.environ.get("ILEDGER_BY")), now)


def visible(
    question: Question, rows: Iterable[T], whose: Callable[[T], str | None], by: str | None = None
) -> list[T]:
    """The rows that may be seen, and those about nobody alone; a remark if there are more.

    - whose: the employee of a row, None for a row about nobody alone

    Raises Refused if there are rows, and none may be seen.
    """
    given = [*rows]
    if not _limited(question):
        return given
    seen = sight(question, by)
    sees = {who: seen.sees(who) for who in map(whose, given) if who is not None}
    kept = [row for row in given if sees.get(whose(row) or "", True)]
    if given and not kept:
        raise _refusal(seen, sorted(sees)[:5])
    if len(kept) < len(given):
        remark(f"{len(given) - len(kept)} lines about others are not shown: your role does not "
               "reach them")  # fmt: skip
    return kept


def refuse_unseen(question: Question, employees: Iterable[str], by: str | None = None) -> None:
    """Raise Refused unless the figures of these employees may all be seen."""
    if _limited(question):
        seen = sight(question, by)
        unseen = [each for each in employees if not seen.sees(each)]
        if unseen:
            raise _refusal(seen, unseen)


def _limited(question: Question) -> bool:
    view = question.view._replace(as_of=_LATEST)
    return access.mode(question.connection, view) == "enforce"


def _refusal(seen: Sight, employees: Iterable[str]) -> Refused:
    who = seen.viewer or "your login, which is linked to nobody,"
    return Refused(
        f"{who} may not see the figures of {', '.join(employees)}: the access policy is enforced. "
        "An administrator can grant a role that reaches them with `iledger access role grant`; "
        "`iledger access rights` lists which"
    )
