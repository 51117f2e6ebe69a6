"""A question as a script for psql: the statements that would run, parameters filled in."""

import re
from collections.abc import Sequence

from psycopg import ClientCursor

from ledger.database import Connection
from projections.view import Question, View, reading

_STATE = "SELECT current_setting('search_path'), current_setting('timezone')"
_PARAMETER = re.compile(r"%\((\w+)\)s")


def script_of(
    connection: Connection, questions: Sequence[Question], settings: Sequence[str], view: View
) -> str:
    """One transaction a statement, under a comment for each parameter; nothing is run.

    settings: the SET LOCAL statements that the question runs under; view: that of the question.
    """
    with reading(connection, view.zone, view.as_of):
        ((path, clock),) = connection.execute(_STATE).fetchall()
    cursor = ClientCursor(connection)
    parts = []
    for number, (statement, parameters) in enumerate(questions, 1):
        names = dict.fromkeys(_PARAMETER.findall(statement))
        known = [f"--   {name} = {_literal(cursor, parameters[name])}" for name in names]
        lines = [
            f"-- Statement {number} of {len(questions)}, with these parameters filled in:",
            *known,
            "BEGIN READ ONLY;",
            f"SET LOCAL search_path = {path};",
            f"SET LOCAL timezone = '{clock}';",
            f"SET LOCAL iledger.zone = '{view.zone}';",
            f"SET LOCAL iledger.as_of = '{view.as_of}';",
            "SET LOCAL jit = off;",
            *(f"{setting};" for setting in settings),
            f"{cursor.mogrify(statement, parameters).strip()};",
            "COMMIT;",
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _literal(cursor: ClientCursor[tuple[object, ...]], value: object) -> str:
    return " ".join(cursor.mogrify("%s", [value]).split())
