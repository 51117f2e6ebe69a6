"""Calls of every command: with what it requires alone, and with each of its options.

Deciding commands only say what they would record, so that a call changes nothing for the next.
"""

from collections.abc import Iterator

import click

from commands.cli.admin.reference import commands

# What these end, make, follow without end or read from a file is tested elsewhere.
LEFT_OUT = ("append", "init", "server stop", "projections rebuild", "projections verify")
OPTIONS_LEFT_OUT = (
    "--follow",
    "--sign",
    "--issue",
    "--dry-run",
    "--yes",
    "--key",
    "--html",
    "--out",
)
MEANINGS = {
    "client": ("C-104", "A-1"),
    "employee": ("A-1", "E-7"),
    "file": ("scheme.toml",),
    "path": ("plan.json",),
    "--rule": ("to=A-1",),
    "--period": ("2026-Q3", "2026-03", "2026", "1900", "2199-12"),
    "period": ("2026-Q3",),
    "--month": ("2026-03", "1900-01", "2199-12"),
    "--metric": ("won_value", "calls", "deals_open", "win_rate"),
    "--scheme": ("A-1@1",),
    "one": ("A-1@1",),
    "other": ("A-1@2",),
    "--from": ("2026-01-01", "1900-01-01"),
    "--to": ("2026-03-31", "2199-12-31"),
    "--since": ("1900-01-01",),
    "--until": ("2199-12-31",),
    "--on": ("1900-01-01", "2199-12-31", "2026-03-01"),
    "--as-of": ("1", "100"),
    "--effective": ("2026-03-05",),
    "--zone": ("Pacific/Kiritimati", "Etc/GMT+12"),
    "--html": ("page.html",),
    "--currency": ("RUB",),
    "--value": ("99999999999999",),
    "--delta": ("-1",),
    "--by": ("E-7",),
    "--credit": ("performer", "owner"),
    "--calendar": ("A-1",),
    "--columns": (),
    "--sort": (),
}


def value(parameter: click.Parameter) -> tuple[str, ...]:
    """What to give for an argument or option; nothing if any text is as good as another."""
    name = parameter.opts[0]
    if isinstance(parameter.type, click.Choice):
        return tuple(map(str, parameter.type.choices))
    for known in (name, parameter.name or ""):
        if known in MEANINGS:
            return MEANINGS[known]
    return (
        ("2",) if "integer" in parameter.type.name or parameter.type.name == "number" else ("A-1",)
    )


def calls() -> Iterator[tuple[list[str], bool]]:
    """The words of each call, without `iledger`, and whether it has what is required alone."""
    for name, command in commands():
        words = name.split()[1:]
        if isinstance(command, click.Group) or " ".join(words) in LEFT_OUT:
            continue
        options = [one for one in command.params if isinstance(one, click.Option)]
        decides = any("--dry-run" in one.opts for one in options)
        needed = [one for one in command.params if one.required]
        base = [*words, *(["--dry-run", "--yes"] if decides else [])]
        for n in range(max((len(value(one)) for one in needed), default=1)):
            yield base + [word for one in needed for word in _given(one, n)], n == 0
        alone = base + [word for one in needed for word in _given(one, 0)]
        for one in options:
            if one not in needed and not {*one.opts} & {*OPTIONS_LEFT_OUT}:
                yield from (([*alone, *_given(one, m)], False) for m in range(len(value(one))))


def _given(parameter: click.Parameter, n: int) -> list[str]:
    choices = value(parameter)
    chosen = choices[n % len(choices)]
    if isinstance(parameter, click.Argument):
        return [chosen]
    return (
        [parameter.opts[0]] if getattr(parameter, "is_flag", False) else [parameter.opts[0], chosen]
    )
