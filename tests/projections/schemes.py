"""A scheme for tests, and changes of it."""

SCHEME = """\
name = "sales"
version = 1
effective_from = 2026-07-01
currency = "RUB"
credit = "owner-at-event"
process_share = 0.3

[bonus]
default = 30000

[bonus.positions]
"старший менеджер" = 40000

[bonus.employees]
E-9 = 50000

[[components]]
metric = "connect_rate"
kind = "process"
weight = 1
target = 0.5
cap = 1.2

[[components]]
metric = "overdue_share"
kind = "process"
weight = 1
target = 0.2
direction = "less"
cap = 1.5

[[components]]
metric = "won_value"
kind = "result"
weight = 3
target = "target"
floor = 0.1
cap = 1.5

[[components]]
metric = "win_rate"
kind = "result"
weight = 1
target = 0.4
cap = 1.5

[[curve]]
score = 0.5
factor = 0

[[curve]]
score = 1
factor = 1

[[curve]]
score = 1.2
factor = 1.5

[[reductions]]
rule = "overdue task"
metric = "overdue_share"
amount = 500
allowed = 1
at_most = 2000
"""


def scheme_text(**changes: str) -> str:
    """The scheme with lines replaced: by what they begin with up to ` =`, all of them."""
    lines = []
    for line in SCHEME.splitlines():
        name = line.partition(" =")[0]
        lines.append(changes.get(name, line))
    return "\n".join(lines) + "\n"
