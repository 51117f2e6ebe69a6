"""The access policy: each published version replaces the one before.

The database accepts it from a login of the ledger's owner alone, under every policy: so an owner
who has locked everybody out by other means can always open again.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime

from commands.decisions.access.standing import (
    ADMINISTRATOR,
    EMPLOYMENT,
    LINKS,
    POLICY,
    PRODUCER,
    ROLES,
    Standing,
    evolve,
)
from commands.decisions.context import Context, Decision
from commands.decisions.model import DecisionModel
from commands.decisions.units import DEFINED
from ledger.errors import Refused
from ledger.events.access import AccessPolicyPublished
from ledger.log import Item, Query


def model() -> DecisionModel:
    """What publishing a policy depends on: the latest, and who could administer under it."""
    types = (POLICY, PRODUCER, *LINKS, *ROLES, DEFINED)
    return DecisionModel(Query((Item(types),)), Standing(), evolve, _administrators)


def publish(
    wanted: AccessPolicyPublished, logins: Collection[str]
) -> Callable[[Standing, Context], Decision]:
    """Decide to publish a policy as the next version; nothing if the latest says the same.

    - logins: those of the database that can connect and append

    Raises Refused if nobody could administer under it.
    """

    def decide(state: Standing, context: Context) -> Decision:
        latest = state.policy if state.published else None
        version = latest.version + 1 if latest else 1
        if latest and replace(wanted, version=latest.version) == latest:
            return Decision()
        if wanted.mode == "enforce":
            _refuse_lock_out(state, context.at, logins)
        return Decision((context.event(replace(wanted, version=version)),))

    return decide


def _refuse_lock_out(state: Standing, at: datetime, logins: Collection[str]) -> None:
    """Raise Refused unless an administrator of everything can knock, and goes on to be one."""
    lasting = {
        who
        for who in state.administrators()
        for (role, scope, reach), grant in state.held(who, at)
        if (role, scope, reach, grant.until) == (ADMINISTRATOR, None, None, None)
        and state.employed(who, at)
    }
    own = {login: who for login, who in state.logins.items() if who in lasting}
    if any(login in logins for login in own):
        return
    if not lasting:
        lacks = (
            "nobody is an administrator everywhere and without end; grant it with `iledger access "
            f"role grant EMPLOYEE {ADMINISTRATOR}`"
        )
    elif not own:
        lacks = (
            f"no login is linked to {' or '.join(sorted(lasting))}, who could administer; link one "
            "with `iledger access login link`"
        )
    else:
        lacks = (
            f"the login {' or '.join(sorted(own))} cannot connect to the database and append; "
            "create it there, and grant it the ledger's writer role"
        )
    raise Refused(f"this policy would lock everybody out: {lacks}, and publish it then")


def _administrators(state: Standing) -> Iterator[Item]:
    for each in sorted(state.administrators()):
        yield Item(EMPLOYMENT, (f"employee:{each}",))
