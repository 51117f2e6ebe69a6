"""Motivation: targets, norms, schemes, settled periods, and what became of the statements."""

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
    Period,
    PeriodId,
    Personal,
    Quantity,
    ReductionId,
    SchemeId,
    StatementId,
    TargetId,
    Text,
    Whole,
    fact,
)

Direction = Literal["more", "less"]
TargetMethod = Literal["given", "from_achieved"]
ReductionRuling = Literal["confirmed", "waived"]
Scope = Literal["whole", "unit", "employee"]
NormScope = Literal["whole", "unit", "position", "employee"]
Bound = Literal["at_least", "at_most"]
Version = Annotated[Whole, Field(ge=1)]
Position = Annotated[Whole, Field(ge=0)]
# Positions of the events that somebody's decision rests on.
Evidence = Annotated[tuple[Position, ...], Field(max_length=10_000)]
Figure = Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False)]
Ratio = Annotated[Decimal, Field(max_digits=18, decimal_places=6, ge=0)]


@fact
class TargetSet:
    """An employee, a unit or the whole company is to reach this much of a metric in a period."""

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
    """A target is another from now on; what it was first stays known."""

    target: TargetId
    to: Quantity
    reason: Text
    approved_by: Id | None = None


@fact
class ShortfallExplained:
    """Why a target was missed."""

    target: TargetId
    cause: Label
    remark: Personal[Text] | None = None


@fact
class NormDefined:
    """Everybody it is for is to keep a figure, at least or at most so much; a version replaces all.

    Of a share, `counting` takes how many it counts instead. hours: those within which an inquiry is
    to be answered. It holds for months, quarters or years that begin on `effective_from` or later,
    and for none that begins on `until` or later.
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
    until: Day | None = None
    late: Label | None = None


@fact
class NormBreached:
    """An employee did not keep a norm in a period: by this figure, from these events."""

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
    """How pay follows from figures, as a whole file; a version never changes."""

    scheme: SchemeId
    version: Version
    effective_from: Day
    toml: Text
    sha256: Digest
    remark: Label | None = None


@fact
class PeriodClosed:
    """A period is settled: by what was known at a position, under one version of a scheme."""

    period: PeriodId
    zone: Id
    as_of: Position
    scheme: SchemeId
    scheme_version: Version
    credit: Id
    statements: Position
    digest: Digest
    late_scheme: Label | None = None


@fact
class Component:
    """One metric in a statement; index: None where there was no data, and its weight left out."""

    metric: Id
    kind: Literal["process", "result"]
    weight: Ratio
    index: Ratio | None = None


@fact
class PayoutStatementIssued:
    """What an employee is paid for a period, with all that it was computed from, as a document."""

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
    """An employee holds that his statement is wrong."""

    statement: StatementId
    claim: Personal[Text]


@fact
class StatementCorrected:
    """So much more, or less, is due than the statement says; the statement itself stays."""

    statement: StatementId
    delta: Money
    reason: Personal[Text]
    evidence: Evidence = ()


@fact
class BonusReductionProposed:
    """A rule of the scheme would take this much from an employee's bonus, for these events."""

    reduction: ReductionId
    employee: EmployeeId
    period: PeriodId
    amount: Money
    currency: Currency
    rule: Label
    evidence: Evidence = ()


@fact
class BonusReductionDecided:
    """Somebody confirmed a reduction, or waived it."""

    reduction: ReductionId
    period: PeriodId
    decision: ReductionRuling
    reason: Personal[Text]
