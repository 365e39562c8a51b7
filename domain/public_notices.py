"""Public notices (公示) of a case and what people say to them: objections (异议) and claims (债权申报).

What is judged here is judged alike by the case and by the page that takes an objection: by the instant at which the
database received it, against the notice's end.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID, uuid5

from pydantic import Field

from domain import refusal_words as words
from domain.contract import Contract
from domain.refusals import Refusal, Refused
from law.zone import civil_date, day_end, day_zh, local

# Ids of notices and of what is said to them follow from the case, the notice and the person.
SPACE: Final = UUID("b1d5f0c2-7a55-5d0f-8f6b-3e1f0a9c7d42")

OBJECTION: Final = "objection"
CLAIM: Final = "claim"
TAKES: Final = frozenset({"", OBJECTION, CLAIM})

RUNNING: Final = ""
EXPIRED: Final = "expired"
STOPPED: Final = "stopped"
WITHDRAWN: Final = "withdrawn"
ENDED_BEFORE: Final = frozenset({STOPPED, WITHDRAWN})
OUTCOMES: Final = frozenset({EXPIRED, STOPPED, WITHDRAWN})
"""How a notice ended: its period ran out, the bureau stopped it (an objection, a ground), the applicant withdrew."""

DEPARTMENT: Final = "department"
ROLE_NAMES: Final[Mapping[str, str]] = {
    "creditor": "债权人",
    "investor": "投资人",
    "other": "利害关系人",
}
"""As whom a person may object, in the words of the record; departments object through their registers."""
ROLES: Final = tuple(ROLE_NAMES)

MOMENT: Final = timedelta(microseconds=1)
"""From an exclusive end back to the last instant that is in time."""

EVIDENCE: Final = "objection_evidence"
"""The part under which an objection's file lies in the case: no material of the application."""

RECEIVED: Final = "received"
UPHELD: Final = "upheld"
REJECTED: Final = "rejected"
NOTED: Final = "noted"


class PublicNotice(Contract):
    """A notice on the public board: visible from `starts_at` until `ended_at`, or `ends_at` where nobody ended it before.

    Attributes:
        lines: label and value of each public fact; no personal data.
        cite: the article that orders the notice.
        clock: key of the clock that ends it; None where none does.
        ends_at: the clock's exclusive instant; None: open ended.
        takes: "objection", "claim", or "" where it only tells.
        outcome: one of OUTCOMES, "" while it runs.
        reason: why it ended before its time, in words for the public.
    """

    notice_id: str
    seq: int
    kind: str
    title: str
    lines: list[list[str]] = Field(default_factory=list)
    cite: str = ""
    clock: str | None = None
    starts_at: datetime
    ends_at: datetime | None = None
    takes: str = ""
    ended_at: datetime | None = None
    outcome: str = RUNNING
    reason: str = ""

    def following(self, end: datetime) -> Self:
        """The notice with its clock's end, after that has moved."""
        return self.model_validate(self.model_dump() | {"ends_at": end})

    @property
    def over_at(self) -> datetime | None:
        """The instant from which it is no longer on the board and takes nothing; None: not known yet."""
        return self.ended_at or self.ends_at


class Objection(Contract):
    """What somebody said to a notice in time. Who said it is for officers only, and so is why.

    Attributes:
        by_role: "department", or one of ROLES.
        department: the register's code where a department objected.
        evidence: id of the uploaded file, or "".
        amount: of a claim, in yuan as written by its creditor; "" otherwise.
        contact: telephone of the person, for questions about the statement.
        reason: of a long one the case itself carries the beginning; its record and the read model have all of it.
        state: received, then upheld, rejected or noted by an officer.
        answer: the officer's reasons.
    """

    objection_id: str
    notice_id: str
    number: str = ""
    kind: str = OBJECTION
    by_role: str
    department: str = ""
    person_id: str = ""
    name: str = ""
    received_at: datetime
    reason: str = ""
    evidence: str = ""
    amount: str = ""
    contact: str = ""
    state: str = RECEIVED
    answer: str = ""
    handled_by: str = ""
    handled_at: datetime | None = None


def notice_id_of(case_id: str, seq: int) -> str:
    """The permanent id of a case's notice: a rebuild and a workflow task done again give the same."""
    return str(uuid5(SPACE, f"notice:{case_id}:{seq}"))


def objection_id_of(notice_id: str, person_id: str) -> UUID:
    """One per person and notice, as the id of its act: the database's key keeps out a second one."""
    return uuid5(SPACE, f"objection:{notice_id}:{person_id}")


def end_in_words(over_at: datetime) -> str:
    """An exclusive instant as people write it: midnight is 24:00 of the day before."""
    last = civil_date(over_at - MOMENT)
    if over_at == day_end(last):
        return f"{day_zh(last)} 24:00"
    return f"{day_zh(last)} {local(over_at):%H:%M}"


def check_open(
    *,
    takes: str,
    received_at: datetime,
    ends_at: datetime | None,
    ended_at: datetime | None,
    outcome: str,
) -> None:
    """Whether something received at the instant is in time.

    Raises:
        Refused: NOTICE_TAKES_NONE where the notice only tells; NOTICE_OVER exactly from its end on.
    """
    if not takes:
        raise Refused(Refusal.NOTICE_TAKES_NONE)
    if ended_at is not None and received_at >= ended_at and outcome != EXPIRED:
        raise Refused(Refusal.NOTICE_OVER, words.NOTICE_STOPPED % {"end": end_in_words(ended_at)})
    if ends_at is not None and received_at >= ends_at:
        raise Refused(Refusal.NOTICE_OVER, words.NOTICE_EXPIRED % {"end": end_in_words(ends_at)})
