"""Reductions of a bonus: proposed by a scheme's rules, with evidence, and decided by a person.

propose  propose the reductions that follow from the scheme's rules
rule     confirm or waive a reduction
"""

from collections.abc import Sequence

from commands.decisions.handle import Context, Decision
from commands.decisions.motivation.closed import refuse_closed, refuse_running
from commands.decisions.motivation.norms import MOST_EVIDENCE
from commands.decisions.motivation.settlement import Decide, Settlement
from ledger.errors import Refused, UnknownId
from ledger.events.motivation import (
    BonusReductionDecided,
    BonusReductionProposed,
    ReductionRuling,
)
from projections.motivation.reductions import Due
from projections.motivation.scheme import Scheme
from projections.periods import Period, period_of


def propose(period: Period, zone: str, scheme: Scheme, dues: Sequence[Due]) -> Decide:
    """Decide to propose the reductions that are due; those proposed already stay unchanged."""

    def decide(state: Settlement, context: Context) -> Decision:
        refuse_running(period, zone, context)
        refuse_closed(state.closed, period, zone)
        proposals = [
            BonusReductionProposed(
                reduction=due.name(period),
                employee=due.employee,
                period=period.name,
                amount=due.amount,
                currency=scheme.currency,
                rule=due.rule.rule,
                evidence=due.evidence[:MOST_EVIDENCE],
            )
            for due in dues
        ]
        return Decision(
            tuple(context.event(each) for each in proposals if each.reduction not in state.proposed)
        )

    return decide


def rule(reduction: str, decision: ReductionRuling, reason: str) -> Decide:
    """Decide to confirm or waive a reduction, once, before its period is closed."""

    def decide(state: Settlement, context: Context) -> Decision:
        if reduction not in state.proposed:
            raise UnknownId(
                f"no reduction {reduction!r} was proposed; see `iledger bonus reduction list`"
            )
        period, ruled = state.proposed[reduction]
        if ruled is not None:
            raise Refused(f"reduction {reduction} is {ruled} already")
        refuse_closed(state.closed, period_of(period), None)
        content = BonusReductionDecided(
            reduction=reduction,
            period=period,
            decision=decision,
            reason=reason,
        )
        return Decision((context.event(content),), concerns=(state.whose[reduction],))

    return decide
