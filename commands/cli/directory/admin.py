"""The commands of administration."""

from commands.cli.directory.entry import Daily, Entry, Noun

ADMINISTRATION: dict[str, Entry] = {
    "init": Daily(
        "admin.server:init",
        "Create the ledger, migrate an older one, or put a restored one right.",
    ),
    "status": Daily(
        "admin.server:status",
        "Show where the ledger is, its head position and its size, and what `audit check` finds.",
    ),
    "doctor": Daily("admin.doctor:doctor", "Check the environment and suggest fixes."),
    "projections": Noun(
        "List, rebuild and verify what is computed from the events.",
        "iledger projections verify",
        {
            "list": "admin.projections:list_",
            "status": "admin.projections:status",
            "rebuild": "admin.projections:rebuild",
            "verify": "admin.projections:verify",
        },
    ),
    "server": Noun(
        "Stop the private server.", "iledger server stop", {"stop": "admin.server:stop"}
    ),
}
