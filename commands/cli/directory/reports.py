"""The commands of reports."""

from commands.cli.directory.entry import Daily, Entry, Noun

REPORTS: dict[str, Entry] = {
    "metrics": Daily(
        "reports.metrics:metrics", "Show what was achieved: contacts, offers, deals, tasks."
    ),
    "report": Noun(
        "Write a report page for a period; report on data entry and service.",
        "iledger report page --period 2025-Q3 --html q3.html",
        {
            "page": "reports.reports:page",
            "adoption": "work.adoption:adoption",
            "service": Noun(
                "Show figures over all service cases.",
                "iledger report service opened --by month,kind",
                {
                    "opened": "service.service_report:opened",
                    "touches": "service.service_report:touches",
                    "moves": "service.service_report:moves",
                    "handovers": "service.service_report:handovers",
                    "holders": "service.service_report:holders",
                    "states": "service.service_report:states",
                    "durations": "service.service_report:durations",
                },
            ),
        },
    ),
}
