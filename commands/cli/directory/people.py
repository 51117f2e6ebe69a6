"""The commands of employees and roles."""

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
    "role": Noun(
        "List, grant and revoke roles.",
        "iledger role grant E-02 supervisor --scope MSK-1 --by E-01",
        {
            "list": "people.roles:list_",
            "grant": "people.roles:grant",
            "revoke": "people.roles:revoke",
        },
    ),
}
