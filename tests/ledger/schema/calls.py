"""Calls of every routine that a schema has, whatever it is called, with hostile arguments."""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from ledger.database import Connection
from tests.surroundings import groups

_LISTED = """
SELECT p.proname::text, p.prokind = 'p', p.proretset,
       CASE WHEN p.prorettype <> 'trigger'::regtype THEN format_type(p.prorettype, NULL) END,
       ARRAY(SELECT format_type(t, NULL) FROM unnest(CASE WHEN p.prokind = 'p'
             THEN coalesce(p.proallargtypes, p.proargtypes) ELSE p.proargtypes END) AS t)
FROM pg_proc p WHERE p.pronamespace = to_regnamespace(%s) ORDER BY p.oid
"""
_TEXTS = ["", "x", "event.annulled", "client:C-1", "pbx", "k1", "{}", "{a,b}", "'; --", "\\",
          "1e999", "x" * 3_000, "жук", "2026-03-01T10:00:00+03:00"]  # fmt: skip
_BYTES = [b"", b"x", b"\x00", b"\xff\xfe", b"null", b"[]", b"{}", b'"text"', b"1", b'{"type": 1}',
          b'{"type": "call.logged", "version": 1}', b"{" * 3_000, b"[" * 9_000]  # fmt: skip
_CONDITIONS = ["null", "[]", "{}", '"x"', "1", '{"query": [], "after": 0}', '{"query": [{}]}',
               '{"query": [{"types": [], "tags": []}], "after": 0}', '{"query": 1, "after": "x"}',
               '{"query": [{"types": ["call.logged"], "tags": ["client:C-1"]}]}', '{"after": 9e99}',
               '[{"types": [], "tags": []}]', '[{"types": null, "tags": [null]}]']  # fmt: skip
_NUMBERS = [0, 1, -1, 2, 32_767, 50, 1_000]
_TIMES = ["infinity", "-infinity", "2026-03-01T10:00:00Z", "4713-01-01 BC", "294276-01-01"]


class Routine(NamedTuple):
    """A function or procedure; returns: its type, or None of a trigger's, which nobody calls."""

    name: str
    is_procedure: bool
    is_set: bool
    returns: str | None
    types: list[str]


def routines(connection: Connection, schema: str) -> list[Routine]:
    """All that a schema has, as the catalog lists them."""
    found = [Routine(*row) for row in connection.execute(_LISTED, [schema]).fetchall()]
    assert len(found) >= 8
    return found


def attempt(
    connection: Connection,
    schema: str,
    routine: Routine,
    *,
    bodies: Sequence[bytes] = (),
    texts: Sequence[str] = (),
    chance: random.Random | None = None,
    plain: bool = False,
) -> list[tuple[Any, ...]] | psycopg.Error:
    """Call it with arguments drawn by type; what it answers, or the error.

    bodies, texts: that are drawn most often, if they are given; so is what is harmless, or all that
    is wrong is refused for something else. plain: nothing but that, and one of each
    """
    drawn = _Draw(chance or _chance, bodies, ["{}", "{}", *texts], plain)
    size = 1 if plain else drawn.chance.choice([0, 1, 1, 2, 3])
    arguments = [drawn.value(each, size) for each in routine.types]
    name = sql.Identifier(schema, routine.name)
    given = sql.SQL(", ").join(
        sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(kind))
        for value, kind in zip(arguments, routine.types, strict=True)
    )
    call = "CALL {}({})" if routine.is_procedure else "SELECT * FROM {}({})"
    try:
        connection.execute("SET statement_timeout = '5s'")
        answer = connection.execute(sql.SQL(call).format(name, given))
        return answer.fetchall() if answer.description else []
    except psycopg.Error as error:
        return error


class _Draw(NamedTuple):
    """Values of a type, as PostgreSQL reads them from a text, or None."""

    chance: random.Random
    bodies: Sequence[bytes]
    texts: Sequence[str]
    plain: bool

    def value(self, kind: str, size: int) -> Any:
        if not self.plain and self.chance.random() < 0.05:
            return None
        if kind.endswith("[]"):
            return [self.value(kind[:-2], size) for _ in range(size)]
        usual = self.plain or self.chance.random() < 0.7
        if kind == "bytea":
            return self.chance.choice(self.bodies if usual and self.bodies else _BYTES)
        if kind == "text":
            return self.chance.choice(self.texts if usual else _TEXTS)
        if kind == "jsonb":
            return None if usual else self.chance.choice(_CONDITIONS)
        if kind in ("smallint", "integer", "bigint"):
            return self.chance.choice(_NUMBERS)
        if kind == "boolean":
            return self.chance.random() < 0.5
        if kind.startswith("timestamp"):
            return self.chance.choice(_TIMES)
        return None


_chance = random.Random(groups.seed())
