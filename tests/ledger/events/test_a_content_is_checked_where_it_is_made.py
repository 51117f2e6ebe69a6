"""A content that is made in Python is refused where it is made, as a line of it would be."""

import dataclasses
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from ledger import catalogue, codec
from ledger.errors import InvalidEvent
from ledger.events.contacts import CallLogged
from ledger.events.sales import Line, OfferSent
from ledger.events.service import CaseAssigned
from tests.ledger.events import golden
from tests.ledger.events.test_bad_events_are_refused_with_field_value_and_remedy import of


def contents() -> Iterator[type[Any]]:
    """Every class of the event modules: contents, and parts of them."""
    for subject in catalogue.SUBJECTS:
        module = import_module(f"ledger.events.{subject}")
        for member in vars(module).values():
            if isinstance(member, type) and member.__module__ == module.__name__:
                yield member


CONTENTS = list(contents())
JUNK: list[Any] = [None, 5, "sideways", "", [1], {"a": 1}, object(), float("nan"), "x" * 100_001]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.__name__)
def test_whatever_is_wrong_names_a_field_and_a_remedy(content: type[Any]) -> None:
    good = {
        field.name: getattr(golden.content(content), field.name)
        for field in dataclasses.fields(content)
    }
    assert content(**good) == golden.content(content)
    wrong: list[dict[str, Any]] = [{}, good | {"nosuch": 1}]
    wrong += [good | {name: junk} for name in good for junk in JUNK]
    errors = [error for given in wrong if (error := refused(content, given))]
    assert errors
    for error in errors:
        assert {content.__name__, "data", *good, "nosuch"} & {*error.field.split(".")}
        assert error.remedy
        assert "ArgsKwargs" not in str(error)
        assert "pydantic" not in str(error)


def refused(content: type[Any], given: dict[str, Any]) -> InvalidEvent | None:
    """Why this cannot be made; None if it can."""
    try:
        content(**given)
    except InvalidEvent as error:
        return error
    return None


def test_a_wrong_choice_is_refused_as_on_the_command_line() -> None:
    with pytest.raises(InvalidEvent) as made:
        CallLogged(direction="in", outcome="reached")  # type: ignore[arg-type]
    with pytest.raises(InvalidEvent) as sent:
        codec.encode_json(of("call.logged", direction="in", outcome="reached"))
    assert str(made.value) == str(sent.value)
    assert (made.value.field, made.value.value) == ("data.direction", "in")


def test_a_part_of_a_content_names_its_own_field() -> None:
    with pytest.raises(InvalidEvent, match="quantity: must be greater than 0"):
        Line(product="P", quantity=0)  # type: ignore[arg-type]
    with pytest.raises(InvalidEvent, match=r"data\.items\.0\.quantity"):
        OfferSent(offer="O", items=({"product": "P", "quantity": 0},))  # type: ignore[arg-type]


def test_what_is_wrong_with_a_whole_content_shows_the_content() -> None:
    with pytest.raises(InvalidEvent, match=r"^data: names neither .* \(found \{'case': 'S-1'\}\)"):
        CaseAssigned(case="S-1")


def test_a_value_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="Name every field"):
        CallLogged("inbound", "reached")  # type: ignore[misc]
