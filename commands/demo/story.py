"""The story that every demo year contains, whatever the seed, and the ids that appear in it.

The company: АО «Складские решения», Москва (MSK) and Казань (KZN), 1 January to 31 December 2025.

- **The seller who left.** Иванова Марина Сергеевна, E-07, team MSK-1, leaves on Friday 2025-09-12
  at 19:00 with about 40 clients: C-0101 to C-0140 (except C-0104) and the prospects she found.
  Her manager E-03 transfers them as batch B-2025-09, from 15 to 26 September, to E-06, E-08, E-09,
  E-10, E-13 and E-23; most of them accept the hand-over the next morning.
  C-0137 to C-0140 remain orphans until the end of the year; calls by C-0137 on 2025-10-06 and
  2025-11-18 are missed.
- **The client to show.** ООО «Ромашка», C-0112: E-06, then E-07 from 2025-03-03 (workload), then
  E-09 from 2025-09-16 (departure). Its deal D-1001 is opened by E-07 on 2025-08-18, passes to E-09
  with the client, and is won by E-09 on 2025-10-09 for 1 840 000 RUB.
- **The conflict.** A conflict between C-0104 and E-07 is reported; the client passes to E-08 on
  2025-05-15.
- **The double approach.** Кузнецов А. В. of Москва, E-11, sends the prospect C-0400 an offer on
  2025-04-10 at 11:20 (O-1001), which reserves it. A namesake in Казань, E-21, tries on 2025-04-11
  at 09:45, is blocked and opens a dispute (DS-1); E-02 decides in favour of E-11.
- **The mistake.** Deal D-1002 (C-0120, E-07, 960 000 RUB) is won on 2025-06-18; the win is recorded
  a second time on 2025-06-19, and that event is annulled on 2025-06-20.
- **Recorded late.** The reassignment of C-0115 to E-10 on 2025-09-15 is recorded on 2025-10-03.
  Three calls that E-07 made in her last days are recorded by E-03 after she left, and about a
  hundred calls that others made from mobile phones some days later. Late events come later in the
  stream.
- **The move.** Фёдорова Алёна Игоревна, E-12, moves from MSK-2 to KZN-1 on 2025-07-01.
- **Unknown clients.** Deal D-1003 (E-16, opened 2025-10-21) and case K-1001 have no client. On
  Monday 2025-09-15 an unknown number calls at 10:05 and again at 10:12.
- **Targets.** Sellers, branches and the company have targets for the third and fourth quarters. The
  target of E-07 for the third is revised on 2025-09-01 because she is leaving; three shortfalls are
  explained.
- **The closed quarter.** Two norms (CALLS, TASKS) and the scheme sales@1 are published on
  2025-06-25 for the third quarter. TASKS is for E-13 alone, who has more overdue tasks. E-09 wins
  D-1004 (C-0112, 640 000 RUB) on 2025-09-26, which nobody records until the quarter is closed:
  `make demo` appends it afterwards; it is not among the events of the year.
- **Namesakes.** E-07 and E-18 are both called Иванова Марина; E-11 and E-21 share a full name.
"""

from datetime import date, datetime

from commands.demo.workdays import MOSCOW


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=MOSCOW)


CAST = (
    "E-07",
    "E-09",
    "E-11",
    "E-16",
    "E-21",
)  # on leave only in summer, so that they are present in their scenes
SUMMER = (date(2025, 6, 23), date(2025, 8, 15))

LEAVER = "E-07"
LEAVERS_MANAGER = "E-03"
DEPARTURE = _at(9, 12, 19)
PORTFOLIO = tuple(f"C-{number:04d}" for number in range(101, 141))
ORPHANS = PORTFOLIO[-4:]
BATCH = "B-2025-09"
BATCH_AT = (_at(9, 15, 9, 5), _at(9, 30, 17, 30))
HEIRS = ("E-06", "E-08", "E-09", "E-10", "E-13", "E-23")

CALLS_IN_VAIN_AT = (_at(10, 6, 11, 40), _at(11, 18, 16, 25))

SHOWN = "C-0112"
SHOWN_OWNERS = (("E-06", None), ("E-07", _at(3, 3, 10)), ("E-09", _at(9, 16, 11)))
SHOWN_DEAL = "D-1001"
SHOWN_DEAL_WON = _at(10, 9, 15, 20)

CONFLICT = "C-0104"
CONFLICT_TO = "E-08"
CONFLICT_AT = _at(5, 15, 14)

CONTESTED = "C-0400"
CONTESTED_OFFER = "O-1001"
FIRST_SELLER, SECOND_SELLER = "E-11", "E-21"
FIRST_OFFER = _at(4, 10, 11, 20)
SECOND_TRY = _at(4, 11, 9, 45)
DISPUTE, DISPUTED_AT, SETTLED_AT = "DS-1", _at(4, 14, 10, 30), _at(4, 16, 16)

ANNULLED_CLIENT = "C-0120"
ANNULLED_DEAL = "D-1002"
WON_ONCE_KEY, WON_TWICE_KEY = "deal-won-D-1002", "deal-won-D-1002-again"
WON_AT, WON_AGAIN_AT, ANNULLED_AT = _at(6, 18, 16, 40), _at(6, 19, 10, 5), _at(6, 20, 9, 30)

BACKDATED = "C-0115"
BACKDATED_TO = "E-10"
BACKDATED_AT, BACKDATED_ENTERED = _at(9, 15, 10), _at(10, 3, 16, 30)
LATE_CALLS = (
    ("C-0112", _at(9, 10, 15, 12), _at(9, 16, 9, 40)),
    ("C-0117", _at(9, 11, 10, 31), _at(9, 16, 9, 45)),
    ("C-0125", _at(9, 12, 16, 50), _at(9, 17, 11, 5)),
)

MOVED = "E-12"
MOVED_FROM, MOVED_TO = "MSK-2", "KZN-1"
MOVED_AT = _at(7, 1, 9)

NO_CLIENT_DEAL = "D-1003"
NO_CLIENT_DEAL_AT = _at(10, 21, 12, 15)
NO_CLIENT_CASE = "K-1001"
NO_CLIENT_CASE_AT = _at(11, 12, 10, 20)
UNKNOWN_NUMBER = "+7 495 000-07-07"
UNKNOWN_CALLS_AT = (_at(9, 15, 10, 5), _at(9, 15, 10, 12))

SETTLED = "2025-Q3"
LAID_DOWN = _at(6, 25, 10)
LATE_DEAL, LATE_WINNER = "D-1004", "E-09"
LATE_OPENED, LATE_WON = _at(9, 18, 12), _at(9, 26, 16, 5)
