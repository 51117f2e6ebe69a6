"""The commands of service."""

from commands.cli.directory.entry import Entry, Noun

SERVICE: dict[str, Entry] = {
    "case": Noun(
        "List service cases, and show their history and holders.",
        "iledger case list --status open",
        {
            "list": "service.cases:list_",
            "history": "service.cases:history",
            "holders": "service.cases:holders",
        },
    ),
}
