"""How the market register's twin enters a change: by its own rules, and whatever the bureau has decided."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.changes import ChangeEnterprise, EnterpriseChanged
from registers.requests import EntityType
from registers.twins.codes import registration_number
from registers.twins.database import app_now, lock, one
from registers.twins.gate import Call
from registers.twins.market_entries import name_hits, next_of, refuse_barred
from registers.twins.market_rules import capital_reasons, civil_day, name_core, name_key
from registers.twins.problems import Refused
from registers.twins.schema import enterprises, licence_seq


async def enter_change(
    connection: AsyncConnection, call: Call, effect: ChangeEnterprise
) -> EnterpriseChanged:
    """Raises Refused: unknown, another registrar's, not as signed for, nothing new, name, persons, capital."""
    now = await app_now(connection)
    # Two changes of one enterprise at once: the second waits here, then sees what the first has made of it.
    await lock(connection, f"market-enterprise:{effect.uscc}")
    row = await one(connection, select(enterprises).where(enterprises.c.uscc == effect.uscc))
    if row is None or row["status"] != "active":
        raise Refused("enterprise_unknown", "登记库中没有此代码的存续企业")
    if row["division"] != effect.division:
        raise Refused("not_competent", "此企业由其他登记机关登记")
    held = dict(row["details"])
    _refuse_another_entry(row, held, effect)
    _refuse_nothing_new(row, held, effect)
    _refuse_signatory(held, effect)
    await _refuse_unlawful(connection, call, row, effect, civil_day(now))
    # Canonical values, so that the same entry always looks the same.
    new = effect.model_dump(
        mode="json", include={"address", "legal_representative", "business_scope", "capital"}
    )
    held |= {item: value for item, value in new.items() if value is not None}
    values: dict[str, Any] = {"details": held}
    name = row["name"]
    if effect.name is not None:
        held["former_names"] = [*held.get("former_names", ()), name]
        name = effect.name
        values |= {"name": name, "name_key": name_key(name), "name_core": name_core(name)}
    number = registration_number(effect.division, await next_of(connection, licence_seq))
    await connection.execute(
        update(enterprises)
        .where(enterprises.c.uscc == effect.uscc)
        .values(licence_number=number, **values)
    )
    return EnterpriseChanged(
        case_ref=effect.case_ref,
        uscc=effect.uscc,
        name=name,
        registered_at=row["registered_at"],
        changed_at=now,
        licence_number=number,
        voided_licence_number=row["licence_number"],
    )


def head_of(held: dict[str, Any]) -> str | None:
    """The legal representative's name, where the register has one."""
    return (held.get("legal_representative") or {}).get("name")


def _refuse_another_entry(row: RowMapping, held: dict[str, Any], effect: ChangeEnterprise) -> None:
    """What was signed for must be what is changed."""
    before = effect.before
    now: dict[str, Any] = {
        "name": row["name"],
        "legal_representative_name": head_of(held),
        "address": held.get("address"),
        "capital": Decimal(held["capital"]) if held.get("capital") else None,
        "business_scope": tuple(held["business_scope"]) if held.get("business_scope") else None,
    }
    for item, value in now.items():
        said = getattr(before, item)
        if said is not None and said != value:
            raise Refused("entry_changed", "登记事项在申请之后已经变更,与申请书所载不一致")


def _refuse_nothing_new(row: RowMapping, held: dict[str, Any], effect: ChangeEnterprise) -> None:
    person = effect.legal_representative
    known = held.get("legal_representative") or {}
    same = {
        "name": effect.name == row["name"],
        "address": effect.address == held.get("address"),
        "legal_representative": person is not None and person.id_number == known.get("id_number"),
        "business_scope": list(effect.business_scope or ()) == held.get("business_scope"),
        "capital": effect.capital == Decimal(held.get("capital") or 0),
    }
    wanted = [item for item in same if getattr(effect, item) is not None]
    if not wanted or any(same[item] for item in wanted):
        raise Refused("nothing_changed", "变更后的登记事项与原登记事项相同")


def _refuse_signatory(held: dict[str, Any], effect: ChangeEnterprise) -> None:
    """The legal representative signs; of a new one, the new one (实施细则 33). An entry may know nobody."""
    known = (held.get("legal_representative") or {}).get("id_number")
    expected = effect.legal_representative.id_number if effect.legal_representative else known
    if expected is not None and effect.signatory.id_number != expected:
        raise Refused("not_legal_representative", "变更登记申请书不是由法定代表人签署")


async def _refuse_unlawful(
    connection: AsyncConnection,
    call: Call,
    row: RowMapping,
    effect: ChangeEnterprise,
    today: date,
) -> None:
    if effect.legal_representative is not None:
        await refuse_barred(connection, effect.legal_representative.id_number, (), today)
    entity_type = EntityType(row["entity_type"])
    if effect.capital is not None:
        reasons = capital_reasons(
            entity_type, effect.capital, None, today, call.settings.capital_review_above
        )
        if reasons:
            raise Refused("capital_abnormal", ";".join(reasons))
    if effect.name is not None:
        await lock(connection, f"market-name:{name_core(effect.name)}")
        individual = entity_type is EntityType.INDIVIDUAL
        hits = await name_hits(connection, effect.name, individual=individual, but=effect.uscc)
        if hits:
            raise Refused("name_taken", f"名称与“{hits[0].name}”相同,不予登记")
