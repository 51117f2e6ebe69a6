"""How the timeline summarises an event of each type in a few words.

A time at the end of a summary is stored apart, since it is shown in the zone that is asked for.
"""

from collections.abc import Mapping
from functools import partial

from projections.tables.clients.summary_words import (
    EventSummary,
    by,
    listed,
    money,
    names,
    passed,
    span,
)

_CLIENT = partial(EventSummary, "client")
_FACT = partial(EventSummary, "fact")
_PERSON = partial(EventSummary, "contact_person", subject="contact")
_PEOPLE = partial(EventSummary, "people")
_ACCESS = partial(EventSummary, "access")
_OWNER = partial(EventSummary, "ownership")
_HANDOVER = partial(EventSummary, "handover")
_BATCH = partial(EventSummary, "handover", subject="batch")
_CONFLICT = partial(EventSummary, "conflict")
_DISPUTE = partial(EventSummary, "dispute", subject="dispute")
_OFFER = partial(EventSummary, "offer", subject="offer")
_DEAL = partial(EventSummary, "deal", subject="deal")
_PURCHASE = partial(EventSummary, "purchase", subject="purchase")
_TASK = partial(EventSummary, "task", subject="task")
_CASE = partial(EventSummary, "case", subject="case")
_TARGET = partial(EventSummary, "motivation", subject="target")
_NORM = partial(EventSummary, "motivation", subject="norm")
_STATEMENT = partial(EventSummary, "motivation", subject="statement")
_REDUCTION = partial(EventSummary, "motivation", subject="reduction")
_MEETING = partial(EventSummary, "meeting", subject="meeting")
_LETTER = partial(EventSummary, "letter", subject="letter", words="subject")

SUMMARIES: Mapping[str, EventSummary] = {
    "prospect.registered": _CLIENT(
        lambda d: listed("prospect registered", d.kind, d.found_through), words="name"
    ),
    "prospect.qualified": _CLIENT(
        lambda d: listed("prospect qualified", None if d.score is None else f"score {d.score}"),
        words="remark",
    ),
    "prospect.converted": _CLIENT(lambda d: "prospect became a client", subject="first_deal"),
    "client.registered": _CLIENT(
        lambda d: listed("client registered", d.kind, d.found_through), words="name"
    ),
    "client_fact.recorded": _FACT(lambda d: f"fact recorded: {d.field}", words="value"),
    "client_fact.confirmed": _FACT(lambda d: f"facts confirmed by {d.method}: {names(d.fields)}"),
    "client_fact.retracted": _FACT(lambda d: f"fact retracted: {d.field}, {d.reason}"),
    "preference.noted": EventSummary(
        "preference", lambda d: f"preference: {d.topic}", words="value"
    ),
    "competitor_offer.reported": EventSummary(
        "competitor_offer",
        lambda d: listed(
            f"competitor offer: {d.competitor}", d.product, money(d.price, d.currency)
        ),
    ),
    "client.merged": _CLIENT(lambda d: f"{d.absorbed} merged into {d.survivor}, {d.evidence}"),
    "client.unmerged": _CLIENT(lambda d: f"{d.absorbed} separated from {d.survivor}, {d.reason}"),
    "special_terms.granted": _CLIENT(
        lambda d: listed(f"special terms: {d.kind}", d.valid_until and f"until {d.valid_until}"),
        words="terms",
    ),
    "contact_person.added": _PERSON(
        lambda d: f"contact person added, roles {names(d.roles)}", words="name"
    ),
    "contact_role.changed": _PERSON(lambda d: f"contact person's roles now {names(d.roles)}"),
    "contact_person.left": _PERSON(lambda d: "contact person left", words="new_employer"),
    "org_unit.defined": _PEOPLE(lambda d: listed("unit defined", d.name, d.kind), subject="unit"),
    "employee.hired": _PEOPLE(lambda d: listed("hired", d.unit), "employee", "name"),
    "employee.moved": _PEOPLE(lambda d: passed("moved", d.from_unit, d.to_unit), "employee"),
    "employee.departed": _PEOPLE(lambda d: listed("departed", d.reason), "employee"),
    "employee_skill.noted": _PEOPLE(lambda d: f"skill: {d.field} {d.value}", "employee"),
    "role.granted": _PEOPLE(
        lambda d: listed(f"role {d.role} granted", d.scope, by(d.until)), "employee", at="until"
    ),
    "role.revoked": _PEOPLE(
        lambda d: listed(f"role {d.role} revoked", d.scope, d.reason), "employee"
    ),
    "producer.registered": _ACCESS(
        lambda d: listed(f"source registered for {names(d.logins)}", *d.types), "source"
    ),
    "login.linked": _ACCESS(lambda d: f"login {d.login} linked to {d.employee}", "login"),
    "login.unlinked": _ACCESS(lambda d: f"login {d.login} unlinked from {d.employee}", "login"),
    "access_policy.published": _ACCESS(
        lambda d: f"access policy published, version {d.version}, {d.mode}"
    ),
    "access.breached": _ACCESS(
        lambda d: listed(f"{d.decision} without the right", d.rule, d.employee)
    ),
    "access.refused": _ACCESS(lambda d: listed(f"{d.decision} refused", d.rule, d.employee)),
    "absence.recorded": _PEOPLE(lambda d: f"absent from {d.first_day} to {d.last_day}", "employee"),
    "client.reserved": _OWNER(
        lambda d: listed(f"reserved for {d.employee}", d.basis, by(d.expires_at)), at="expires_at"
    ),
    "reservation.expired": _OWNER(lambda d: f"reservation for {d.employee} expired"),
    "curator.assigned": _OWNER(lambda d: listed(f"curator {d.employee} assigned", d.reason)),
    "client.reassigned": _OWNER(
        lambda d: passed("reassigned", d.from_employee, d.to_employee, d.reason)
    ),
    "client.released": _OWNER(
        lambda d: listed(f"released by {d.from_employee or 'nobody'}", d.reason)
    ),
    "approach.blocked": _OWNER(
        lambda d: listed(
            f"{d.attempted} by {d.employee} blocked, {d.rule}", d.owner and f"owner {d.owner}"
        )
    ),
    "contact.barred": _OWNER(
        lambda d: listed(f"{d.employee} may not approach", d.reason, by(d.until)), at="until"
    ),
    "reservation_policy.published": _OWNER(
        lambda d: f"reservation policy published, version {d.version}"
    ),
    "account_team_member.added": _OWNER(lambda d: f"{d.employee} joined the team, {d.team_role}"),
    "account_team_member.removed": _OWNER(
        lambda d: listed(f"{d.employee} left the team", d.reason)
    ),
    "transfer_batch.started": _BATCH(
        lambda d: f"transfer from {d.from_employee} started, {d.planned} planned, {d.reason}"
    ),
    "transfer_batch.completed": _BATCH(
        lambda d: f"transfer completed, {d.moved} moved, {d.skipped} skipped"
    ),
    "transfer_reversal.started": _BATCH(lambda d: f"transfer is being reversed, {d.reason}"),
    "transfer_batch.reversed": _BATCH(
        lambda d: f"transfer reversed, {d.restored} restored, {d.kept} kept, {d.reason}"
    ),
    "handover_pack.issued": _HANDOVER(
        lambda d: f"hand-over pack as of {d.as_of} issued to {d.employee}"
    ),
    "handover.accepted": _HANDOVER(lambda d: f"client accepted by {d.employee}", words="remark"),
    "conflict.reported": _CONFLICT(
        lambda d: f"conflict with {d.employee}, {d.severity}", words="account"
    ),
    "conflict.resolved": _CONFLICT(
        lambda d: f"conflict with {d.employee} resolved, {d.outcome}", words="remark"
    ),
    "ownership_dispute.opened": _DISPUTE(
        lambda d: f"dispute opened by {d.claimant} with {d.respondent}", words="claim"
    ),
    "ownership_dispute.resolved": _DISPUTE(
        lambda d: f"dispute resolved by {d.decided_by}, {d.decision}", words="grounds"
    ),
    "inquiry.received": EventSummary(
        "inquiry", lambda d: listed(f"inquiry by {d.channel}", d.touchpoint), "inquiry", "subject"
    ),
    "touchpoint.captured": EventSummary(
        "touchpoint",
        lambda d: listed(f"contact collected at {d.touchpoint}", d.campaign),
        words="contact_details",
    ),
    "call.logged": EventSummary(
        "call",
        lambda d: listed(f"call {d.direction}", d.outcome, span(d.duration_s)),
        "call",
        "topic",
    ),
    "call.missed": EventSummary("call", lambda d: "call missed", "call", "number"),
    "message.exchanged": EventSummary(
        "message", lambda d: f"message {d.direction} by {d.channel}", words="text"
    ),
    "meeting.planned": _MEETING(
        lambda d: listed("meeting planned", d.place, "for"), words="topic", at="at"
    ),
    "meeting.held": _MEETING(lambda d: listed(f"{d.kind} held", d.place), words="outcome"),
    "meeting.cancelled": _MEETING(lambda d: f"meeting cancelled, {d.reason}"),
    "correspondence.received": _LETTER(
        lambda d: listed(f"{d.medium} received from {d.party}", d.registry_number)
    ),
    "correspondence.sent": _LETTER(
        lambda d: listed(f"{d.medium} sent to {d.party}", d.registry_number)
    ),
    "note.shared": EventSummary("note", lambda d: "note", words="text"),
    "mood.noted": EventSummary("mood", lambda d: f"mood {d.mood:+} ({d.method})", "interaction"),
    "satisfaction.recorded": EventSummary(
        "satisfaction",
        lambda d: listed(f"satisfaction {d.instrument} {d.score}", d.scale),
        "subject",
    ),
    "offer.sent": _OFFER(
        lambda d: listed("offer sent", money(d.amount, d.currency), by(d.valid_until)),
        at="valid_until",
    ),
    "offer.accepted": _OFFER(lambda d: "offer accepted"),
    "offer.declined": _OFFER(lambda d: listed("offer declined", d.reason)),
    "offer.expired": _OFFER(lambda d: "offer expired"),
    "pipeline.published": EventSummary(
        "pipeline", lambda d: f"pipeline published, revision {d.revision}", "pipeline"
    ),
    "deal.opened": _DEAL(
        lambda d: listed(
            "deal opened",
            *dict.fromkeys((d.title, d.product)),
            money(d.amount, d.currency),
            d.holder,
        )
    ),
    "deal_stage.entered": _DEAL(lambda d: f"deal entered stage {d.stage}"),
    "deal.reassigned": _DEAL(lambda d: passed("deal passed", d.from_holder, d.to_holder, d.reason)),
    "deal.won": _DEAL(lambda d: listed("deal won", money(d.amount, d.currency))),
    "deal.lost": _DEAL(lambda d: listed("deal lost", d.stage, d.reason, d.competitor)),
    "deal.reopened": _DEAL(lambda d: f"deal reopened, {d.reason}"),
    "purchase.recorded": _PURCHASE(lambda d: listed("purchase", money(d.amount, d.currency))),
    "goods.returned": _PURCHASE(
        lambda d: listed("goods returned", money(d.amount, d.currency), d.reason)
    ),
    "task.assigned": _TASK(
        lambda d: listed(f"task for {d.assignee}", d.kind, by(d.due_at)), words="title", at="due_at"
    ),
    "task_step.done": _TASK(lambda d: f"task step done: {d.step}"),
    "task.completed": _TASK(lambda d: "task completed", words="result"),
    "task.cancelled": _TASK(lambda d: f"task cancelled, {d.reason}"),
    "task_deadline.extended": _TASK(
        lambda d: listed("task deadline extended", d.reason, by(d.due_at)), at="due_at"
    ),
    "case.opened": _CASE(lambda d: listed("case opened", d.kind, d.priority), words="subject"),
    "case.acknowledged": _CASE(lambda d: "case acknowledged"),
    "case.assigned": _CASE(lambda d: listed("case assigned", d.assignee, d.unit)),
    "case.unassigned": _CASE(lambda d: listed("case taken from", d.assignee, d.unit)),
    "case_state.entered": _CASE(lambda d: f"case entered state {d.state}"),
    "case.relocated": _CASE(lambda d: f"case moved to {d.location}"),
    "case.noted": _CASE(lambda d: "case worked on", words="text"),
    "case_deadline.set": _CASE(lambda d: f"case to {d.deadline} by", at="due_at"),
    "case_deadline.breached": _CASE(lambda d: f"case missed the deadline to {d.deadline}"),
    "case.resolved": _CASE(lambda d: "case resolved", words="solution"),
    "case.reopened": _CASE(lambda d: listed("case reopened", d.reason)),
    "case.closed": _CASE(lambda d: listed("case closed", d.code)),
    "business_calendar.published": EventSummary(
        "calendar", lambda d: f"calendar from {d.first_day} to {d.last_day}", "calendar"
    ),
    "client_base_audit.signed": EventSummary(
        "audit", lambda d: f"client base of {d.month} signed, {d.clients} clients"
    ),
    "target.set": _TARGET(lambda d: f"target of {d.value:f} {d.metric} for {d.period}"),
    "target.revised": _TARGET(lambda d: f"target revised to {d.to:f}, {d.reason}"),
    "shortfall.explained": _TARGET(lambda d: f"shortfall explained, {d.cause}", words="remark"),
    "norm.defined": _NORM(
        lambda d: f"norm: {d.metric} {d.bound.replace('_', ' ')} {d.value:f} every {d.every}"
    ),
    "norm.breached": _NORM(
        lambda d: f"norm breached by {d.employee} in {d.period}: {d.value:f} for {d.limit:f}"
    ),
    "motivation_scheme.published": EventSummary(
        "motivation", lambda d: f"scheme published, version {d.version}", "scheme"
    ),
    "period.closed": EventSummary(
        "motivation", lambda d: f"period closed, {d.statements} statements", "period"
    ),
    "payout_statement.issued": _STATEMENT(lambda d: f"statement for {d.employee}, {d.period}"),
    "statement.disputed": _STATEMENT(lambda d: "statement disputed", words="claim"),
    "statement.corrected": _STATEMENT(
        lambda d: f"statement corrected by {d.delta:f}", words="reason"
    ),
    "bonus_reduction.proposed": _REDUCTION(
        lambda d: f"reduction of {money(d.amount, d.currency)} proposed, {d.rule}"
    ),
    "bonus_reduction.decided": _REDUCTION(lambda d: f"reduction {d.decision}", words="reason"),
    "event.annulled": EventSummary(
        "annulment", lambda d: f"{d.annulled_type} annulled, {d.reason}", "event"
    ),
    "request.begun": EventSummary("request", lambda d: "request begun"),
    "request.concluded": EventSummary("request", lambda d: "request concluded"),
}


def unsummarised(type_: str) -> EventSummary:
    """The summary of a type that another package adds: "warranty.granted" is "warranty granted"."""
    words = type_.replace("_", " ").replace(".", " ")
    return EventSummary(type_.partition(".")[0], lambda d: words)
