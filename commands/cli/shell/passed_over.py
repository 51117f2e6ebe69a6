"""The remark of an answer on events that could not be understood."""

from commands.cli.shell.output import remark
from ledger.database import Connection
from projections.engine.not_understood import concerning
from projections.view import View

_NAMED = 5  # positions at most


def say_passed_over(connection: Connection, view: View, client: str | None) -> None:
    """Name the events that could not be understood, if the answer could depend on any."""
    found = concerning(connection, view, None)
    if found and client is not None:
        # 3 ms, where an event is not understood only.
        from projections.tables.clients.merges import members

        found = concerning(connection, view, members(connection, view, client))
    if found:
        named = ", ".join(str(each.position) for each in found[:_NAMED])
        more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        remark(
            f"this answer passes over what could not be understood, at position {named}{more}; "
            "`iledger projections status` has the reasons"
        )
