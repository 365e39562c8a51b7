"""An application that was handed in and is no case yet, for the inspector: durable, and on its way to the engine."""

from dataclasses import dataclass
from uuid import UUID

from api.engine_record import EngineRecord, Window
from api.i18n import gettext as _
from api.services import Services
from api.views import words
from storage import applications, cases, inspection
from storage.tables import ActRow, ApplicationRow


@dataclass(frozen=True)
class Unopened:
    """What can be said before the case's first projection. `engine` is None for those who may not read it."""

    row: ApplicationRow
    receipt_no: str
    acts: list[ActRow]
    engine: EngineRecord | None

    @property
    def case_id(self) -> UUID:
        return self.row.id

    @property
    def procedure_title(self) -> str:
        return words.procedure_title(self.row.procedure, self.row.catalogue_version)

    @property
    def why(self) -> str:
        """Why there is no case yet, in one sentence."""
        said = _("申请已收到，还没有建成办件：%(n)s 个操作等待送达，系统每十秒重送一次") % {
            "n": len([act for act in self.acts if act.state == "received"])
        }
        if self.engine is not None and self.engine.source == "away":
            said += _("；引擎现在联系不上，恢复后自动继续，收到的操作不会丢")
        elif self.engine is not None and self.engine.read:
            said += _("；引擎里已经启动，还没有写出第一批事件")
        return said + _("。")


async def unopened(means: Services, number: str, *, deep: bool) -> Unopened | None:
    """The application of this id or receipt number, where it has been handed in; None otherwise."""
    async with means.engine.connect() as connection:
        ident = cases.as_uuid(number) or await applications.case_id_of(connection, number)
        row = await applications.find(connection, ident) if ident else None
        receipt = await applications.number_of(connection, row.id, "receipt") if row else None
        if row is None or receipt is None:
            return None
        acts = await inspection.acts_outside(connection, row.id)
    engine = await means.engine_records.look(row.id, Window()) if deep else None
    return Unopened(row, receipt, acts, engine)
