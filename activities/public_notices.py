"""What every public notice needs of the register of publicity (国家企业信用信息公示系统)."""

from activities.context import CaseView
from activities.register_calls import effect
from domain.contracts import RegisterCall
from registers import ports


@effect("withdraw_notice")
async def withdraw_notice(view: CaseView, order: RegisterCall) -> ports.WithdrawNotice:
    """args: `number` of the publication, `reason` in words."""
    return ports.WithdrawNotice(
        case_ref=order.case_id,
        publication_number=order.args["number"],
        reason=order.args["reason"][:200],
    )
