"""Food operation licences, with and without a promise (容缺后补), and establishments as ballast."""

from datetime import datetime
from typing import Any, Final

from tests.chaos.cases import form as company_form
from tests.simulate.ends import DAY
from tests.simulate.sixty.lives import ENDS, SECOND, Life, TooLong, kind

FOOD: Final = "food_operation_licence"
MAIN: Final = {
    "business_licence": "营业执照",
    "layout": "布局和设备",
    "safety_rules": "管理制度",
    "self_check_staff": "自查人员",
}
OWED: Final = "health_certificates"
CLOCK: Final = "T01"


def _form(life: Life) -> dict[str, Any]:
    place = "湖北省随州市曾都区东城街道烈山大道88号1栋102室"
    return {
        "operator": f"随州市曾都区{life.core}餐饮店",
        "uscc": life.uscc("2"),
        "principal": "周晓岚",
        "phone": "13800006210",
        "domicile": place,
        "premises": place,
        "business_form": "catering",
        "items": ["hot"],
        "safety_staff": ["李国栋"],
        "not_barred": True,
    }


def _tolerated(life: Life) -> datetime:
    """Accepted on a promise; the instant from which it runs."""
    life.later()
    life.submit(FOOD, _form(life), given={"files": MAIN, "incomplete": True}, stage="submitted")
    life.later(0, 2)
    life.task("acceptor", "approval.acceptance", "commitment_pending", decision="tolerate")
    life.later()
    life.do(life.person, "promise", stage="under_review")
    return life.at


def _checked(life: Life, stage: str) -> None:
    life.reviewed("site_check")
    life.later(0, 1)
    life.task(
        "inspector",
        "approval.site_check",
        "deciding",
        officers=["王海", "冯丽"],
        finding="conforms",
        record="布局与申请一致",
    )
    life.granted(stage)


def _conditional(life: Life) -> datetime:
    """The licence is out and marked conditional; the instant from which the promise runs."""
    promised = _tolerated(life)
    _checked(life, "awaiting_supplement")
    return promised


def _supplied(life: Life, stage: str = "archived", n: int = 1) -> None:
    life.do(life.person, "supplement", {"part": OWED, "n": n})
    life.later(0, 1)
    life.task("reviewer", "kernel.supplement_check", stage, finding="conforms", no_interest=True)


@kind("tolerance.kept", 6)
def kept(life: Life) -> None:
    end = life.end(CLOCK, _conditional(life))
    life.any_time(end)
    _supplied(life)


@kind("tolerance.returned", 3)
def returned(life: Life) -> None:
    end = life.end(CLOCK, _conditional(life))
    life.later(0, 1)
    life.do(life.person, "supplement", {"part": OWED})
    life.later(0, 1)
    life.task(
        "reviewer",
        "kernel.supplement_check",
        finding="does_not",
        reason="健康证明已经过期",
        no_interest=True,
    )
    life.any_time(end)
    _supplied(life, n=2)


@kind("tolerance.extended", 5)
def extended(life: Life) -> None:
    promised = _conditional(life)
    life.later(0, 2)
    life.do("acceptor", "request_extension", {"clock": "T01#1", "reason": "体检机构停诊"})
    life.later()
    life.task("window_head", "kernel.extension", decision="approve", reason="体检停诊，同意延长")
    if life.rng.random() < 0.7:
        life.at = max(life.at, life.end(CLOCK, promised))
    life.any_time(life.end(CLOCK, promised, extended=1))
    _supplied(life)


@kind("tolerance.late", 4)
def late(life: Life) -> None:
    """Overdue L1: handed in late, and the head of the window accepts that; after that day (L2) the registry's."""
    life.after(life.end(CLOCK, _conditional(life)), 0, 0)
    life.do(life.person, "supplement", {"part": OWED})
    handed_in = life.at.date()
    life.later()
    head = "window_head" if life.at.date() == handed_in else "registry_head"
    life.task(
        head,
        "kernel.overdue",
        "archived",
        decision="accept_late",
        reasons="体检机构排队",
        no_interest=True,
    )


def _escalated(life: Life) -> None:
    """L2: the end of the next working day has passed, the head of the registry decides."""
    end = life.end(CLOCK, _conditional(life))
    life.after(end, 0, 0)
    life.later(1, 3)


def _ordered(life: Life) -> datetime:
    """A head orders it to be handed in; the instant at which the order is over."""
    _escalated(life)
    until = life.at.date() + life.rng.randint(2, 6) * DAY
    life.task(
        "registry_head",
        "kernel.overdue",
        decision="order",
        until=until.isoformat(),
        reasons="限期补齐健康证明",
        no_interest=True,
    )
    return datetime.combine(until + DAY, datetime.min.time(), life.at.tzinfo)


@kind("tolerance.ordered", 4)
def ordered(life: Life) -> None:
    life.any_time(_ordered(life))
    _supplied(life)


def _refer(life: Life, head: str, reasons: str) -> None:
    """To the inspection post, where a person takes it over."""
    life.task(
        head, "kernel.overdue", "referred", decision="refer", reasons=reasons, no_interest=True
    )
    life.later(0, 1)
    life.task("inspector", "kernel.referral", "archived", taken=True, plan="到经营场所查看")


@kind("tolerance.order_not_followed", 3)
def order_not_followed(life: Life) -> None:
    life.after(_ordered(life), 0, 1)
    _refer(life, "registry_head", "责令后仍不补齐")


@kind("tolerance.referred", 3)
def referred(life: Life) -> None:
    """At once, by the head of the window, or after L2 by that of the registry."""
    early = life.rng.random() < 0.5
    if early:
        life.after(life.end(CLOCK, _conditional(life)), 0, 0)
    else:
        _escalated(life)
    head = "window_head" if early else "registry_head"
    _refer(life, head, "多次联系没有回应")


@kind("tolerance.revocation", 4)
def revocation(life: Life) -> None:
    """The head starts a revocation, a case of its own."""
    _escalated(life)
    life.task(
        "registry_head",
        "kernel.overdue",
        "archived",
        decision="start_revocation",
        reasons="多次联系没有回应，材料可能不实",
        no_interest=True,
    )
    case = f"{life.case}.revocation"
    item = {"of": life.case, "item": "registration_revocation.1"}
    life.do(life.person, "follow", item, case=case, stage="submitted")
    investigated(life, case)


def investigated(life: Life, case: str) -> None:
    """A revocation from its acceptance to its decision."""
    life.accepted("investigating", case=case)
    life.later(0, 3)
    proven = life.rng.random() < 0.5
    life.task(
        "reviewer",
        "registration_revocation.investigation",
        "deciding",
        case=case,
        finding="proven" if proven else "not_proven",
        report="已核对档案和笔迹",
        no_interest=True,
    )
    decided(life, case, proven)


def decided(life: Life, case: str, proven: bool) -> None:
    life.later(0, 1)
    life.task(
        "registry_head",
        "registration_revocation.decision",
        "archived" if proven else "refused",
        case=case,
        decision="revoke" if proven else "not_proven",
        reasons="根据调查情况决定",
        no_interest=True,
    )


@kind("tolerance.still_running", 3)
def still_running(life: Life) -> None:
    """Promised so late that its term goes on after the sixty days."""
    end = life.end(CLOCK, _conditional(life))
    if end <= ENDS + SECOND:
        raise TooLong


@kind("tolerance.refused", 1)
def lapsed(life: Life) -> None:
    """The licence is refused: nothing is owed any more."""
    _tolerated(life)
    life.later(0, 1)
    life.task(
        "reviewer",
        "approval.review",
        "deciding",
        finding="does_not_conform",
        opinion="场所不符合要求",
        no_interest=True,
    )
    _refused(life)


def _refused(life: Life) -> None:
    life.later(0, 1)
    life.task(
        "approver",
        "approval.decision",
        "refused",
        decision="refuse",
        reasons="经营场所不符合要求",
        no_interest=True,
    )


# -- ballast -----------------------------------------------------------------------------------------


@kind("licence.granted", 8)
def licensed(life: Life) -> None:
    life.later()
    life.submit(FOOD, _form(life), stage="submitted")
    life.accepted()
    _checked(life, "archived")


@kind("licence.silent", 3)
def silent(life: Life) -> None:
    """Nobody answers: accepted by law, and refused in the end."""
    life.later()
    life.submit(FOOD, _form(life), given={"files": MAIN, "incomplete": True}, stage="submitted")
    life.after(life.end("F01"), 0, 0)
    life.task(
        "reviewer",
        "approval.review",
        "deciding",
        finding="does_not_conform",
        opinion="没有提交健康证明",
        no_interest=True,
    )
    _refused(life)


@kind("licence.withdrawn", 2)
def withdrawn(life: Life) -> None:
    life.later()
    life.submit(FOOD, _form(life), stage="submitted")
    life.accepted()
    life.later(0, 2)
    life.do(life.person, "withdraw", {"reason": "不办了"}, stage="withdrawn")


@kind("registration.entered", 8)
def entered(life: Life) -> None:
    life.later()
    form = company_form(life.number, people=1)
    life.submit("establishment_registration", form, stage="submitted")
    life.later()
    life.task("acceptor", "approval.acceptance", "under_review", decision="accept")
    life.reviewed("identity_pending")
    who = {"who": [form["persons"][0]["name"]]}
    life.later()
    life.do("identity", "confirm_identity", who, stage="signature_pending")
    life.later()
    life.do("signature", "sign", who, stage="deciding")
    life.granted("archived")


@kind("registration.name", 4)
def name(life: Life) -> None:
    """A name is reserved; given up, or kept beyond the days."""
    life.later()
    form = {"name": life.company, "entity_kind": "limited_company", "seat": "421303"}
    life.submit("name_self_declaration", form, stage="reserved")
    if life.rng.random() < 0.5:
        life.later(1, 9)
        life.do(life.person, "release_name", {"reason": "不用了"}, stage="released")
