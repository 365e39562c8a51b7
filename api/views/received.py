"""Between receipt and the case's first projection: durable, in time, not yet on anybody's desk.

While the engine is away this may last; the receipt holds all the same (design §5.1).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.security.person import Person
from api.views import words
from law.offices import OFFICES
from law.zone import local
from storage import applications, cases
from storage.applications import HandedIn
from storage.tables import ApplicationRow


@dataclass(frozen=True)
class Received:
    """What can be said of an application that was handed in and is no case yet."""

    row: ApplicationRow
    handed_in: HandedIn
    receipt_no: str

    @property
    def procedure_title(self) -> str:
        return words.procedure_title(self.row.procedure, self.row.catalogue_version)

    @property
    def status_text(self) -> str:
        return _("申请已收到，系统正在建档。")

    def to_json(self) -> dict[str, Any]:
        """The shape of a case, at a stage before its first."""
        row = self.row
        base = f"/api/v1/cases/{self.receipt_no}"
        office = OFFICES.get(row.office)
        return {
            "number": self.receipt_no,
            "case_id": str(row.id),
            "case_no": None,
            "numbers": {"receipt": self.receipt_no},
            "procedure": row.procedure,
            "procedure_title": self.procedure_title,
            "title": row.title,
            "office": row.office,
            "office_name": office.name if office else row.office,
            "stage": "received",
            "stage_label": _("收件"),
            "status_text": self.status_text,
            "waiting_for": {
                "holder": "system",
                "who": words.known(words.SYSTEM),
                "todo": _("把申请转给窗口"),
                "until": _("一般几分钟；期限从收到时间起算，不受影响"),
                "until_at": None,
                "mine": False,
            },
            "overdue": False,
            "overdue_text": "",
            "responsible": {
                "name": "",
                "office": office.name if office else row.office,
                "phone": office.phone if office else "12345",
                "hours": words.known(office.hours) if office else "",
            },
            "version": self.handed_in.version,
            "revision": 0,
            "opened_at": local(self.handed_in.received_at).isoformat(),
            "accepted_at": None,
            "closed_at": None,
            "outcome": None,
            "clocks": [],
            "allowed_actions": [],
            "timeline_url": f"{base}/timeline",
            "events_url": f"/api/v1/event-streams/cases/{row.id}",
            "clocks_url": f"{base}/clocks",
            "documents_url": f"{base}/documents",
            "diagram_url": f"{base}/diagram",
            "page_url": f"/cases/{self.receipt_no}",
        }


async def received(connection: AsyncConnection, person: Person, number: str) -> Received | None:
    """The person's own application of this number that is not readable as a case; None otherwise."""
    ident = cases.as_uuid(number) or await applications.case_id_of(connection, number)
    row = await applications.find(connection, ident) if ident else None
    if row is None or row.owner != str(person.id):
        return None
    held = await applications.handed_in(connection, row.id)
    receipt = await applications.number_of(connection, row.id, "receipt")
    return Received(row, held, receipt) if held and receipt else None
