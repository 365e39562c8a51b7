"""A bureau's special equipment for pages: a few hundred devices of several kinds and standings, hazards in several stages."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from banjian.player import credit_deeds, licence_deeds
from banjian.player.deeds import DEEDS, Deed
from law.deadlines import add_months
from law.zone import civil_date
from storage.duties import YEARLY
from storage.equipment import PERIODIC
from tests.api.case_stage import Live
from tests.equipment_rows import NAME, UNIT, put_case, put_device, put_duty

STARTS = datetime.fromisoformat("2026-09-21T09:00:00+08:00")
STOPPED, GENERAL, FRESH = (f"3110421303202600000{n}" for n in (1, 2, 3))
NOWHERE = "31104213032026999999"
KINDS = ("3110", "3120", "1100", "2110", "4100", "5110", "8100")
HAZARD = "se_hazard_rectification"
# Imported for their side effect: they add what officers do to DEEDS.
WITH = (credit_deeds, licence_deeds)


def opening(device: str, **other: str) -> dict[str, Any]:
    return {
        "device_code": device,
        "uscc": UNIT,
        "name": NAME,
        "place": "烈山大道1号",
        "source": "other_check",
        "found_on": "2026-09-21",
        "facts": "巡查发现",
        **other,
    }


INSPECTION: dict[str, Any] = {
    "task": "se_hazard_rectification.inspection",
    "officers": ["王海", "冯丽"],
    "inspected_at": "2026-09-21T09:00",
    "record": "现场检查发现问题",
    "signature": "signed",
}


async def register(live: Live, count: int = 320) -> None:
    """The rows of devices, their duties and those of their units."""
    now = await live.on.now()
    today = civil_date(now)
    async with live.on.core.engine.begin() as connection:
        for n in range(count):
            kind = KINDS[n % len(KINDS)]
            state = "scrapped" if n % 29 == 0 else "stopped" if n % 13 == 0 else "in_use"
            due = today + timedelta(days=n * 37 % 400 - 15)
            code = f"{kind}42130320200{n:05}"
            unit = {
                "uscc": f"91421303MA{n // 8:08}",
                "unit": f"随州市曾都区第{n // 8 + 1}物业服务有限公司",
            }
            await put_device(
                connection,
                code,
                kind=kind,
                category=f"{kind[0]}000",
                place=f"湖北省随州市曾都区东城街道烈山大道{n}号",
                state=state,
                state_since=now - timedelta(days=n % 40) if n % 7 == 0 else None,
                registered_on=today - timedelta(days=n),
                registration_number=f"梯11鄂S{n:05}(26)",
                updated_at=now - timedelta(days=n % 60),
                **unit,
            )
            if n % 31 and state == "in_use":
                await put_duty(
                    connection, code, due, since=due - timedelta(days=365), uscc=unit["uscc"]
                )
            if n % 8 == 0:
                for m, duty in enumerate(YEARLY):
                    last = add_months(today, (n // 8 + m * 5) % 13 - 1)
                    await put_duty(
                        connection,
                        unit["uscc"],
                        last,
                        since=add_months(last, -12),
                        opens_on=add_months(last, -1),
                        procedure=duty,
                        uscc=unit["uscc"],
                    )
        for code, days in ((STOPPED, -22), (GENERAL, 200), (FRESH, 14)):
            due = today + timedelta(days=days)
            await put_device(connection, code, registered_on=add_months(today, -30), updated_at=now)
            await put_duty(connection, code, due, since=due - timedelta(days=365))
        for n, (stage, grade) in enumerate(
            (("handed_over", "general"), ("handed_over", "larger"), ("archived", ""))
        ):
            await put_case(
                connection,
                "se_accident_report",
                stage,
                now - timedelta(days=30 * n + 40),
                number=f"accident-{n}",
                numbers={"device": STOPPED},
                grade=grade,
                closed_at=now if stage == "archived" else None,
            )
        passed = await put_case(
            connection,
            PERIODIC,
            "fulfilled",
            now - timedelta(days=420),
            number="inspection-1",
            numbers={"device": STOPPED},
            closed_at=now - timedelta(days=390),
        )
        await connection.execute(
            text(
                "INSERT INTO clocks (case_id, key, clock_id, state, trigger, legal_end, ends_at, provisional, body)"
                " VALUES (:case, 'O01#1', 'O01', 'met', :since, :until, :since, false, '{}')"
            ),
            {
                "case": passed,
                "since": now - timedelta(days=750),
                "until": today - timedelta(days=385),
            },
        )


async def act(live: Live, what: str, by: str, case: str, **data: Any) -> Any:
    return await DEEDS[what](live.play, Deed(by, case, data, HAZARD))


async def stage_is(live: Live, case: str, wanted: str) -> None:
    path = f"/api/v1/cases/{live.number(case)}"
    await live.cast.until("inspector", path, lambda found: found["stage"] == wanted)


async def hazard(live: Live, device: str, **inspection: Any) -> str:
    """Opened and, where it says what was found, inspected. Its name is the device's code."""
    known = {"code": device, "kind": "3110", "uscc": UNIT, "unit": NAME, "place": "烈山大道1号"}
    known["inspection_valid_until"] = "2027-03-31"
    await live.on.twins.post("/admin/world", json={"devices": [known]})
    await act(live, "propose", "inspector", device, **opening(device))
    await stage_is(live, device, "inspected")
    if inspection:
        await act(live, "complete", "inspector", device, **INSPECTION, **inspection)
        await stage_is(live, device, "instructing")
    return device


async def instruct(live: Live, case: str, days: int) -> None:
    answers = {"task": f"{HAZARD}.instruction", "measures": ["消除隐患"], "days": days}
    await act(live, "complete", "inspector", case, **answers)
    await stage_is(live, case, "rectifying")


async def report(live: Live, case: str) -> None:
    answers = {"task": f"{HAZARD}.report", "received_on": "2026-09-21", "report": "已经整改"}
    await act(live, "complete", "inspector", case, **answers)
    await stage_is(live, case, "recheck")


async def hazards(live: Live) -> None:
    """Played through the API: one stopped, seized and to be put right, one rechecked, one instructed, one to be inspected."""
    seized = {"seal": "emergency", "sealed_at": "2026-09-21T09:00", "items": ["电梯一台"]}
    await hazard(live, STOPPED, found=["not_inspected"], **seized)
    await act(live, "follow", "inspector", "seal", of=STOPPED, item="seizure-1")
    spot = {"task": "seizure.spot_record", "officers": ["王海", "冯丽"], "signature": "signed"}
    await act(live, "complete", "inspector", "seal", **spot, record="当场告知理由和权利")
    agreed = {"decision": "approve", "reasons": "情况属实", "no_interest": True}
    await act(live, "complete", "bureau_head", "seal", task="seizure.approval", **agreed)
    await stage_is(live, "seal", "sealed")
    await instruct(live, STOPPED, 15)
    await hazard(live, GENERAL, found=["other"])
    await instruct(live, GENERAL, 5)
    await report(live, GENERAL)
    await hazard(live, FRESH, found=["beyond_parameters"], corrected=True)
    await hazard(live, NOWHERE)
