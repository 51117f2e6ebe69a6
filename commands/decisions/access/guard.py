"""The guard: what nobody may decide, and who may decide what, for every decision in one place.

Pure: it looks at a decision, at who takes it and when, and at the standing. In `open` only the
rules that always hold are checked; `record` records each other breach with the decision; `enforce`
refuses it. A refusal is recorded. docs/access.md explains the rules.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace as replaced

from commands.decisions.access.parties import Parties, parties_of
from commands.decisions.access.rights import BY_RULE, RIGHTS
from commands.decisions.access.standing import Standing
from commands.decisions.context import Context, Decision
from ledger import catalogue
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events.access import AccessBreached, AccessRefused, AccessRule
from ledger.keys import under

_ALWAYS = {
    "own_favour",
    "own_target",
    "own_reduction",
    "own_statement",
    "own_pay",
    "own_role",
    "other_name",
}
_OWN: dict[str, AccessRule] = {
    "target.set": "own_target",
    "target.revised": "own_target",
    "norm.defined": "own_target",
    "bonus_reduction.decided": "own_reduction",
    "statement.corrected": "own_statement",
}
_SAYS = {
    "own_favour": "{who} cannot approve what they gain or lose by, and it is about {whom}; name "
    "somebody else who approved it, with --approved-by, or let somebody else decide",
    "own_target": "nobody sets or revises their own target or norm, and this one is for {who}; "
    "let somebody else decide",
    "own_reduction": "nobody decides on their own reduction, and this one is of {who}; let "
    "somebody else decide",
    "own_statement": "nobody corrects their own statement, and this one is of {who}; let somebody "
    "else decide",
    "own_pay": "{who} is paid for this period and cannot close it alone; let somebody else close "
    "it, or, if others are paid too, name who approved it with --approved-by EMPLOYEE",
    "own_role": "nobody grants a role to themself, and {who} would; let another administrator",
    "other_name": "the login {login} is linked to another employee than {who}; leave --by out, or "
    "connect with the login of {who}",
    "unlinked": "the login {login} is not linked to an employee, so nobody knows who decides; let "
    "the ledger's owner link it with `iledger access login link {login} --employee …`",
    "no_right": "{who} holds no role that may decide {decision}; `iledger access rights` lists who "
    "may, and an administrator grants roles with `iledger access role grant`",
    "beyond_scope": "{who} may decide {decision}, but not about {whom}; `iledger access role list "
    "--employee {who}` shows where",
    "approver_without_right": "{who} is said to have approved it, but holds no role that may "
    "decide {decision} about {whom}; name somebody who does with --approved-by",
}


class Breach(NamedTuple):
    """A rule that a decision breaks: which one, by whom, about whom and about which client."""

    rule: AccessRule
    decision: str
    employee: str | None
    concerned: tuple[str, ...] = ()
    client: str | None = None


def named(context: Context, standing: Standing, login: str) -> Context:
    """The context with the login's employee as the one who decides, unless another was given."""
    linked = None if standing.acts_for_others(login) else standing.logins.get(login)
    if linked is None or context.performed_by not in (None, linked):
        return context
    return context._replace(by=linked, performed_by=linked)


def guarded(decision: Decision, context: Context, standing: Standing, login: str) -> Decision:
    """The decision, with the breaches that are recorded with it; or its refusal, recorded."""
    found = tuple(dict.fromkeys(breaches(decision, context, standing, login)))
    always = [each for each in found if each.rule in _ALWAYS]
    refused = always or (found if standing.policy.mode == "enforce" else ())
    if refused:
        return _refused(refused[0], context, login)
    if not found:
        return decision
    key = under(decision.events[0].key, "breach")
    told = (_recorded(AccessBreached, each, context, login) for each in found)
    return decision._replace(
        events=(*decision.events, *(replaced(event, key=key) for event in told))
    )


def needs(decision: Decision, context: Context, standing: Standing, login: str) -> set[str]:
    """The employees whose employment matters, if the policy asks who may."""
    who = standing.employee_of(login, context.performed_by)
    found = {who, *decision.concerns, *map(approver, decision.events)}
    for event in decision.events:
        found |= parties_of(_type(event), event.data).employees
    return {each for each in found if each is not None}


def approver(event: Event) -> str | None:
    """Who approved what an event says, if it says so."""
    return getattr(event.data, "approved_by", None)


def breaches(
    decision: Decision, context: Context, standing: Standing, login: str
) -> Iterator[Breach]:
    """Every rule that a decision breaks, the ones that always hold first."""
    if not decision.events:
        return
    who = context.performed_by or context.by
    client = decision.events[0].client
    linked = None if standing.acts_for_others(login) else standing.logins.get(login)
    if linked is not None and who != linked:
        yield Breach("other_name", _decided(decision.events[0]), who, (linked,), client)
    for event in decision.events:
        yield from _always(event, decision, standing, who)
    if standing.guarded:
        yield from _without_right(decision, context, standing, login)


def _always(event: Event, decision: Decision, standing: Standing, who: str) -> Iterator[Breach]:
    """The rules that hold under every policy."""
    type_ = _decided(event)
    parties = _parties(event, decision)
    approving = approver(event) or who
    interested = set(parties.favours)
    if type_ == "client.reassigned" and "owner_may_pass_on" not in standing.policy.exempt:
        interested |= parties.employees
    if approving in interested:
        yield Breach("own_favour", type_, approving, tuple(sorted(interested)), event.client)
    if type_ in _OWN and {who, approving} & parties.employees:
        own = who if who in parties.employees else approving
        yield Breach(_OWN[type_], type_, own, (own,), event.client)
    if type_ == "role.granted" and standing.published and event.data.employee == who:
        yield Breach("own_role", type_, who, (who,))
    if type_ == "period.closed":
        paid = {
            each.data.employee
            for each in decision.events
            if _type(each) == "payout_statement.issued"
        }
        if who in paid and (approving == who or paid == {who}):
            yield Breach("own_pay", type_, who, (who,))


def _without_right(
    decision: Decision, context: Context, standing: Standing, login: str
) -> Iterator[Breach]:
    """Who has not the right, by role and scope."""
    who = standing.employee_of(login, context.performed_by)
    if who is None and context.performed_by is not None:
        first = decision.events[0]
        yield Breach("unlinked", _decided(first), context.performed_by, (), first.client)
        return
    for event in decision.events:
        type_ = _decided(event)
        if not _by_role(event, type_):
            continue
        if who is None:
            yield Breach("unlinked", type_, None, (), event.client)
            return
        parties = _parties(event, decision)
        whom = tuple(sorted(parties.employees | parties.units))
        if why := standing.lacking(who, RIGHTS[type_], parties, context.at):
            yield Breach(why, type_, who, whom, event.client)
        other = approver(event)
        if other not in (None, who) and standing.lacking(
            str(other), RIGHTS[type_], parties, context.at
        ):
            yield Breach("approver_without_right", type_, other, whom, event.client)


def _by_role(event: Event, type_: str) -> bool:
    """Whether a role is needed: not for facts, nor for what a rule or the database decides."""
    if type_ in BY_RULE or type_ not in RIGHTS or RIGHTS[type_].owner:
        return False
    return type_ != "client.reserved" or event.data.basis == "decision"


def _parties(event: Event, decision: Decision) -> Parties:
    found = parties_of(_type(event), event.data)
    return found._replace(
        employees=found.employees | {*decision.concerns},
        favours=found.favours | {*decision.favours},
    )


def _decided(event: Event) -> str:
    """What an event decides; an annulment, the same as what it annuls."""
    type_ = _type(event)
    return str(event.data.annulled_type) if type_ == "event.annulled" else type_


def _type(event: Event) -> str:
    return catalogue.by_class()[type(event.data)].name


def _refused(breach: Breach, context: Context, login: str) -> Decision:
    event = _recorded(AccessRefused, breach, context, login)
    message = _SAYS[breach.rule].format(
        who=breach.employee or "nobody",
        whom=", ".join(breach.concerned) or "everybody",
        decision=breach.decision,
        login=login,
    )
    key = under(context.key, f"refused/{breach.rule}")
    return Decision((replaced(event, key=key),), Refused(message))


def _recorded(
    kind: type[AccessBreached | AccessRefused], breach: Breach, context: Context, login: str
) -> Event:
    content = kind(
        decision=breach.decision,
        rule=breach.rule,
        employee=breach.employee,
        concerned=breach.concerned,
        login=login or None,
    )
    return context.event(content, breach.client)
