"""What each department says no to, by a rule of its own."""

import contextlib
import itertools
from typing import Any

import pytest

from law import licence_items
from law.licence_types import Mode
from registers.errors import RegisterRefused
from registers.licences import NotifyDepartment, PublishedItem, PublishLicenceItems
from tests.registers.bureau import World
from tests.registers.desk_samples import (
    NAME,
    USCC,
    errand,
    seed_enterprise,
    take_time,
    verification,
)
from tests.registers.samples import CHEN, LI

NUMBERS = itertools.count(1)


async def answers(twins: World, *requests: Any) -> list[tuple[str, str | None]]:
    """Open them one after the other, each answered at once; outcome and code of each."""
    told = []
    for request in requests:
        register = request.register_name
        await take_time(twins, register, 0)
        key = f"case-1.{request.errand}.{next(NUMBERS)}"
        await twins.registers.desk(register).open_errand(request, key=key)
        await twins.tick()
        told.append(twins.inbox.callbacks[-1])
    return [(c.outcome, c.payload.get("code")) for c in told]


async def marked(twins: World, mark: str, subject: str = CHEN.id_number, **more: Any) -> None:
    await twins.seed(marks=[{"mark": mark, "subject": subject, "note": "系统外记录", **more}])


async def test_tax_refuses_a_defaulter_and_confirms_once(twins: World) -> None:
    await seed_enterprise(twins)
    await marked(twins, "tax_defaulter")
    by_li = errand("tax_confirmation", legal_representative=LI)
    assert await answers(twins, errand("tax_confirmation"), by_li, by_li) == [
        ("refused", "tax_defaulter"),
        ("confirmed", None),
        ("refused", "already_confirmed"),
    ]
    assert twins.inbox.callbacks[0].payload["reason"] == "法定代表人名下有非正常户或欠税:系统外记录"


async def test_a_mark_on_the_enterprise_counts_too_and_only_at_its_register(twins: World) -> None:
    await seed_enterprise(twins)
    await marked(twins, "tax_defaulter", USCC)
    await marked(twins, "tax_defaulter", USCC)
    assert await answers(twins, errand("tax_confirmation"), errand("bank_appointment")) == [
        ("refused", "tax_defaulter"),
        ("confirmed", None),
    ]
    wrong = await twins.admin.post(
        "/admin/world", json={"marks": [{"mark": "x_y", "subject": USCC}]}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "mark_unknown")


async def test_social_insurance_registers_once(twins: World) -> None:
    await seed_enterprise(twins)
    twice = (errand("social_registration"), errand("social_registration", "case-2"))
    assert await answers(twins, *twice) == [("confirmed", None), ("refused", "already_registered")]


async def test_the_police_file_each_seal_once_and_know_a_wrong_code(twins: World) -> None:
    wrong = USCC[:-1] + "G"
    await seed_enterprise(twins)
    await seed_enterprise(twins, wrong)
    assert await answers(
        twins,
        errand("seal_filing", uscc=wrong),
        errand("seal_filing", seals=["official"]),
        errand("seal_filing", seals=["finance", "official"]),
        errand("seal_filing", seals=["finance"]),
    ) == [
        ("refused", "uscc_invalid"),
        ("filed", None),
        ("refused", "seal_already_filed"),
        ("filed", None),
    ]
    assert "公章" in twins.inbox.callbacks[2].payload["reason"]


async def test_the_housing_fund_wants_employees(twins: World) -> None:
    await seed_enterprise(twins)
    kind = "housing_account"
    assert await answers(twins, errand(kind, employees=0), errand(kind), errand(kind)) == [
        ("refused", "no_employees"),
        ("confirmed", None),
        ("refused", "already_opened"),
    ]


@pytest.mark.parametrize("known", [{"name": "陈小红"}, {"name": "陈晓红", "alive": False}])
async def test_the_bank_checks_who_it_is(twins: World, known: dict[str, Any]) -> None:
    await seed_enterprise(twins)
    await twins.seed(persons=[{"id_number": CHEN.id_number, **known}])
    by_li = errand("bank_appointment", legal_representative=LI)
    assert await answers(twins, errand("bank_appointment"), by_li) == [
        ("refused", "identity_failed"),
        ("confirmed", None),
    ]


async def test_the_bank_looks_at_its_list_and_at_the_day(twins: World) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await seed_enterprise(twins)
    kind = "bank_appointment"
    assert await answers(
        twins, errand(kind, visit_on="2026-09-23"), errand(kind, visit_on="2026-09-24")
    ) == [("refused", "visit_over"), ("confirmed", None)]
    await marked(twins, "account_barred")
    assert await answers(twins, errand(kind)) == [("refused", "account_barred")]


# -- licence departments -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        ("licence_filing", {"item": "no_such_item"}, "item_unknown"),
        ("licence_filing", {"department": "nobody"}, "department_unknown"),
        ("licence_filing", {"department": "fire"}, "not_competent"),
        ("licence_filing", {"item": "food_operation"}, "wrong_mode"),
        ("licence_filing", {"item": "advertising_registration"}, "wrong_mode"),
        ("licence_commitment", {"department": "market", "item": "food_operation"}, "wrong_mode"),
        ("licence_application", {"item": "prepacked_food_filing"}, "wrong_mode"),
        ("licence_verification", {"licence_number": "CN-2026-000001"}, "no_commitment"),
        (
            "licence_verification",
            {"department": "market", "item": "food_operation", "licence_number": "x"},
            "wrong_mode",
        ),
    ],
)
async def test_the_counter_does_not_take_what_it_cannot_handle(
    twins: World, kind: str, facts: dict[str, Any], code: str
) -> None:
    await seed_enterprise(twins)
    with pytest.raises(RegisterRefused) as refused:
        await twins.registers.departments.open_errand(errand(kind, **facts), key="case-1.errand.1")
    assert refused.value.code == code
    assert await twins.effects() == []
    with pytest.raises(RegisterRefused, match=code):
        await twins.registers.departments.find(errand(kind, **facts), key="case-1.errand.1")


@pytest.mark.parametrize("mode", [m for m in Mode if m is not Mode.UNKNOWN])
async def test_the_first_item_of_each_mode_has_exactly_its_ways(twins: World, mode: Mode) -> None:
    item = next(i for i in licence_items.edition().items if i.mode.value is mode)
    taken = set()
    for kind in ("licence_filing", "licence_commitment", "licence_application"):
        request = errand(kind, department=item.department, item=item.id)
        with contextlib.suppress(RegisterRefused):
            await twins.registers.departments.open_errand(request, key=f"case-1.{kind}.1")
            taken.add(kind)
    assert (
        taken
        == {
            Mode.CANCEL: set(),
            Mode.FILE: {"licence_filing"},
            Mode.COMMIT: {"licence_commitment", "licence_application"},
            Mode.OPTIMISE: {"licence_application"},
        }[mode]
    )


async def test_the_scope_must_name_the_item_and_an_item_is_had_once(twins: World) -> None:
    await seed_enterprise(twins)
    elsewhere = {"department": "health", "item": "public_place_hygiene"}
    assert await answers(
        twins,
        errand("licence_commitment", **elsewhere),
        errand("licence_filing"),
        errand("licence_filing"),
        errand("licence_application"),
        errand("licence_application"),
        errand("licence_commitment"),
        errand("licence_application", department="transport", item="road_freight"),
    ) == [
        ("refused", "scope_lacks_item"),
        ("filed", None),
        ("refused", "already_filed"),
        ("granted", None),
        ("refused", "already_granted"),
        ("granted", None),
        ("refused", "already_granted"),
    ]


@pytest.mark.parametrize("mark", ["bad_record", "false_commitment"])
async def test_who_may_not_commit_goes_the_normal_way(twins: World, mark: str) -> None:
    await seed_enterprise(twins)
    await marked(twins, mark)
    normal = errand("licence_application", department="transport", item="road_freight")
    assert await answers(twins, errand("licence_commitment"), normal) == [
        ("refused", mark),
        ("granted", None),
    ]


async def test_conditions_not_met_for_one_item(twins: World) -> None:
    await seed_enterprise(twins)
    await marked(twins, "conditions_not_met", item="food_operation")
    other = errand("licence_application", department="transport", item="road_freight")
    assert await answers(twins, errand("licence_application"), other) == [
        ("refused", "conditions_not_met"),
        ("granted", None),
    ]


async def test_a_false_promise_is_found_and_the_way_is_open_again(twins: World) -> None:
    await seed_enterprise(twins)
    check = await verification(twins)
    assert await answers(twins, check) == [("verified", None)]
    await marked(twins, "commitment_breached", USCC, item="road_freight")
    again = errand("licence_application", department="transport", item="road_freight")
    assert await answers(twins, again, check.model_copy(update={"case_ref": "case-2"}), again) == [
        ("refused", "already_granted"),
        ("verification_failed", "commitment_breached"),
        ("granted", None),
    ]


def notice(**more: Any) -> NotifyDepartment:
    values: dict[str, Any] = {
        "case_ref": "case-1",
        "department": "market",
        "items": ["advertising_registration"],
        "uscc": USCC,
        "name": NAME,
        "entity_type": "limited_company",
        "address": "湖北省随州市曾都区烈山大道1号",
        "legal_representative_name": "陈晓红",
        "business_scope": ["广告发布"],
        "registered_at": "2026-09-24T03:00:00Z",
    }
    return NotifyDepartment.model_validate(values | more)


async def test_the_double_notice_is_acknowledged_once(twins: World) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await seed_enterprise(twins)
    departments = twins.registers.departments
    told = await departments.notify(notice(), key="case-1.notify.1")
    assert told.notice_number == "SGZ-market-2026-000001"
    assert told.acknowledged_at.isoformat() == "2026-09-24T02:00:00+00:00"
    assert await departments.settle(notice(), key="case-1.notify.1") == told
    for refused, more in (
        ("already_notified", {}),
        ("item_unknown", {"items": ["no_such_item"]}),
        ("not_competent", {"department": "fire"}),
        ("enterprise_unknown", {"name": "别的公司"}),
    ):
        with pytest.raises(RegisterRefused, match=refused):
            await departments.notify(notice(**more), key=f"case-1.notify.{refused}")
    await departments.notify(
        notice(items=["food_operation", "food_production"]), key="case-1.notify.2"
    )
    await departments.notify(notice(department="fire", items=["fire_check"]), key="case-1.notify.3")
    assert twins.inbox.callbacks == []


def items(*rows: tuple[str, str, str], **more: Any) -> PublishLicenceItems:
    published = tuple(
        PublishedItem(item=i, name="事项", department=d, standing=s) for i, d, s in rows
    )
    return PublishLicenceItems(case_ref="case-1", uscc=USCC, name=NAME, items=published, **more)


async def test_what_came_of_the_items_is_published(twins: World) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await seed_enterprise(twins)
    necips = twins.registers.necips
    both = items(("food_operation", "market", "granted"), ("road_freight", "transport", "verified"))
    done = await necips.publish_licence_items(both, key="case-1.publish.1")
    shown = (await twins.people.get(f"/necips/publications/{done.publication_number}")).json()
    assert shown["kind"] == "licence_items"
    assert [i["standing"] for i in shown["content"]["items"]] == ["granted", "verified"]
    later = items(("road_freight", "transport", "revoked"))
    await necips.publish_licence_items(later, key="case-1.publish.2")
    for code, wrong in (
        ("item_unknown", items(("no_such_item", "market", "granted"))),
        ("not_competent", items(("road_freight", "fire", "granted"))),
    ):
        with pytest.raises(RegisterRefused, match=code):
            await necips.publish_licence_items(wrong, key=f"case-1.publish.{code}")


@pytest.mark.parametrize(
    ("kind", "mark"),
    [("tax_deregistration", "tax_arrears"), ("social_deregistration", "social_arrears")],
)
async def test_a_department_objects_to_a_deregistration_or_keeps_silent(
    twins: World, kind: str, mark: str
) -> None:
    await seed_enterprise(twins)
    request = errand(kind)
    await take_time(twins, request.register_name, 0)
    desk = twins.registers.desk(request.register_name)
    await desk.open_errand(request, key="case-1.push.1")
    await twins.tick()
    silent = await desk.errand("case-1.push.1")
    assert silent is not None
    assert (silent.state, twins.inbox.callbacks) == ("open", [])
    await marked(twins, mark, USCC)
    assert [owed.mark for owed in (await desk.standing(USCC)).owed] == [mark]
    await desk.open_errand(errand(kind, "case-2"), key="case-2.push.1")
    await twins.tick()
    assert [(c.outcome, c.payload["code"]) for c in twins.inbox.callbacks] == [("objected", mark)]
