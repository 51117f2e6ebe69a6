"""Access: whose login it is, who may decide, and what was decided without the right."""

from typing import Annotated, Literal

from pydantic import Field

from ledger.events.fields import EmployeeId, Id, Label, Tag, Text, Whole, fact

LoginId = Annotated[Id, Tag("login")]
SourceId = Annotated[Id, Tag("source")]
Mode = Literal["open", "record", "enforce"]
Exemption = Literal["owner_may_pass_on"]
# Why somebody may not decide something; docs/access.md explains each.
AccessRule = Literal[
    "own_favour",
    "own_target",
    "own_reduction",
    "own_statement",
    "own_pay",
    "own_role",
    "other_name",
    "unlinked",
    "no_right",
    "beyond_scope",
    "approver_without_right",
]
Concerned = Annotated[tuple[Id, ...], Field(max_length=1000)]


@fact
class ProducerRegistered:
    """A source was registered: only these logins append under it, and only these types of event.

    - types: empty for every type
    - acts_for: whether its logins decide in the names of others, as a service does
    """

    source: SourceId
    logins: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]
    types: Annotated[tuple[Id, ...], Field(max_length=1000)] = ()
    acts_for: Literal["anyone"] | None = None


@fact
class LoginLinked:
    """A login of the database became that of an employee, who decides with it and nobody else."""

    login: LoginId
    employee: EmployeeId


@fact
class LoginUnlinked:
    """A login of the database is nobody's any more."""

    login: LoginId
    employee: EmployeeId
    reason: Text | None = None


@fact
class AccessPolicyPublished:
    """An access policy was published; the latest one applies.

    - mode: `open` checks only the rules that always hold; `record` checks who may, and records
      each breach with the decision; `enforce` refuses it
    - exempt: rules that do not apply: `owner_may_pass_on` lets an owner approve that their client
      passes to another
    """

    version: Annotated[Whole, Field(ge=1)]
    mode: Mode
    exempt: Annotated[tuple[Exemption, ...], Field(max_length=10)] = ()
    remark: Label | None = None


@fact
class AccessBreached:
    """Somebody decided what they may not; the policy let it through.

    - decision: the type of event that was decided
    - employee: who decided, or an approver without the right; concerned: employees or units
    """

    decision: Id
    rule: AccessRule
    employee: EmployeeId | None = None
    concerned: Concerned = ()
    login: LoginId | None = None


@fact
class AccessRefused:
    """Somebody tried to decide what they may not, and was refused. Fields as of a breach."""

    decision: Id
    rule: AccessRule
    employee: EmployeeId | None = None
    concerned: Concerned = ()
    login: LoginId | None = None
