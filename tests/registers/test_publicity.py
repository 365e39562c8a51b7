"""NECIPS: what is published, once, and what may be withdrawn."""

import pytest

from registers.errors import RegisterRefused
from registers.ports import WithdrawNotice
from tests.registers.bureau import World
from tests.registers.samples import enterprise, establishment, notice


async def test_an_establishment_is_published_once(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    necips = twins.registers.necips
    with pytest.raises(RegisterRefused, match="enterprise_unknown"):
        await necips.publish_establishment(
            establishment("91421303MA0BANJ05F"), key="case-1.publish.1"
        )
    done = await twins.registers.market.register_enterprise(enterprise(), key="case-1.register.1")
    request = establishment(done.uscc)
    published = await necips.publish_establishment(request, key="case-1.publish.2")
    assert published.publication_number == "GS-2026-00000001"
    with pytest.raises(RegisterRefused, match="already_published"):
        await necips.publish_establishment(request, key="case-1.publish.3")
    with pytest.raises(RegisterRefused, match="enterprise_unknown"):
        await necips.publish_establishment(
            establishment(done.uscc, "随州市曾都区别家有限公司"), key="case-1.publish.4"
        )
    seen = (await twins.people.get(published.url)).json()
    assert seen["content"]["name"] == request.name
    assert "case_ref" not in seen["content"]
    with pytest.raises(RegisterRefused, match="not_a_notice"):
        await necips.withdraw_notice(
            WithdrawNotice(case_ref="case-1", publication_number="GS-2026-00000001", reason="x"),
            key="case-1.withdraw.1",
        )


async def test_a_notice_is_published_and_withdrawn_once(twins: World) -> None:
    await twins.freeze("2026-09-18T10:00:00+08:00")
    necips = twins.registers.necips
    published = await necips.publish_notice(notice(), key="case-2.notice.1")
    withdrawal = WithdrawNotice(
        case_ref="case-2", publication_number=published.publication_number, reason="申请人撤回"
    )
    with pytest.raises(RegisterRefused, match="other_case"):
        await necips.withdraw_notice(
            withdrawal.model_copy(update={"case_ref": "case-3"}), key="case-3.withdraw.1"
        )
    done = await necips.withdraw_notice(withdrawal, key="case-2.withdraw.1")
    assert await necips.withdraw_notice(withdrawal, key="case-2.withdraw.1") == done
    with pytest.raises(RegisterRefused, match="already_withdrawn"):
        await necips.withdraw_notice(withdrawal, key="case-2.withdraw.2")
    seen = (await twins.people.get(published.url)).json()
    assert seen["withdrawn_at"] is not None
    assert (await twins.people.get("/necips/publications/GS-2026-00009999")).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"open_until": "2026-09-17"}, "period_reversed"),
        ({"open_from": "2026-09-01", "open_until": "2026-09-17"}, "period_over"),
        ({"uscc": "91421303MA0BANJ05F"}, "enterprise_unknown"),
        ({"kind": "establishment"}, "not_a_notice"),
    ],
)
async def test_notices_that_are_refused(twins: World, change: dict[str, str], code: str) -> None:
    await twins.freeze("2026-09-18T10:00:00+08:00")
    with pytest.raises(RegisterRefused) as refused:
        await twins.registers.necips.publish_notice(notice(**change), key="case-2.notice.1")
    assert refused.value.code == code
