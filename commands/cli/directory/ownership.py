"""The commands of ownership."""

from commands.cli.directory.entry import Daily, Entry, Noun

OWNERSHIP: dict[str, Entry] = {
    "owner": Daily(
        "ownership.owner:owner",
        "Show who owns a client and who did before, and why, and what is planned.",
    ),
    "reservation": Noun(
        "List and expire reservations; show and publish their policy.",
        "iledger reservation list --employee E-09",
        {
            "list": "ownership.reservations:list_",
            "expire": "ownership.reservations:expire",
            "policy": Noun(
                "Show the reservation policy, or publish a new one.",
                "iledger reservation policy show",
                {"show": "ownership.policy:show", "publish": "ownership.policy:publish"},
            ),
        },
    ),
    "transfer": Noun(
        "Transfer an employee's clients to others, in a batch.",
        "iledger transfer plan E-07 --rule least-loaded --to E-09,E-11 --out plan.json",
        {
            "plan": "ownership.transfer:plan",
            "apply": "ownership.transfer:apply",
            "reverse": "ownership.transfer:reverse",
            "status": "ownership.transfer:status",
        },
    ),
    "handover": Noun(
        "Hand clients over: packs for new owners, acceptances, and outcomes.",
        "iledger handover list --open",
        {
            "pack": "ownership.handover:pack",
            "accept": "ownership.handover:accept",
            "list": "ownership.handover:list_",
            "outcomes": "ownership.handover_outcomes:outcomes",
        },
    ),
    "dispute": Noun(
        "Open and resolve disputes over clients.",
        "iledger dispute file DS-1 --out dispute.zip",
        {
            "open": "ownership.disputes:open_",
            "resolve": "ownership.disputes:resolve",
            "list": "ownership.disputes:list_",
            "claims": "ownership.disputes:claims",
            "file": "ownership.disputes:file",
        },
    ),
}
