"""The commands of `iledger`: where each is, and its one line of help."""

from typing import NamedTuple


class Entry(NamedTuple):
    """Where a command is, and its one line of help, which must be that of the command itself."""

    module: str
    attribute: str
    help: str


def _entry(name: str, module: str, help_line: str) -> tuple[str, Entry]:
    return name, Entry(f"commands.cli.{module}", name, help_line)


COMMANDS: dict[str, Entry] = dict(
    [
        _entry("init", "service", "Create the ledger, or bring an older one up to date."),
        _entry("append", "append", "Record events from JSON Lines."),
        _entry("events", "events", "Show which types of event there are, and their fields."),
        _entry("replay", "replay", "Show the events in the order of their recording."),
        _entry("card", "clients", "Show what is known about a client."),
        _entry("timeline", "clients", "Show everything that happened with a client."),
        _entry("diff", "clients", "Show what changed on a client's card between two moments."),
        _entry("owner", "clients", "Show whose a client is and was, and why."),
        _entry("clients", "clients", "List the clients, whose they are and when last heard of."),
        _entry("orphans", "clients", "List the clients whose owner has left."),
        _entry(
            "custody",
            "custody",
            "Check that every client has one owner or none at any moment, without a breach.",
        ),
        _entry("reservations", "reservations", "List the reservations, and when they run out."),
        _entry(
            "expire",
            "reservations",
            "End the reservations that have run out: their clients are in the pool.",
        ),
        _entry("policy", "reservations", "Look at the rules of reservation, and publish new ones."),
        _entry(
            "portfolio",
            "clients",
            "List the clients that an employee has, or had then, and count them.",
        ),
        _entry("departures", "clients", "List who has left, and what became of their clients."),
        _entry("reserve", "ownership", "Reserve a client for a seller."),
        _entry(
            "assign",
            "ownership",
            "Give a client that nobody has, or that is reserved, a curator.",
        ),
        _entry("reassign", "ownership", "Pass a client from its owner to another employee."),
        _entry("release", "ownership", "Give a client back to the pool: nobody has it any longer."),
        _entry("bar", "ownership", "Bar an employee from approaching a client."),
        _entry(
            "team",
            "ownership",
            "Say who works with a client besides its owner; show the figures of your own team.",
        ),
        _entry("merge", "merging", "Declare two ids one client; its card shows both histories."),
        _entry("unmerge", "merging", "Declare two merged ids different clients after all."),
        _entry(
            "duplicates",
            "merging",
            "List clients that are probably one: same name, inn, phone or e-mail.",
        ),
        _entry("depart", "people", "Record that an employee leaves us."),
        _entry("absence", "people", "Record that an employee is away, and who covers."),
        _entry("transfer", "transfer", "Pass the clients of an employee to others, in a batch."),
        _entry("handover", "handover", "Hand clients over: packs for new owners, and acceptances."),
        _entry(
            "dispute",
            "quarrels",
            "Settle who a client belongs to, on the strength of what was recorded.",
        ),
        _entry(
            "conflict",
            "quarrels",
            "Say that a client and an employee do not get on, and what came of it.",
        ),
        _entry(
            "conflicts",
            "quarrels",
            "List conflicts, blocked approaches, and approaches made in breach of a reservation.",
        ),
        _entry("employees", "clients", "List our own people, with units and departures."),
        _entry("roles", "roles", "Show who could do what, and where, at a time."),
        _entry("role", "roles", "Say what an employee may do."),
        _entry("metrics", "figures", "Show what was achieved: contacts, offers, deals, tasks."),
        _entry(
            "funnel",
            "figures",
            "Show how far the deals opened in a period have come, and where they were lost.",
        ),
        _entry(
            "outcomes",
            "figures",
            "Show how it went on with clients that passed from one employee to another, by reason.",
        ),
        _entry("target", "targets", "Set, revise, explain, list and propose targets."),
        _entry(
            "attainment",
            "targets",
            "Show what was reached of every target, as first set and as revised.",
        ),
        _entry(
            "norms",
            "norms",
            "List the norms; with --period, who did not keep them, by which figure.",
        ),
        _entry("norm", "norms", "Lay down norms, and put breaches of them on record."),
        _entry("scheme", "schemes", "Check, publish, show and compare schemes of motivation."),
        _entry("reduction", "settlement", "Propose, list and decide reductions of bonuses."),
        _entry("period", "settlement", "Settle periods, and show which are settled."),
        _entry("statement", "statements", "Show, verify, dispute and correct statements."),
        _entry(
            "kpi",
            "kpi",
            "Show scores and bonus of a period: as settled, or provisional by the scheme in force.",
        ),
        _entry("my", "kpi", "Show what concerns yourself."),
        _entry("audit", "reports", "Look through what is to be right, and sign it."),
        _entry("report", "reports", "Write the page of a period, or show how the ledger is kept."),
        _entry("offers", "work", "List the offers, and what became of them."),
        _entry("deals", "work", "List the deals, where they stand and who pursues them."),
        _entry("tasks", "work", "List the tasks, who has them and whether they are done."),
        _entry("cases", "work", "List the service cases, who holds them and how far they are."),
        _entry("projections", "projections", "Look after what is computed from the events."),
        _entry(
            "status",
            "service",
            "Show where the ledger is, how far it has come and how large it is.",
        ),
        _entry("doctor", "doctor", "Check the ledger's surroundings, and say what to do."),
        _entry("stop", "service", "Stop the private server; the next command starts it again."),
    ]
)
