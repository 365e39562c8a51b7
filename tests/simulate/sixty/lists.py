"""Annulments of registrations, the list of abnormal operations, and what cures an entry."""

from typing import Any, Final

from tests.simulate.sixty.licences import decided, investigated
from tests.simulate.sixty.lives import Life, kind

REVOCATION: Final = "registration_revocation"
ABNORMAL: Final = "abnormal_operation_list"


def _asked(life: Life) -> None:
    life.enterprise()
    form = {
        "target": "registration",
        "company": life.company,
        "uscc": life.uscc(),
        "ground": "identity_theft",
        "facts": "本人身份证遗失后被冒用登记为法定代表人，已经报案",
        "relation": "被冒用身份登记为法定代表人",
    }
    life.later()
    life.submit(REVOCATION, form, stage="submitted")


@kind("revocation.decided", 3)
def revoked(life: Life) -> None:
    _asked(life)
    investigated(life, life.case)


def _unreachable(life: Life) -> Any:
    """Nobody is found: forty-five days of public notice; the instant of their end."""
    _asked(life)
    life.accepted("investigating")
    life.later(0, 2)
    life.task(
        "reviewer",
        "registration_revocation.investigation",
        "public_notice",
        finding="unreachable",
        report="已核对档案和笔迹",
        no_interest=True,
    )
    return life.end("R13")


def _investigated_after(life: Life) -> None:
    life.task(
        "reviewer",
        "registration_revocation.investigation",
        "deciding",
        finding="proven",
        report="公示期满，无人提出异议",
        no_interest=True,
    )
    decided(life, life.case, proven=True)


@kind("revocation.noticed", 3)
def noticed(life: Life) -> None:
    life.after(_unreachable(life), 0, 1)
    _investigated_after(life)


@kind("revocation.notice_objected", 2)
def notice_objected(life: Life) -> None:
    """An objection that an officer rejects; the notice runs to its end all the same."""
    end = _unreachable(life)
    life.any_time(end)
    said = {"role": "investor", "reason": "登记是我本人办理的"}
    life.do(life.creditor, "object", said)
    life.after(end, 0, 0)
    life.task(
        "reviewer", "notice.objection", outcome="rejected", reasons="没有提供证据", no_interest=True
    )
    life.later()
    _investigated_after(life)


@kind("revocation.withdrawn", 2)
def withdrawn(life: Life) -> None:
    """While the notice runs, as often as not."""
    if life.rng.random() < 0.5:
        life.any_time(_unreachable(life))
    else:
        _asked(life)
        life.later(0, 1)
    life.do(life.person, "withdraw", {"reason": "不申请了"}, stage="withdrawn")


# -- the list ----------------------------------------------------------------------------------------


def _proposal(life: Life, **more: Any) -> None:
    life.enterprise(address="湖北省随州市曾都区烈山大道1号")
    life.later()
    form = {
        "uscc": life.uscc(),
        "name": life.company,
        "ground": "unreachable",
        "found_on": life.at.date().isoformat(),
        "facts": "两次邮寄均退回，电话停机",
    } | more
    stage = "ordered" if "information" in more else "verifying"
    life.do("inspector", "propose", {"form": form}, procedure=ABNORMAL, stage=stage)


def _verified(life: Life, finding: str, stage: str) -> None:
    life.task(
        "inspector",
        "credit_lists.verification",
        stage,
        finding=finding,
        checked_on=life.at.date().isoformat(),
        record="现场无人办公，邻里称已搬离",
    )


def _entered(life: Life) -> None:
    _verified(life, "established", "told")
    life.later(3, 5)
    life.task(
        "inspector", "credit_lists.statement", "deciding", stated="nothing", record="仍无回应"
    )
    life.later(0, 2)
    life.task(
        "section_head",
        "credit_lists.decision",
        "listed",
        decision="enter",
        reasons="通过登记的住所无法联系",
        no_interest=True,
    )


@kind("abnormal.repaired", 5)
def repaired(life: Life) -> None:
    """Listed, cured, and removed upon application."""
    _proposal(life)
    life.later(0, 2)
    _entered(life)
    life.later(1, 8)
    form = {
        "uscc": life.uscc(),
        "name": life.company,
        "ground": "unreachable",
        "cured_on": life.at.date().isoformat(),
        "cure": "已经恢复联系，联络员电话畅通",
        "truthful": True,
    }
    case = f"{life.case}.removal"
    life.submit("abnormal_list_removal", form, case=case, stage="submitted")
    life.accepted(case=case)
    life.reviewed("deciding", by="inspector", case=case, opinion="电话接通，现场有人办公")
    life.granted("archived", case=case)


@kind("abnormal.ordered", 3)
def ordered(life: Life) -> None:
    """Ordered to publish first (K02); listed when the days are over, and listed it stays."""
    _proposal(life, ground="information_not_published", information="2026年8月的股权变更信息")
    life.after(life.end("K02"), 0, 0)
    _entered(life)


@kind("abnormal.not_established", 2)
def not_established(life: Life) -> None:
    _proposal(life)
    life.later(0, 2)
    _verified(life, "not_established", "not_listed")


@kind("abnormal.penalty_repaired", 3)
def penalty_repaired(life: Life) -> None:
    """A penalty of the general class, published three months and more ago."""
    penalty = {
        "list": "penalty",
        "ground": "general",
        "since": "2026-05-06",
        "decision_number": f"曾市监处罚〔2026〕{life.number}号",
    }
    life.enterprise(lists=[penalty])
    form = {
        "uscc": life.uscc(),
        "name": life.company,
        "entry": "",
        "fulfilled_on": "2026-05-20",
        "corrected": "罚款已缴清，标签已更换",
        "commitment": True,
        "no_bar": True,
    }
    life.later()
    life.submit("credit_repair", form, stage="submitted")
    life.accepted()
    life.reviewed("deciding", by="inspector")
    life.granted("repaired")
