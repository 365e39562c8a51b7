"""The tables of a seizure: stages and moves, one immutable version each.

Table 2: what is approved is not carried out any more once its cause is gone (`not_carried_out`); the term of an emergency seizure
runs from the deed, so that it ends from every stage; what is lifted is `released` only when somebody has recorded that it was.
"""

from dataclasses import replace
from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.transitions import Stage, StageKind, Table, Transition

PROPOSED = Stage("proposed", "报批", "Proposed", holder="system", doing="编号")
APPROVING = Stage("approving", "审批", "Approval", holder="bureau_head", doing="批准或者不批准")

TABLE = Table(
    procedure="seizure",
    version="1",
    stages=(
        PROPOSED,
        APPROVING,
        Stage("executing", "实施", "Carrying out", holder="inspector", doing="两名以上执法人员实施"),
        Stage(
            "reporting",
            "紧急情况报告",
            "Emergency report",
            holder="inspector",
            doing="24小时内报告并补办批准手续",
        ),
        Stage(
            "confirming", "补办批准", "Confirmation", holder="bureau_head", doing="24小时内批准，或者立即解除"
        ),
        Stage("sealed", "查封、扣押中", "Seized", holder="section_head", doing="在期限内作出处理决定"),
        Stage("lifting", "解除", "Lifting", holder="register:archive", doing="送达解除决定书，移交档案"),
        Stage("released", "已解除", "Released", StageKind.GOOD),
        Stage("confiscated", "已没收", "Confiscated", StageKind.GOOD),
        Stage("not_approved", "不批准", "Not approved", StageKind.BAD),
    ),
    transitions=(
        Transition("proposed", "approving", "报局负责人批准"),
        Transition("proposed", "reporting", "情况紧急，已经当场实施"),
        Transition("approving", "executing", "批准"),
        Transition("approving", "not_approved", "不批准"),
        Transition("executing", "sealed", "已经实施"),
        Transition("reporting", "confirming", "已经报告"),
        Transition("confirming", "sealed", "补办批准"),
        Transition("confirming", "lifting", "不批准，立即解除"),
        Transition("sealed", "lifting", "解除，或者期限届满"),
        Transition("sealed", "confiscated", "依法没收或者销毁"),
        Transition("lifting", "released", "已经解除"),
    ),
    main=("proposed", "approving", "executing", "sealed", "lifting", "released"),
    accepts={"sealed": frozenset({"cause_removed"})},
)  # fmt: skip

_EXTENDED: Final = TABLE.extended(
    "2",
    after={
        "not_approved": (
            Stage("not_carried_out", "不再实施", "Not carried out", StageKind.BAD),
        )
    },
    transitions=(
        Transition("approving", "not_carried_out", "隐患已经消除，不再实施"),
        Transition("executing", "not_carried_out", "局负责人决定不再实施"),
        Transition("reporting", "lifting", "期限届满"),
    ),
)  # fmt: skip


def _stage(stage: Stage) -> Stage:
    if stage.id != "lifting":
        return stage
    return replace(stage, holder="inspector", doing="立即解除，记录何时由谁解除")


def _move(move: Transition) -> Transition:
    if (move.frm, move.to) != ("confirming", "lifting"):
        return move
    return replace(move, when="不批准或者期限届满，立即解除")


RECORDED: Final = replace(
    _EXTENDED,
    stages=tuple(_stage(stage) for stage in _EXTENDED.stages),
    transitions=tuple(_move(move) for move in _EXTENDED.transitions),
)
