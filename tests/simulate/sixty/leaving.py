"""Leaving the market: simple, general and compulsory deregistrations with their public notices."""

from datetime import datetime
from typing import Any, Final

from tests.simulate.ends import DAY
from tests.simulate.sixty.lives import ENDS, SECOND, Life, TooLong, kind

SIMPLE: Final = "simple_deregistration"
GENERAL: Final = "general_deregistration"
COMPULSORY: Final = "compulsory_deregistration"
ZHOU: Final = {
    "name": "周晓岚",
    "id_number": "421303198506142016",
    "phone": "13800006210",
    "posts": ["legal_representative", "investor"],
}
LI: Final = {
    "name": "李国栋",
    "id_number": "421303199202290014",
    "phone": "13800006211",
    "posts": ["investor"],
}
OWED: Final = {"role": "creditor", "reason": "货款未付，附对账单"}

CLAIMED: Final = OWED | {"amount": "12000.00"}


def _firm(life: Life) -> dict[str, Any]:
    return life.enterprise(standings={"investors": ["周晓岚", "李国栋"]})


def _form(life: Life) -> dict[str, Any]:
    return {
        "uscc": life.uscc(),
        "company": life.company,
        "entity_type": "company",
        "debts": "settled",
        "nothing_owed": True,
        "licence_paper": "electronic_only",
        "persons": [ZHOU, LI],
    }


def _noticed(life: Life, case: str = "") -> datetime:
    """Applied for, signed and published; the instant at which the notice is over."""
    more = {"case": case} if case else {}
    life.later()
    life.submit(SIMPLE, _form(life), stage="signature_pending", **more)
    life.later()
    who = {"who": ["周晓岚", "李国栋"]}
    life.do("signature", "sign", who, stage="notice_running", board=SIMPLE, **more)
    return life.end("D01")


def _applied(life: Life) -> None:
    life.do(life.person, "apply", stage="under_review")
    life.reviewed("deciding")
    life.granted("deregistered")


@kind("simple.undisturbed", 8)
def undisturbed(life: Life) -> None:
    """To its end, and applied for in the window or in its grace."""
    _firm(life)
    end = _noticed(life)
    life.at = end
    life.any_time(life.end("D03a", end - SECOND))
    _applied(life)


@kind("simple.objected", 5)
def objected(life: Life) -> None:
    """In time, perhaps in the last second: it is over."""
    _firm(life)
    life.any_time(_noticed(life))
    life.do(life.creditor, "object", OWED, stage="terminated")


@kind("simple.tax_objected", 2)
def tax_objected(life: Life) -> None:
    _firm(life)
    life.any_time(_noticed(life))
    life.do("tax", "object", {"reason": "欠税"}, stage="terminated")


@kind("simple.too_late", 3)
def too_late(life: Life) -> None:
    """Somebody objects at the very end: it is refused, and the entity goes on."""
    _firm(life)
    end = _noticed(life)
    life.at = end
    life.do(life.creditor, "object", OWED, refused="notice_over")
    life.after(end, 0, 5)
    _applied(life)


@kind("simple.withdrawn", 3)
def withdrawn(life: Life) -> None:
    """While the notice runs, or in the window."""
    _firm(life)
    end = _noticed(life)
    if life.rng.random() < 0.5:
        life.at = end
        life.any_time(life.end("D02", end - SECOND))
    else:
        life.any_time(end)
    life.do(life.person, "withdraw", {"reason": "改用一般注销"}, stage="withdrawn")


@kind("simple.lapsed", 3)
def lapsed(life: Life) -> None:
    """Nobody applies: the notice has lapsed."""
    _firm(life)
    end = _noticed(life)
    life.at = life.end("D03a", end - SECOND)
    life.do(life.person, "wait", stage="lapsed")


@kind("simple.refused_to_sign", 1)
def refused_to_sign(life: Life) -> None:
    _firm(life)
    life.later()
    life.submit(SIMPLE, _form(life), stage="signature_pending")
    life.later(0, 1)
    life.do("signature", "sign", {"who": ["周晓岚"]}, stage="signature_pending")
    life.later()
    life.do("signature", "refuse_to_sign", {"who": "李国栋", "reason": "还有货款"}, stage="refused")


@kind("simple.published_again", 3)
def published_again(life: Life) -> None:
    """Listed as abnormal meanwhile, refused, cured, and published again."""
    firm = _firm(life)
    end = _noticed(life)
    listed = {"list": "abnormal", "ground": "unreachable", "since": life.at.date().isoformat()}
    life.later(1, 3)
    life.do("necips", "register_changes", {"enterprises": [firm | {"lists": [listed]}]})
    life.after(end, 0, 4)
    life.do(life.person, "apply", stage="refused")
    life.later(0, 3)
    cured = listed | {"until": life.at.date().isoformat()}
    life.do("necips", "register_changes", {"enterprises": [firm | {"lists": [cured]}]})
    again = f"{life.case}.again"
    _noticed(life, again)
    if life.rng.random() < 0.5:
        life.later(1, 5)
        life.do(life.creditor, "object", OWED, case=again, stage="terminated")


def _individual(life: Life) -> datetime:
    """Pushed to the departments; the instant at which their days are over."""
    life.enterprise(uscc=life.uscc("2"), name=f"曾都区{life.core}小吃店", entity_type="individual")
    form = _form(life) | {
        "uscc": life.uscc("2"),
        "company": f"曾都区{life.core}小吃店",
        "entity_type": "individual",
        "debts": "never",
        "licence_paper": "returned",
        "persons": [ZHOU | {"posts": ["legal_representative"]}],
    }
    life.later()
    life.submit(SIMPLE, form, stage="push_running")
    return life.end("D04")


@kind("simple.individual", 4)
def individual(life: Life) -> None:
    """No notice: decided after the departments' ten days."""
    life.after(_individual(life), 0, 0)
    life.task(
        "reviewer",
        "approval.review",
        "deciding",
        finding="conforms",
        no_interest=True,
    )
    life.granted("deregistered")


@kind("simple.individual_objected", 2)
def individual_objected(life: Life) -> None:
    life.any_time(_individual(life))
    life.do("social", "object", {"reason": "欠缴社会保险费"}, stage="terminated")


# -- general -----------------------------------------------------------------------------------------


def _dissolved(life: Life, **more: Any) -> dict[str, Any]:
    """The application is in, on the day of the dissolution."""
    life.enterprise()
    life.later()
    cleared = {
        "uscc": life.uscc(),
        "cleared_on": life.at.date().isoformat(),
        "number": f"随税清〔2026〕{life.number}号",
    }
    life.world["tax_clearances"] = [cleared]
    form = {
        "uscc": life.uscc(),
        "company": life.company,
        "entity_kind": "limited_company",
        "cause": "resolution",
        "dissolved_on": life.at.date().isoformat(),
        "licence_paper": "returned",
        "truthful": True,
    } | more
    life.submit(GENERAL, form, stage="dissolution_event")
    life.later(0, 3)
    return form


def _announced(life: Life) -> datetime:
    """Published, a group formed, its creditors told and called upon; the instant at which claims are closed."""
    _dissolved(life)
    life.do(life.person, "publish_cause", stage="publicised")
    life.later(0, 2)
    group = {
        "done_on": life.at.date().isoformat(),
        "leader": "周晓岚",
        "members": ["周晓岚", "王雅琴"],
    }
    life.do(life.person, "form_group", group, stage="liquidation_group_formed")
    life.later(0, 1)
    life.do(life.person, "publish_group", stage="group_published")
    life.later()
    told = {"done_on": life.at.date().isoformat()}
    life.do(life.person, "notify_creditors", told, stage="creditors_notified")
    life.later()
    life.do(life.person, "announce", stage="claims_open")
    return life.end("D14")


def _decided(life: Life) -> None:
    life.accepted()
    life.reviewed("deciding")
    life.granted("deregistered")


@kind("general.liquidated", 6)
def liquidated(life: Life) -> None:
    """A whole liquidation, with claims of creditors in half of them."""
    end = _announced(life)
    if life.rng.random() < 0.5:
        life.any_time(end)
        life.do(life.creditor, "claim", CLAIMED)
    # A claim is registered by the liquidation group, not decided by an officer (公司法 235).
    life.after(end, 0, 0)
    today = life.at.date().isoformat()
    settled = {"done_on": today, "statement": "已清偿全部债务，剩余财产按出资比例分配"}
    life.do(life.person, "settle_assets", settled, stage="assets_settled")
    life.later()
    report = {"done_on": life.at.date().isoformat(), "confirmed_by": "股东会"}
    life.do(life.person, "confirm_report", report, stage="tax_cleared")
    life.later()
    again = {
        "form": {"liquidation_ended_on": today},
        "files": {"liquidation_report": "清算报告"},
    }
    life.do(life.person, "resubmit", again, stage="applied")
    _decided(life)


@kind("general.claims_open", 3)
def claims_open(life: Life) -> None:
    """Announced so late that claims are still open at the end of the sixty days."""
    if _announced(life) <= ENDS + SECOND:
        raise TooLong
    if life.rng.random() < 0.5:
        life.any_time(ENDS)
        life.do(life.creditor, "claim", CLAIMED)


@kind("general.merged", 3)
def merged(life: Life) -> None:
    _dissolved(life, cause="merger")
    life.do(life.person, "publish_cause", stage="applied")
    _decided(life)


@kind("general.bankrupt", 2)
def bankrupt(life: Life) -> None:
    _announced(life)
    life.later(0, 5)
    found = {"done_on": life.at.date().isoformat(), "court": "随州市曾都区人民法院"}
    life.do(life.person, "report_shortage", found, stage="bankruptcy")


@kind("general.withdrawn", 2)
def general_withdrawn(life: Life) -> None:
    if life.rng.random() < 0.5:
        _announced(life)
    else:
        _dissolved(life)
        life.do(life.person, "publish_cause", stage="publicised")
    life.later(0, 5)
    life.do(life.person, "withdraw", {"reason": "暂不注销"}, stage="withdrawn")


# -- compulsory --------------------------------------------------------------------------------------


def _proposed(life: Life) -> datetime:
    """The notice of ninety days is out; its end lies after the sixty days."""
    life.enterprise(status="revoked", ended_on="2022-12-31", registered_on="2012-05-06")
    life.later()
    form = {
        "uscc": life.uscc(),
        "company": life.company,
        "ground": "revoked",
        "ended_on": "2022-12-31",
        "reasons": "被吊销营业执照满三年未申请注销登记",
    }
    more = {"stage": "notice_running", "board": COMPULSORY}
    life.do("reviewer", "propose", {"form": form}, procedure=COMPULSORY, **more)
    return life.at


@kind("compulsory.running", 3)
def compulsory(life: Life) -> None:
    _proposed(life)


@kind("compulsory.objected", 2)
def compulsory_objected(life: Life) -> None:
    life.any_time(_proposed(life) + 20 * DAY)
    life.do(life.creditor, "object", OWED, stage="stopped")
