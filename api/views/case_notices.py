"""The public notices of one case: to its applicant without those who spoke (A15), to its officers with them (B10)."""

from dataclasses import dataclass
from typing import Any

from api.i18n import gettext as _
from api.views import notice_words, words
from api.views.cases import CaseView
from api.views.public_notices import NoticeView, left_text
from api.views.viewer import Viewer
from domain import public_notices as domain
from law.zone import local
from storage import public_notices
from storage.prepared import Place
from storage.public_notices import Stated
from workflows.public_notices import PublicNotices
from workflows.registry import PROCEDURES


@dataclass(frozen=True)
class StatedView:
    """An objection or claim, for one reader of the case."""

    stated: Stated
    viewer: Viewer

    @property
    def id(self) -> str:
        return str(self.stated.row.objection_id)

    @property
    def number(self) -> str:
        return self.stated.row.number

    @property
    def who(self) -> str:
        """As what they spoke; a department by its name."""
        row = self.stated.row
        if row.department:
            return words.register_name(row.department)
        return notice_words.objector(row.by_role)

    @property
    def name(self) -> str:
        """Who it was: for officers."""
        return self.stated.row.name if self.viewer.staff else ""

    @property
    def identity_text(self) -> str:
        """How far the person is known."""
        if self.stated.row.department:
            return _("部门系统签名，已核对")
        if not self.stated.row.person_id:
            return _("书面提出，由工作人员记录")
        return _("以登录账号提出")

    @property
    def in_time_text(self) -> str:
        """How long before the notice's end it was received."""
        ends_at = self.stated.ends_at
        if ends_at is None:
            return _("公示期内")
        if self.stated.row.received_at >= ends_at:
            return _("公示期届满以后收到")
        left = left_text(ends_at - self.stated.row.received_at)
        return _("公示期内，距期满 %(left)s") % {"left": left}

    @property
    def state_text(self) -> str:
        return notice_words.state(self.stated.row.state)

    @property
    def waiting(self) -> bool:
        return self.stated.row.state == domain.RECEIVED

    def to_json(self) -> dict[str, Any]:
        """Over REST; the applicant does not learn who it was, nor what was said."""
        row = self.stated.row
        shown: dict[str, Any] = {
            "id": self.id,
            "notice_id": str(row.notice_id),
            "number": row.number,
            "kind": row.kind,
            "role": row.by_role,
            "department": row.department,
            "received_at": local(row.received_at).isoformat(timespec="seconds"),
            "state": row.state,
            "state_text": self.state_text,
            "handled_at": local(row.handled_at).isoformat() if row.handled_at else None,
        }
        if self.viewer.staff:
            shown |= {
                "name": row.name,
                "contact": row.contact,
                "reason": row.reason,
                "amount": row.amount,
                "evidence_url": f"/desk/objections/{self.id}/evidence" if row.evidence else None,
                "answer": row.answer,
                "handled_by": row.handled_by,
            }
        return shown


@dataclass(frozen=True)
class CaseNotices:
    """What a case has announced, and what was said to it, the latest notice first."""

    notices: list[NoticeView]
    stated: list[StatedView]

    def said_to(self, notice: NoticeView) -> list[StatedView]:
        return [s for s in self.stated if s.stated.row.notice_id == notice.found.row.notice_id]


NONE = CaseNotices([], [])


async def notices_of(place: Place, view: CaseView) -> CaseNotices:
    """Of procedures that announce anything; the others are not asked for."""
    workflow = PROCEDURES.get(view.row.workflow)
    if workflow is None or not issubclass(workflow, PublicNotices):
        return NONE
    found = await public_notices.of_case(place, view.case.case_id)
    if not found:
        return NONE
    stated = await public_notices.stated(place, view.case.case_id)
    return CaseNotices(
        [NoticeView(row) for row in reversed(found)], [StatedView(s, view.viewer) for s in stated]
    )
