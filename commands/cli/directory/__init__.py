"""The commands of `iledger`: names at the top, nouns with their verbs, and where each one is.

At most 30 names are at the top: the questions asked daily, and nouns. Everything else is a verb
under its noun. A command is located by `module:attribute` below `commands.cli`; those at the top
have their line of help here, so that `iledger --help` need not import them.
"""

from commands.cli.directory.admin import ADMINISTRATION
from commands.cli.directory.clients import CLIENTS
from commands.cli.directory.entry import Daily, Entry, Noun
from commands.cli.directory.events import EVENTS
from commands.cli.directory.motivation import MOTIVATION
from commands.cli.directory.ownership import OWNERSHIP
from commands.cli.directory.people import PEOPLE
from commands.cli.directory.reports import REPORTS
from commands.cli.directory.sales import SALES
from commands.cli.directory.service import SERVICE
from commands.cli.directory.work import WORK

__all__ = ["COMMANDS", "HEADINGS", "Daily", "Entry", "Noun"]

HEADINGS: dict[str, dict[str, Entry]] = {
    "Events and audit": EVENTS,
    "Clients": CLIENTS,
    "Ownership": OWNERSHIP,
    "People": PEOPLE,
    "Sales": SALES,
    "Work": WORK,
    "Service": SERVICE,
    "Motivation": MOTIVATION,
    "Reports": REPORTS,
    "Administration": ADMINISTRATION,
}
COMMANDS: dict[str, Entry] = {
    name: entry for entries in HEADINGS.values() for name, entry in entries.items()
}
