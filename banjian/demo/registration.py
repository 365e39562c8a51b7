"""An establishment registration, step by step, each as its person: from the window to the licence, and what the public can verify."""

from collections.abc import Callable
from typing import Any

from banjian.demo.errors import DemoFailed
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play

PATIENCE = 60.0
Say = Callable[[str], None]


async def reaches(cast: Cast, play: Play, case: str, stage: str) -> dict[str, Any]:
    """The case once it is in the stage. Raises DemoFailed where it does not come there."""
    owner, number = play.cases[case]["owner"], play.number(case)
    try:
        shown: dict[str, Any] = await cast.until(
            owner, f"/api/v1/cases/{number}", lambda c: c["stage"] == stage, seconds=PATIENCE
        )
    except TimeoutError:
        now = await cast.ask(owner, "GET", f"/api/v1/cases/{number}")
        raise DemoFailed(
            f"办件停在 {now['stage']}，没有到 {stage}：{now.get('status_text', '')}"
        ) from None
    return shown


async def register(
    cast: Cast, play: Play, case: str, form: dict[str, Any], say: Say
) -> dict[str, Any]:
    """From acceptance to the licence of a case that was handed in; returns what was issued.

    Raises:
        DemoFailed: it stopped on the way, or has no valid licence at the end.
    """
    names = [p["name"] for p in form["persons"]]
    signers = [p["name"] for p in form["persons"] if "contribution" in p]

    async def step(by: str, do: str, data: dict[str, Any], stage: str, told: str) -> None:
        await DEEDS[do](play, Deed(by, case, data, "establishment_registration"))
        shown = await reaches(cast, play, case, stage)
        say(f"  {told} → {shown['stage_label']}")

    await step(
        "acceptor",
        "complete",
        {"task": "approval.acceptance", "decision": "accept"},
        "under_review",
        "网上受理  刘敏 受理",
    )
    await step(
        "reviewer",
        "complete",
        {"task": "approval.review", "finding": "conforms", "no_interest": True},
        "identity_pending",
        "网上审核  陈思远 审查",
    )
    await step(
        "identity", "confirm_identity", {"who": names}, "signature_pending",
        f"身份认证  {'、'.join(names)}",
    )  # fmt: skip
    await step("signature", "sign", {"who": signers}, "deciding", f"电子签章  {'、'.join(signers)}")
    await step(
        "approver",
        "complete",
        {"task": "approval.decision", "decision": "grant", "no_interest": True},
        "archived",
        "核准发照  张蕾 核准；登记、公示、电子归档",
    )
    return await _verified(cast, play, case, say)


async def _verified(cast: Cast, play: Play, case: str, say: Say) -> dict[str, Any]:
    """The licence is there, sealed, and what the public can verify."""
    number = play.number(case)
    documents = (await cast.ask("applicant", "GET", f"/api/v1/cases/{number}/documents"))["items"]
    licences = [d for d in documents if d["kind"] == "licence"]
    if len(licences) != 2:
        raise DemoFailed(f"没有营业执照正副本：{[d['kind'] for d in documents]}")
    licence = licences[0]
    checked = await cast.ask(
        "applicant", "GET", f"/api/v1/certificates/{licence['number']}/verification"
    )
    shown = await cast.ask("applicant", "GET", f"/api/v1/cases/{number}")
    numbers = shown["numbers"]
    say(f"  营业执照 {licence['number']}，统一社会信用代码 {numbers['uscc']}")
    say(f"  核验 {checked.get('state_label', checked.get('state'))}：{checked.get('title', '')}")
    return {
        "number": number,
        "name": shown["title"],
        "uscc": numbers["uscc"],
        "licence": licence["number"],
        "url": f"/cases/{number}",
        "documents": [d["title"] for d in documents],
    }
