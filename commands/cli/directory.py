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
        _entry("init", "admin.server", "Create the ledger, or bring an older one up to date."),
        _entry("append", "events.append", "Record events from JSON Lines."),
        _entry(
            "events", "events.event_types", "Show which types of event there are, and their fields."
        ),
        _entry("replay", "events.replay", "Show the events in the order of their recording."),
        _entry("card", "clients.clients", "Show what is known about a client."),
        _entry("timeline", "clients.clients", "Show everything that happened with a client."),
        _entry(
            "diff", "clients.clients", "Show what changed on a client's card between two moments."
        ),
        _entry("owner", "clients.clients", "Show whose a client is and was, and why."),
        _entry(
            "clients", "clients.clients", "List the clients, whose they are and when last heard of."
        ),
        _entry("orphans", "clients.clients", "List the clients whose owner has left."),
        _entry(
            "custody",
            "clients.custody",
            "Check that every client has one owner or none at any moment, without a breach.",
        ),
        _entry(
            "reservations",
            "ownership.reservations",
            "List the reservations, and when they run out.",
        ),
        _entry(
            "expire",
            "ownership.reservations",
            "End the reservations that have run out: their clients are in the pool.",
        ),
        _entry(
            "policy",
            "ownership.reservations",
            "Look at the rules of reservation, and publish new ones.",
        ),
        _entry(
            "portfolio",
            "clients.clients",
            "List the clients that an employee has, or had then, and count them.",
        ),
        _entry(
            "departures", "clients.clients", "List who has left, and what became of their clients."
        ),
        _entry("reserve", "ownership.owners", "Reserve a client for a seller."),
        _entry(
            "assign",
            "ownership.owners",
            "Give a client that nobody has, or that is reserved, a curator.",
        ),
        _entry("reassign", "ownership.owners", "Pass a client from its owner to another employee."),
        _entry(
            "release",
            "ownership.owners",
            "Give a client back to the pool: nobody has it any longer.",
        ),
        _entry("bar", "ownership.owners", "Bar an employee from approaching a client."),
        _entry(
            "team",
            "ownership.owners",
            "Say who works with a client besides its owner; show the figures of your own team.",
        ),
        _entry(
            "merge", "clients.merging", "Declare two ids one client; its card shows both histories."
        ),
        _entry("unmerge", "clients.merging", "Declare two merged ids different clients after all."),
        _entry(
            "duplicates",
            "clients.merging",
            "List clients that are probably one: same name, inn, phone or e-mail.",
        ),
        _entry("depart", "people.people", "Record that an employee leaves us."),
        _entry("absence", "people.people", "Record that an employee is away, and who covers."),
        _entry(
            "transfer",
            "ownership.transfer",
            "Pass the clients of an employee to others, in a batch.",
        ),
        _entry(
            "handover",
            "ownership.handover",
            "Hand clients over: packs for new owners, and acceptances.",
        ),
        _entry(
            "dispute",
            "ownership.disputes",
            "Settle who a client belongs to, on the strength of what was recorded.",
        ),
        _entry(
            "conflict",
            "ownership.disputes",
            "Say that a client and an employee do not get on, and what came of it.",
        ),
        _entry(
            "conflicts",
            "ownership.disputes",
            "List conflicts, blocked approaches, and approaches made in breach of a reservation.",
        ),
        _entry("employees", "clients.clients", "List our own people, with units and departures."),
        _entry("roles", "people.roles", "Show who could do what, and where, at a time."),
        _entry("role", "people.roles", "Say what an employee may do."),
        _entry(
            "metrics", "reports.metrics", "Show what was achieved: contacts, offers, deals, tasks."
        ),
        _entry(
            "funnel",
            "reports.metrics",
            "Show how far the deals opened in a period have come, and where they were lost.",
        ),
        _entry(
            "outcomes",
            "reports.metrics",
            "Show how it went on with clients that passed from one employee to another, by reason.",
        ),
        _entry("target", "motivation.targets", "Set, revise, explain, list and propose targets."),
        _entry(
            "attainment",
            "motivation.targets",
            "Show what was reached of every target, as first set and as revised.",
        ),
        _entry(
            "norms",
            "motivation.norms",
            "List the norms; with --period, who did not keep them, by which figure.",
        ),
        _entry("norm", "motivation.norms", "Lay down norms, and put breaches of them on record."),
        _entry(
            "scheme",
            "motivation.schemes",
            "Check, publish, show and compare schemes of motivation.",
        ),
        _entry(
            "reduction", "motivation.periods", "Propose, list and decide reductions of bonuses."
        ),
        _entry("period", "motivation.periods", "Settle periods, and show which are settled."),
        _entry(
            "statement", "motivation.statements", "Show, verify, dispute and correct statements."
        ),
        _entry(
            "kpi",
            "motivation.kpi",
            "Show scores and bonus of a period: as settled, or provisional by the scheme in force.",
        ),
        _entry("my", "motivation.kpi", "Show what concerns yourself."),
        _entry("audit", "reports.reports", "Look through what is to be right, and sign it."),
        _entry(
            "report",
            "reports.reports",
            "Write the page of a period, or show how the ledger is kept.",
        ),
        _entry("offers", "work.lists", "List the offers, and what became of them."),
        _entry("deals", "work.lists", "List the deals, where they stand and who pursues them."),
        _entry("tasks", "work.lists", "List the tasks, who has them and whether they are done."),
        _entry(
            "cases", "work.lists", "List the service cases, who holds them and how far they are."
        ),
        _entry("projections", "admin.projections", "Look after what is computed from the events."),
        _entry(
            "status",
            "admin.server",
            "Show where the ledger is, how far it has come and how large it is.",
        ),
        _entry("doctor", "admin.doctor", "Check the ledger's surroundings, and say what to do."),
        _entry(
            "stop", "admin.server", "Stop the private server; the next command starts it again."
        ),
    ]
)
