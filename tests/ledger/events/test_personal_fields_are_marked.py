"""What identifies a person carries the mark, in every event type, so that it can be forgotten."""

import pytest

from ledger import catalogue

# Fields with these names hold what a person is called, is reached by, said or is said to have said.
SUSPECT = {"name", "phone", "email", "text", "number", "contact_details", "subject", "position"}
# Not of a person: the name of a unit, and what a position in a unit is called.
HARMLESS = {
    ("org_unit.defined", "name"),
    ("employee.hired", "position"),
    ("satisfaction.recorded", "subject"),
}
MARKED = {
    "prospect.registered": ("name",),
    "client.registered": ("name",),
    "client_fact.recorded": ("value",),
    "contact_person.added": ("name", "position", "phone", "email"),
    "correspondence.received": ("subject", "text"),
    "note.shared": ("text",),
    "employee.hired": ("name",),
    "call.missed": ("number",),
}


@pytest.mark.parametrize("described", catalogue.types().values(), ids=lambda found: found.name)
def test_a_field_that_sounds_personal_is_marked(described: catalogue.EventType) -> None:
    names = {name for name in described.content.__dataclass_fields__ if name in SUSPECT}
    harmless = {name for type_, name in HARMLESS if type_ == described.name}
    assert names - harmless <= set(described.personal)


@pytest.mark.parametrize(("type_", "fields"), MARKED.items())
def test_the_catalogue_tells_which_fields_are_personal(type_: str, fields: tuple[str]) -> None:
    assert catalogue.types()[type_].personal == fields
