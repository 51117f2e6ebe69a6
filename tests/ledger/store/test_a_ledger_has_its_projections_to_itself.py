"""The projections of a ledger `x` are in `x_projections`: nothing else may be there."""

import psycopg
import pytest

from ledger import schema
from ledger.database import Location
from ledger.errors import InvalidQuestion


def test_a_ledger_is_not_named_as_the_projections_of_another(location: Location) -> None:
    for name in (location.projections, "sales_projections", "_projections"):
        with pytest.raises(InvalidQuestion, match="choose another name"):
            schema.init(location._replace(schema=name))


def test_a_ledger_is_not_made_beside_a_schema_where_its_projections_would_be(
    embedded_dsn: str,
) -> None:
    with psycopg.connect(embedded_dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA taken_projections")
        try:
            with pytest.raises(
                InvalidQuestion, match="there is a schema taken_projections already"
            ):
                schema.init(Location(dsn=embedded_dsn, schema="taken"))
            found = connection.execute("SELECT to_regnamespace('taken')").fetchone()
            assert found == (None,)
        finally:
            connection.execute("DROP SCHEMA taken_projections")


@pytest.mark.usefixtures("unbuilt")
def test_making_a_ledger_again_changes_nothing_when_it_has_projections(location: Location) -> None:
    assert location.dsn
    with psycopg.connect(location.dsn, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {location.projections}")
    assert not schema.init(location, "Europe/Moscow")
