"""The commands of employees and of access."""

from commands.cli.directory.entry import Entry, Noun

PEOPLE: dict[str, Entry] = {
    "employee": Noun(
        "List employees and their clients; record departures and absences.",
        "iledger employee list --unit MSK-1",
        {
            "list": "people.employees:list_",
            "depart": "people.people:depart",
            "cancel": "people.people:cancel",
            "absence": "people.people:absence",
            "portfolio": "ownership.portfolios:portfolio",
            "units": "people.units:units",
            "departures": "ownership.portfolios:departures",
            "orphans": "ownership.portfolios:orphans",
        },
    ),
    "access": Noun(
        "Say who may decide what: roles, logins, sources, the policy.",
        "iledger access rights",
        {
            "rights": "access.rights:rights",
            "role": Noun(
                "List, grant and revoke roles.",
                "iledger access role grant E-02 supervisor --scope MSK-1 --by E-01",
                {
                    "list": "access.roles:list_",
                    "grant": "access.roles:grant",
                    "revoke": "access.roles:revoke",
                },
            ),
            "login": Noun(
                "List logins of the database, and link each to its employee.",
                "iledger access login link anna --employee E-02",
                {
                    "list": "access.logins:list_",
                    "link": "access.logins:link",
                    "unlink": "access.logins:unlink",
                },
            ),
            "producer": Noun(
                "List and register sources and the logins that append under them.",
                "iledger access producer register pbx --login pbx_gateway",
                {"list": "access.producers:list_", "register": "access.producers:register"},
            ),
            "policy": Noun(
                "Show the access policy, or publish a new one.",
                "iledger access policy publish record",
                {"show": "access.policy:show", "publish": "access.policy:publish"},
            ),
            "breaches": "access.breaches:breaches",
        },
    ),
}
