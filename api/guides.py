"""办事指南: an item as the catalogue declares it, with its time limits computed and explained.

行政许可法 art. 30 says what a guide must tell: 依据、条件、数量、程序、期限、材料目录.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from api.i18n import counted, mark
from api.i18n import gettext as _
from api.views import words
from law import catalogue
from law.calendars import default_calendars
from law.catalogue import Material, Procedure
from law.clock_types import Unit
from law.clocks import Clock, Verified, find_clock
from law.deadlines import deadline
from law.offices import Office, office
from law.zone import civil_date, day_start
from workflows.registry import table_of


@dataclass(frozen=True)
class Limit:
    """One time limit (法定期限). `due` is its last day for an application handed in today."""

    stage: str
    clock: str
    name: str
    length: str
    extension: str
    due: date | None
    provisional: bool
    citation: str
    verified: bool
    verified_label: str


@dataclass(frozen=True)
class Step:
    """One step of the declared procedure: what, by whom, within which limit."""

    stage: str
    title: str
    what: str
    who: str
    limit: str


@dataclass(frozen=True)
class GuideView:
    """Everything a guide page says beside the catalogue's own texts."""

    row: Procedure
    limits: list[Limit]
    steps: list[Step]
    office: Office


_LENGTHS: Final = {
    Unit.WD: mark("%(n)s 个工作日"),
    Unit.CD: mark("%(n)s 日"),
    Unit.H: mark("%(n)s 小时"),
    Unit.MO: mark("%(n)s 个月"),
    Unit.Y: mark("%(n)s 年"),
}
_STAGES: Final = {
    "reservation": mark("名称保留"),
    "reservation_preapproved": mark("名称保留（登记前须先取得批准的）"),
    "acceptance": mark("是否受理"),
    "decision": mark("作出决定"),
    "bulk": mark("作出决定（批量或者按单位）"),
    "site_check": mark("现场核查"),
    "issue": mark("送达"),
    "publication": mark("公示"),
}
_FROM_TODAY: Final = ("acceptance", "decision", "bulk", "reservation", "reservation_preapproved")
_APPLICANT: Final = mark("您办理")
_PARTIES: Final = mark("全体相关人员办理")
_RELATED: Final = mark("在关联办件中办理")


def items(now: datetime, search: str = "") -> list[Procedure]:
    """The items that can be applied for today, all whose texts hold every word searched for."""
    wanted = search.casefold().split()
    found = [
        row
        for row in catalogue.offered(civil_date(now))
        if all(w in _haystack(row) for w in wanted)
    ]
    return sorted(found, key=lambda row: row.listed_at)


def _haystack(row: Procedure) -> str:
    told = (row.guide.lede, row.guide.result)
    texts = (row.title, row.title_en, *told, *map(words.known, told), row.procedure)
    return " ".join(texts).casefold()


def guide_of(row: Procedure, now: datetime, office_code: str) -> GuideView:
    """The guide as of an instant."""
    return GuideView(row, limits_of(row, now), steps_of(row), office(office_code))


def legal_limit(row: Procedure, now: datetime) -> Limit | None:
    """The limit people ask for first: until the decision, or until a reservation ends; None where the law sets none."""
    if not row.has_term:
        return None
    stage = "reservation" if row.kind == "declaration" else "decision"
    return _limit(row, stage, find_clock(row.leading_clock), now)


def limits_of(row: Procedure, now: datetime) -> list[Limit]:
    """Every clock of law that the item's row names, in the order of the procedure."""
    named = row.clocks.model_dump() | {"bulk": row.bulk and row.bulk.clock}
    return [
        _limit(row, stage, find_clock(named[stage]), now) for stage in _STAGES if named.get(stage)
    ]


def _limit(row: Procedure, stage: str, clock: Clock, now: datetime) -> Limit:
    # Only what is bound to the receipt has a date today; the others begin with a later event.
    # Supervision's term runs from an acceptance for which the law sets none.
    bound = stage in _FROM_TODAY and clock.length is not None and row.kind != "supervision"
    trigger = now
    if bound and stage in ("decision", "bulk") and row.clocks.acceptance:
        # Such a term runs from acceptance: counted from the last day there is for that.
        accepted = deadline(find_clock(row.clocks.acceptance), now, default_calendars())
        trigger = day_start(accepted.legal_end)
    end = deadline(clock, trigger, default_calendars()) if bound else None
    return Limit(
        stage=_(_STAGES[stage]),
        clock=clock.id,
        name=words.clock_name(clock),
        length=length_of(clock.length, clock.unit),
        extension=_extension(clock),
        due=end.legal_end if end else None,
        provisional=end.provisional if end else False,
        citation=clock.citation,
        verified=clock.verified is Verified.TEXT,
        verified_label=_(clock.verified.label),
    )


def length_of(length: int | None, unit: Unit) -> str:
    """3 个工作日; a length that is set case by case says so."""
    if length is None or unit not in _LENGTHS:
        return _("个案确定")
    return counted(_LENGTHS[unit], length)


def _extension(clock: Clock) -> str:
    if clock.extension is None:
        return _("不能延长")
    if clock.extension.length is None:
        return _("经负责人批准可以延长一次，期限由批准人确定，并书面告知")
    length = length_of(clock.extension.length, clock.extension.unit)
    return _("情形复杂的，经负责人批准可以延长一次 %(length)s，并书面告知") % {"length": length}


def steps_of(row: Procedure) -> list[Step]:
    """The main line of the declared table, in words; with the site check where the item has one."""
    table = table_of(row)
    apply = Step(
        "apply",
        _("网上申请"),
        _("填写、上传、核对后提交，立即拿到收件凭证。"),
        _(_APPLICANT),
        "",
    )
    made = [apply]
    main = list(table.main)
    if row.site_check and "site_check" not in main:
        main.insert(main.index("deciding"), "site_check")
    for stage_id in main:
        stage = table.stage(stage_id)
        if stage.final or stage.holder == "register:archive":
            continue
        made.append(
            Step(
                stage.id,
                words.stage_label(stage),
                words.known(stage.doing),
                _holder(stage.holder),
                _limit_of_stage(row, stage.id),
            )
        )
    return made


def _holder(holder: str) -> str:
    kind, _colon, name = holder.partition(":")
    if kind == "applicant":
        return _(_APPLICANT)
    if kind == "parties":
        return _(_PARTIES)
    if kind == "related":
        return _(_RELATED)
    who = words.register_name(name) if kind == "register" else words.role_label(kind)
    return _("%(who)s办理") % {"who": who}


def _limit_of_stage(row: Procedure, stage: str) -> str:
    clocks = {
        "submitted": row.clocks.acceptance,
        "site_check": row.clocks.site_check,
        "deciding": row.clocks.decision,
        "issuing": row.clocks.issue,
        "reserved": row.clocks.reservation,
    }
    named = clocks.get(stage)
    if named is None:
        return ""
    clock = find_clock(named)
    return _("法定 %(length)s") % {"length": length_of(clock.length, clock.unit)}


def tolerance_of(row: Procedure, material: Material) -> str:
    """可否容缺, in words."""
    # Also of a one-stop opening, whose registration it is that is accepted on the promise.
    if material.shared_data:
        return _("共享数据能核实的可容缺")
    if material.when and material.tolerable and row.tolerance:
        return _("需要时提交，可容缺")
    if not material.always:
        return _("需要时提交")
    return _("可容缺") if material.tolerable else _("不可容缺")
