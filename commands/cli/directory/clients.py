"""The commands of clients."""

from commands.cli.directory.entry import Daily, Entry, Noun

CLIENTS: dict[str, Entry] = {
    "card": Daily("clients.cards:card", "Show what is known about a client."),
    "timeline": Daily("clients.cards:timeline", "Show everything that happened with a client."),
    "clients": Daily(
        "clients.clients:clients", "List the clients, their owners and the last contact with each."
    ),
    "client": Noun(
        "Merge and compare clients; change their owners, teams and conflicts.",
        "iledger client reassign C-0112 --to E-09 --reason conflict --by E-02",
        {
            "diff": "clients.cards:diff",
            "duplicates": "clients.merging:duplicates",
            "merge": "clients.merging:merge",
            "unmerge": "clients.merging:unmerge",
            "reserve": "ownership.reassignment:reserve",
            "assign": "ownership.reassignment:assign",
            "reassign": "ownership.reassignment:reassign",
            "release": "ownership.reassignment:release",
            "planned": "ownership.planned:planned",
            "cancel": "ownership.planned:cancel",
            "bar": "ownership.reassignment:bar",
            "team": Noun(
                "Record who works with a client besides its owner.",
                "iledger client team add C-0112 --employee E-15 --role service",
                {"add": "ownership.teams:add", "remove": "ownership.teams:remove"},
            ),
            "conflict": Noun(
                "Report and resolve conflicts between clients and employees.",
                "iledger client conflict report C-0112 --employee E-07 --severity high",
                {
                    "list": "ownership.conflicts:list_",
                    "report": "ownership.conflicts:report",
                    "resolve": "ownership.conflicts:resolve",
                },
            ),
        },
    ),
}
