"""The page of `iledger report page`: one file, without scripts or anything from elsewhere."""

import shlex
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from commands.cli.reports.page import drawing, sections
from projections.questions.motivation.period_overview import Overview
from projections.shown_text import visible
from projections.shown_times import local


def page(told: Overview, *, less: bool = False) -> bytes:
    """An overview as HTML; the same bytes for the same overview.

    less: of the metric that leaders are ordered by, less is better.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "percent": sections.percent,
        "local": lambda at: _local(at, told.made.zone),
        "who": lambda who: sections.label(told, who),
    }
    board = sections.leaders(told, less=less)
    text = environment.from_string(_file("page.html")).render(
        told=told,
        drawing=drawing,
        style=Markup(_file("page.css")),  # noqa: S704 - our own file
        command=_commands(told),
        glance=sections.glance(told),
        attained=sections.attained(told),
        funnels=sections.funnels(told),
        ownership=sections.ownership(told),
        leaders=board,
        less=less,
        trend=sections.trend(told),
    )
    return visible(text).encode()


def _file(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _local(at: datetime, zone: str) -> str:
    return local(at, ZoneInfo(zone)).isoformat(" ", "seconds")


def _commands(told: Overview) -> dict[str, str]:
    """How to ask for the same figures on the command line."""
    over = told.seen.on == told.period.end(told.seen.zone)
    on = told.period.last_day.isoformat() if over else told.seen.on.isoformat()
    period, then = f"--period {told.period.name}", f"--as-of {told.made.as_of}"
    zone, credit = f"--zone {shlex.quote(told.made.zone)}", f"--credit {shlex.quote(told.credit)}"
    seen = f"--on {on} {then} {zone}"
    leading = " ".join(f"--metric {shlex.quote(name)}" for name in told.leading)
    months = f"--since {told.months[0]} --until {told.months[-1]}"
    return {
        "attainment": f"iledger target attainment {period} {then} {zone} {credit}",
        "funnel": f"iledger funnel {period} {seen}",
        "ownership": f"iledger employee orphans {seen}",
        "leaders": f"iledger metrics {period} {seen} {credit} {leading}",
        "trend": f"iledger metrics --by whole --every month {months} {seen} {credit}",
    }
