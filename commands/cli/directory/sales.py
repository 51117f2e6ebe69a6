"""The commands of sales."""

from commands.cli.directory.entry import Daily, Entry, Noun

SALES: dict[str, Entry] = {
    "funnel": Daily(
        "sales.funnel:funnel",
        "Show how far the deals opened in a period got, and where they were lost.",
    ),
    "deal": Noun(
        "List deals, offers and purchases.",
        "iledger deal list --status open",
        {
            "list": "sales.deals:list_",
            "aging": "sales.deals:aging",
            "history": "sales.deals:history",
            "offers": "sales.offers:offers",
            "purchases": "sales.deals:purchases",
        },
    ),
}
