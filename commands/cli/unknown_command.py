"""Which command was meant by a name that does not exist."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import takewhile

from commands.cli.directory import COMMANDS, Entry, Noun

_CANDIDATES = 3  # more are not listed
# What people type, former names among them, that matching names does not find.
FORMERLY = {
    "attainment": "target attainment",
    "audit": "audit base",
    "check": "audit check",
    "cases": "case list",
    "client history": "timeline",
    "client list": "clients",
    "client show": "card",
    "conflicts": "client conflict list",
    "deals": "deal list",
    "departure": "employee depart",
    "disputes": "dispute list",
    "employee show": "employee list",
    "employees": "employee list",
    "events": "event types",
    "handovers": "handover list",
    "kpi replay": "bonus scheme replay",
    "my": "kpi --mine",
    "my kpi": "kpi --mine",
    "my tasks": "task list",
    "norms": "norm list",
    "offer": "deal offers",
    "offer list": "deal offers",
    "offers": "deal offers",
    "outcomes": "handover outcomes",
    "period status": "bonus period list",
    "policy": "reservation policy",
    "reservations": "reservation list",
    "role": "access role",
    "roles": "access role list",
    "show": "card",
    "targets": "target list",
    "tasks": "task list",
    "team kpi": "kpi --team",
}


def remedy(path: Sequence[str], typed: Sequence[str]) -> str:
    """What to do: the command that was meant, or where the commands are listed.

    path: the nouns that were understood; typed: what follows, of which the first is no command.
    """
    found = _meant(path, typed)
    if len(found) == 1:
        return f"did you mean `iledger {found[0]}`?"
    if 1 < len(found) <= _CANDIDATES:
        return f"did you mean {' or '.join(f'`iledger {each}`' for each in found)}?"
    return f"see `{' '.join(('iledger', *path))} --help`"


def _meant(path: Sequence[str], typed: Sequence[str]) -> Sequence[str]:
    """The commands that may be meant: those with the shortest names, and of the noun if any is."""
    words = list(takewhile(lambda word: not word.startswith("-"), typed[:3]))
    names = list(_names(COMMANDS))
    # With as many words as possible: `my kpi`, `policy show`, `conflict report`.
    for length in range(len(words), 0, -1):
        said = " ".join(words[:length])
        whole = " ".join((*path, said))
        if whole in FORMERLY:
            return [FORMERLY[whole]]
        ending = [name for name in names if f" {name}".endswith(f" {said}")]
        below = [name for name in ending if name.split()[: len(path)] == [*path]]
        if found := below or ending:
            shortest = min(len(name.split()) for name in found)
            return [name for name in found if len(name.split()) == shortest]
    near = _near(names, path, words)
    return [] if near is None else [near]


def _near(names: Sequence[str], path: Sequence[str], words: Sequence[str]) -> str | None:
    """The name that is written nearly so: beside the wrong one, or anywhere."""
    beside = {name.split()[-1]: name for name in names if name.split()[:-1] == [*path]}
    for word in get_close_matches(words[0], beside, n=1, cutoff=0.65):
        rest = " ".join((beside[word], *words[1:2]))
        return rest if rest in names else beside[word]
    ends = {name.split()[-1]: name for name in names} | FORMERLY
    alike = [end for end in ends if end[0] == words[0][:1]]
    found = get_close_matches(words[0], alike, n=1, cutoff=0.75)
    return ends[found[0]] if found else None


def _names(entries: Mapping[str, Entry | str], path: str = "") -> Iterator[str]:
    """All commands and groups by their whole names."""
    for name, entry in entries.items():
        yield f"{path}{name}"
        if isinstance(entry, Noun):
            yield from _names(entry.members, f"{path}{name} ")
