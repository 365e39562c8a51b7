"""Hazards of special equipment as their API and page tests begin them."""

import itertools
import uuid
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.security import passwords
from banjian.player import credit_deeds, field_deeds, licence_deeds
from domain.officer_certificates import CertificateKind
from domain.roles import Role
from law.offices import DEFAULT_OFFICE
from storage import accounts, officer_certificates
from tests.api.case_stage import Live

# Declare how officers open a case, photograph, and get hold of a related one.
assert credit_deeds
assert field_deeds
assert licence_deeds
STEM = "se_hazard_rectification"
CODE, NAME = "91421303MA0QH1006C", "随州市曾都区红光商贸有限公司"
_devices = itertools.count(31104213032026100001)
_numbers = itertools.count(1)


async def hazard(live: Live, day: str) -> str:
    """A case at its inspection, of a device that the platform knows and that is in order; its name in the test."""
    case, device = str(uuid.uuid4()), str(next(_devices))
    known = {
        "code": device,
        "kind": "3110",
        "uscc": CODE,
        "unit": NAME,
        "place": "烈山大道1号",
        "inspection_valid_until": "2027-03-31",
        "registration_number": "梯11鄂S00001(26)",
    }
    (await live.on.twins.post("/admin/world", json={"devices": [known]})).raise_for_status()
    form = {
        "device_code": device,
        "uscc": CODE,
        "name": NAME,
        "place": "烈山大道1号",
        "source": "routine",
        "found_on": day,
        "facts": "年度常规监督检查计划",
    }
    path = "/api/v1/desk/cases"
    opened = await live.cast.ask("inspector", "POST", path, json={"procedure": STEM, "form": form})
    live.play.cases[case] = {
        "id": opened["case_id"],
        "number": opened["receipt_no"],
        "owner": "inspector",
        "procedure": STEM,
    }
    await live.stage_is(case, "inspected")
    return case


def inspection(at: str, **more: Any) -> dict[str, Any]:
    """A record of an inspection that finds something."""
    return {
        "officers": ["王海", "冯丽"],
        "inspected_at": at,
        "found": ["other"],
        "record": "机房门锁损坏，维护保养记录缺两个月",
        "signature": "signed",
        **more,
    }


def recheck(at: str, **more: Any) -> dict[str, Any]:
    """A record of a recheck that finds it put right."""
    return {
        "officers": ["冯丽", "马骁"],
        "checked_at": at,
        "finding": "removed",
        "record": "门锁已经修复",
        "signature": "signed",
        **more,
    }


async def inspector(live: Live, name: str, *terms: tuple[str, str]) -> str:
    """A new inspector with a certificate of special equipment for each term; the sign-in name."""
    sign_in = f"field{next(_numbers)}"
    password = uuid.uuid4().hex
    live.passwords[sign_in] = password
    async with AsyncSession(live.on.core.engine) as db:
        ident = await accounts.create_account(
            db,
            sign_in=sign_in,
            display_name=name,
            password_hash=await passwords.hashed(password),
            roles=frozenset({Role.INSPECTOR}),
            office=DEFAULT_OFFICE,
        )
        for since, until in terms:
            await officer_certificates.add(
                db,
                account_id=ident,
                kind=CertificateKind.EQUIPMENT,
                number=f"鄂T{sign_in}",
                valid_from=date.fromisoformat(since),
                valid_until=date.fromisoformat(until),
                by="test",
            )
        await db.commit()
    return sign_in
