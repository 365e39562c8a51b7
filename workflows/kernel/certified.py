"""Who makes a check holds a certificate (执法证件): judged by what the API read of the persons named (`Command.known`)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import refusal_words
    from domain.contracts import Command
    from domain.officer_certificates import Certificate, Demand, of_name
    from domain.refusals import Refusal, Refused
    from law.zone import civil_date


def check_certified(officers: Sequence[str], command: Command, day: date, demand: Demand) -> None:
    """Everybody named held a certificate on the day of the check; who hands the record in holds one now.

    Raises:
        Refused: not_certified at `/officers`, with the first who has none and until when a certificate held.
    """
    held = [Certificate.model_validate(c) for c in command.known.get("certificates", ())]
    bearers = [(name, own) for name in officers for own in _held_by(name, held, command.known)]
    told = next((why for name, own in bearers if (why := demand.missing(name, own, day))), None)
    told = told or _signer(command, held, demand)
    if told is not None:
        raise Refused(Refusal.NOT_CERTIFIED, told, {"/officers": told})


def _held_by(
    name: str, held: Sequence[Certificate], known: Mapping[str, Any]
) -> list[list[Certificate]]:
    """The certificates of each who bears the name: of two with one name nobody can tell which was there, so both need one."""
    persons = [o["person_id"] for o in known.get("officers", ()) if o["name"] == name.strip()]
    named = of_name(held, name)
    return [[c for c in named if c.person_id == person] for person in persons] or [named]


def _signer(command: Command, held: Sequence[Certificate], demand: Demand) -> str | None:
    """Why who signs may not: the register's word and the one that the sign-in brought must agree."""
    actor = command.actor
    own = [c for c in held if c.person_id == actor.person_id]
    if told := demand.missing(actor.name, own, civil_date(command.received_at)):
        return told
    fitting = {c.number for c in own if demand.kind is None or c.kind == demand.kind.value}
    if fitting & set(actor.certificates):
        return None
    parts = {"certificate": demand.called, "article": demand.article}
    return refusal_words.SIGNER_UNCERTIFIED % parts
