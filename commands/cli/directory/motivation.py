"""The commands of motivation."""

from commands.cli.directory.entry import Daily, Entry, Noun

MOTIVATION: dict[str, Entry] = {
    "kpi": Daily(
        "motivation.kpi:kpi",
        "Show the scores and bonuses of a period: as closed, or provisional.",
    ),
    "target": Noun(
        "Set, revise, explain, list and propose targets, and show their attainment.",
        "iledger target list --period 2025-Q3",
        {
            "set": "motivation.targets:set_",
            "revise": "motivation.targets:revise",
            "explain": "motivation.targets:explain",
            "list": "motivation.targets:list_",
            "propose": "motivation.targets:propose",
            "attainment": "motivation.attainment:attainment",
        },
    ),
    "norm": Noun(
        "Define norms, and list and record breaches.",
        "iledger norm record --period 2025-Q3 --by E-03",
        {
            "define": "motivation.norms:define",
            "list": "motivation.norms:list_",
            "breaches": "motivation.breaches:breaches_",
            "record": "motivation.breaches:record",
        },
    ),
    "bonus": Noun(
        "Publish schemes, decide reductions, close periods, and show and correct statements.",
        "iledger bonus period close 2025-Q3 --scheme sales@1 --by E-01",
        {
            "scheme": Noun(
                "Check, publish, list, show, compare and replay schemes.",
                "iledger bonus scheme check sales.toml",
                {
                    "check": "motivation.schemes:check",
                    "publish": "motivation.schemes:publish",
                    "list": "motivation.schemes:list_",
                    "show": "motivation.schemes:show",
                    "diff": "motivation.schemes:diff",
                    "replay": "motivation.replay:replay",
                },
            ),
            "reduction": Noun(
                "Propose, list and decide reductions of bonuses.",
                "iledger bonus reduction list --period 2025-Q3",
                {
                    "propose": "motivation.reductions:propose_",
                    "list": "motivation.reductions:list_",
                    "decide": "motivation.reductions:decide",
                },
            ),
            "period": Noun(
                "Close periods, and list the closed ones.",
                "iledger bonus period list",
                {"close": "motivation.periods:close", "list": "motivation.periods:list_"},
            ),
            "statement": Noun(
                "List, show, verify, dispute and correct statements.",
                "iledger bonus statement show 2025-Q3/E-09",
                {
                    "list": "motivation.statements:list_",
                    "show": "motivation.statements:show",
                    "verify": "motivation.statements:verify",
                    "corrections": "motivation.statements:corrections",
                    "correct": "motivation.statements:correct",
                    "dispute": "motivation.statements:dispute",
                },
            ),
        },
    ),
}
