"""Which command was meant by a name that does not exist."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import takewhile

from commands.cli.directory import COMMANDS, Entry, Noun

# Former names at the top that matching names does not find.
FORMERLY = {
    "attainment": "target attainment",
    "audit": "audit base",
    "cases": "case list",
    "client list": "clients",
    "conflicts": "client conflict list",
    "deals": "deal list",
    "employees": "employee list",
    "events": "event types",
    "kpi replay": "bonus scheme replay",
    "my": "kpi --mine",
    "my kpi": "kpi --mine",
    "norms": "norm list",
    "offer": "deal offers",
    "offer list": "deal offers",
    "offers": "deal offers",
    "outcomes": "handover outcomes",
    "period status": "bonus period list",
    "policy": "reservation policy",
    "reservations": "reservation list",
    "roles": "role list",
    "tasks": "task list",
    "team kpi": "kpi --team",
}


def remedy(path: Sequence[str], typed: Sequence[str]) -> str:
    """What to do: the command that was meant, or where the commands are listed.

    path: the nouns that were understood; typed: what follows, of which the first is no command.
    """
    found = _meant(path, typed)
    if found is not None:
        return f"did you mean `iledger {found}`?"
    return f"see `{' '.join(('iledger', *path))} --help`"


def _meant(path: Sequence[str], typed: Sequence[str]) -> str | None:
    words = list(takewhile(lambda word: not word.startswith("-"), typed[:3]))
    names = list(_names(COMMANDS))
    # With as many words as possible: `my kpi`, `policy show`, `conflict report`.
    for length in range(len(words), 0, -1):
        said = " ".join(words[:length])
        whole = " ".join((*path, said))
        if whole in FORMERLY:
            return FORMERLY[whole]
        ending = [name for name in names if f" {name}".endswith(f" {said}")]
        below = [name for name in ending if name.split()[: len(path)] == [*path]]
        if ending:
            return min(below or ending, key=lambda name: len(name.split()))
    return _near(names, path, words)


def _near(names: Sequence[str], path: Sequence[str], words: Sequence[str]) -> str | None:
    """The name that is written nearly so: beside the wrong one, or anywhere."""
    beside = {name.split()[-1]: name for name in names if name.split()[:-1] == [*path]}
    for word in get_close_matches(words[0], beside, n=1):
        rest = " ".join((beside[word], *words[1:2]))
        return rest if rest in names else beside[word]
    ends = {name.split()[-1]: name for name in names} | FORMERLY
    found = get_close_matches(words[0], ends, n=1, cutoff=0.75)
    return ends[found[0]] if found else None


def _names(entries: Mapping[str, Entry | str], path: str = "") -> Iterator[str]:
    """All commands and groups by their whole names."""
    for name, entry in entries.items():
        yield f"{path}{name}"
        if isinstance(entry, Noun):
            yield from _names(entry.members, f"{path}{name} ")
