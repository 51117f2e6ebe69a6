"""The commands of work."""

from commands.cli.directory.entry import Entry, Noun

WORK: dict[str, Entry] = {
    "task": Noun(
        "List tasks and business calendars.",
        "iledger task list --overdue",
        {"list": "work.tasks:list_", "calendars": "work.calendars:calendars"},
    ),
}
