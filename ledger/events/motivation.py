"""Motivation: targets, norms, schemes, closed periods, payout statements and their corrections."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from ledger.events.fields import (
    Currency,
    Day,
    Digest,
    EmployeeId,
    Hours,
    Id,
    Label,
    Money,
    NormId,
    NotBefore,
    Period,
    PeriodId,
    Personal,
    Position,
    Quantity,
    ReductionId,
    SchemeId,
    StatementId,
    TargetId,
    Text,
    Whole,
    Zone,
    fact,
)

Direction = Literal["more", "less"]
TargetMethod = Literal["given", "from_achieved"]
ReductionRuling = Literal["confirmed", "waived"]
Scope = Literal["whole", "unit", "employee"]
NormScope = Literal["whole", "unit", "position", "employee"]
Bound = Literal["at_least", "at_most"]
Version = Annotated[Whole, Field(ge=1)]
Count = Annotated[Whole, Field(ge=0)]
# Positions of the events that a decision is based on.
Evidence = Annotated[tuple[Position, ...], Field(max_length=10_000)]
# A sum of many amounts, which are shorter.
Figure = Annotated[Decimal, Field(max_digits=27, decimal_places=6, allow_inf_nan=False)]
Ratio = Annotated[Decimal, Field(max_digits=18, decimal_places=6, ge=0)]
Index = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]


@fact
class TargetSet:
    """A target was set for a metric in a period: for an employee, a unit or the whole company."""

    target: TargetId
    scope: Scope
    scope_id: Id | None = None
    metric: Id
    period: Period
    value: Quantity
    currency: Currency | None = None
    direction: Direction = "more"
    method: TargetMethod = "given"


@fact
class TargetRevised:
    """A target was revised; the original value stays on record."""

    target: TargetId
    to: Quantity
    reason: Text
    approved_by: Id | None = None


@fact
class ShortfallExplained:
    """Somebody stated why a target was missed."""

    target: TargetId
    cause: Label
    remark: Personal[Text] | None = None


@fact
class NormDefined:
    """A norm was defined: a figure that everyone in its scope must meet. A version replaces all.

    - counting: for a share, the bound applies to its numerator instead of the ratio
    - hours: the time limit for answering an inquiry
    - effective_from, until: the norm applies to months, quarters or years that begin on or after
      `effective_from` and before `until`
    """

    norm: NormId
    version: Version
    metric: Id
    bound: Bound
    value: Ratio
    currency: Currency | None = None
    every: Literal["month", "quarter", "year"]
    per_working_day: bool = False
    counting: bool = False
    hours: Hours | None = None
    calendar: Id | None = None
    credit: Id
    scope: NormScope
    scope_id: Id | None = None
    effective_from: Day
    until: Annotated[Day, NotBefore("effective_from")] | None = None
    late: Label | None = None


@fact
class NormBreached:
    """An employee missed a norm in a period, with the figure and the events behind it."""

    norm: NormId
    version: Version
    employee: EmployeeId
    period: PeriodId
    value: Figure
    limit: Figure
    numerator: Figure | None = None
    denominator: Figure | None = None
    evidence: Evidence = ()


@fact
class MotivationSchemePublished:
    """A motivation scheme was published as a whole file. A version never changes."""

    scheme: SchemeId
    version: Version
    effective_from: Day
    toml: Text
    sha256: Digest
    remark: Label | None = None


@fact
class PeriodClosed:
    """A period was closed as known at a position, under one version of a scheme."""

    period: PeriodId
    zone: Zone
    as_of: Position
    scheme: SchemeId
    scheme_version: Version
    credit: Id
    statements: Count
    digest: Digest
    late_scheme: Label | None = None
    approved_by: Id | None = None


@fact
class Component:
    """One metric in a statement. index: None without data; its weight then does not count.

    It is below 0 where more was undone in the period than achieved.
    """

    metric: Id
    kind: Literal["process", "result"]
    weight: Ratio
    index: Index | None = None


@fact
class PayoutStatementIssued:
    """An employee's payout for a period was stated, in a document with everything behind it."""

    statement: StatementId
    employee: EmployeeId
    period: PeriodId
    components: Annotated[tuple[Component, ...], Field(max_length=1000)]
    total: Money
    currency: Currency
    sha256: Digest
    document: Personal[Text]


@fact
class StatementDisputed:
    """An employee disputed their statement."""

    statement: StatementId
    claim: Personal[Text]


@fact
class StatementCorrected:
    """A statement was corrected by an amount; the statement itself stays unchanged."""

    statement: StatementId
    delta: Money
    reason: Personal[Text]
    evidence: Evidence = ()


@fact
class BonusReductionProposed:
    """A rule of the scheme proposed a reduction of an employee's bonus, based on these events."""

    reduction: ReductionId
    employee: EmployeeId
    period: PeriodId
    amount: Money
    currency: Currency
    rule: Label
    evidence: Evidence = ()


@fact
class BonusReductionDecided:
    """A reduction was confirmed or waived."""

    reduction: ReductionId
    period: PeriodId
    decision: ReductionRuling
    reason: Personal[Text]
