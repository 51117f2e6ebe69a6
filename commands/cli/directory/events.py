"""The commands of events and audits."""

from commands.cli.directory.entry import Daily, Entry, Noun

EVENTS: dict[str, Entry] = {
    "append": Daily("events.append:append", "Record events from JSON Lines."),
    "replay": Daily(
        "events.replay:replay", "Show the events in the order in which they were recorded."
    ),
    "event": Noun(
        "Describe the types of event.",
        "iledger event types call.logged",
        {"types": "events.event_types:types"},
    ),
    "audit": Noun(
        "Audit the client base, the chains of ownership, and all ids.",
        "iledger audit base --month 2025-10",
        {
            "base": "clients.base_audit:base",
            "check": "events.check:check",
            "custody": "ownership.custody:custody",
        },
    ),
}
