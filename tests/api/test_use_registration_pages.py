"""A use registration filled in on pages: devices one by one, the materials that follow from them."""

from tests.api.case_stage import Live, live
from tests.api.conftest import csrf_of
from tests.api.test_hosting_pages import text_of

assert callable(live)
BOILER = {
    "device": "11004213032026750001",
    "kind": "1100",
    "place": "交通大道18号锅炉房",
    "inspection_valid_until": "2027-08-31",
}


async def test_devices_are_added_one_by_one(live: Live) -> None:
    draft = await live.cast.ask(
        "applicant",
        "POST",
        "/api/v1/applications",
        json={"procedure": "se_use_registration", "form": {"matter": "first"}},
    )
    here = f"/applications/{draft['id']}/sections/devices"
    applicant = await live.pages("applicant")
    page = await applicant.get(here)
    assert "添加设备" in text_of(page)
    new = f"{here}/devices/new"
    form = await applicant.get(new)
    assert "下次检验日期" in text_of(form)
    token = {"csrf_token": csrf_of(form)}
    wrong = await applicant.post(new, data=token | BOILER | {"kind": "7110"})
    assert wrong.status_code == 422
    assert "不单独办理使用登记" in text_of(wrong)
    assert (await applicant.post(new, data=token | BOILER)).status_code == 303
    listed = text_of(await applicant.get(here))
    assert BOILER["device"] in listed
    assert "2027" in listed
    now = await live.get("applicant", f"/api/v1/applications/{draft['id']}")
    assert "boiler_efficiency" in now["missing_materials"]
    assert "锅炉能效证明文件" in text_of(await applicant.get(f"/applications/{draft['id']}"))
    english = await live.pages("applicant", "en")
    assert "Inspection valid until" in text_of(await english.get(new))


async def test_the_guide_names_both_terms(live: Live) -> None:
    applicant = await live.pages("applicant")
    guide = text_of(await applicant.get("/items/se_use_registration"))
    for words in ("15 个工作日", "20 个工作日", "待核", "作出决定（批量或者按单位）"):
        assert words in guide
    found = await live.get("applicant", "/api/v1/items/se_use_registration/guide")
    assert {"Q02", "Q03", "O03"} <= {limit["clock"] for limit in found["limits"]}
