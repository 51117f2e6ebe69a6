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
        "Audit the client base and the chains of ownership.",
        "iledger audit base --month 2025-10",
        {"base": "clients.base_audit:base", "custody": "ownership.custody:custody"},
    ),
}
