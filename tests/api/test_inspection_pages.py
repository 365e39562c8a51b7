"""A random inspection on its pages: the plan's form with what it refuses, the draw on the task's page, the document to download."""

import json
from datetime import datetime
from pathlib import Path

from bs4 import Tag

from banjian.player import credit_deeds, inspection_deeds, licence_deeds
from tests.api.case_stage import Live, live
from tests.api.test_tasks_pages import claimed, errors_of, sent_form, soup
from tests.cli.invoke import banjian
from tests.inspection.outsider import repeat

assert callable(live)
# Declare how officers open a case, draw again, and get hold of a related one.
assert credit_deeds
assert inspection_deeds
assert licence_deeds
STEM = "double_random_inspection"
CODE = "91421303MA0QJ0012H"
ANSWERS = {
    "name": "2026年登记事项抽查",
    "scope": "market",
    "matters": "登记事项",
    "basis": "《中华人民共和国民营经济促进法》第五十二条",
    "starts_on": "2026-09-23",
    "ends_on": "2026-12-31",
    "targets": f"{CODE}\t随州市曾都区第一机械有限公司\t重点\r\n",
    "number": "1",
    "inspectors": "王海\r\n冯丽",
    "value_source": "上证指数收盘",
    "value_day": "2026-09-24",
    "value_digits": "6",
}


async def test_a_plan_is_proposed_drawn_and_downloaded_from_its_pages(
    live: Live, tmp_path: Path
) -> None:
    client = await live.pages("inspector")
    path = f"/desk/open/{STEM}"
    data = sent_form(await client.get(path), path)
    source = soup(await client.get(path)).find("label", attrs={"for": "value_source"})
    assert isinstance(source, Tag)
    assert "可不填" not in source.text
    unnamed = await client.post(path, data=data | ANSWERS | {"value_source": ""})
    assert unnamed.status_code == 422
    assert len(errors_of(unnamed)) == 1
    refused = await client.post(path, data=data | ANSWERS | {"inspectors": "王海\r\n无此人"})
    assert refused.status_code == 422
    assert any("无此人" in text for text in errors_of(refused))
    opened = await client.post(path, data=sent_form(refused, path) | ANSWERS)
    assert opened.status_code == 303, errors_of(opened)
    page = await client.get(opened.headers["location"])
    number = soup(page).find(class_="no")
    assert isinstance(number, Tag)
    found = await live.cast.until(
        "inspector", f"/api/v1/cases/{number.text.strip()}", lambda c: c["stage"] == "plan_proposed"
    )
    live.play.cases["plan"] = {
        "id": found["case_id"],
        "number": number.text.strip(),
        "owner": "inspector",
        "procedure": STEM,
    }
    await live.complete(
        "section_head", "plan", task=f"{STEM}.approval", decision="approve", no_interest=True
    )
    await live.on.advance(datetime.fromisoformat("2026-09-25T09:00:00+08:00"))
    client, task = await claimed(live, "section_head", "plan", f"{STEM}.public_value")
    shown = await client.get(task)
    # What the plan names stands beside the form.
    assert "上证指数收盘，2026年9月24日公布，取 6 位数字" in shown.text
    sent = sent_form(shown, task)
    said = {"value": "3821.8", "published_on": "2026-09-24", "do": "submit"}
    short = await client.post(task, data=sent | said)
    assert short.status_code == 422
    assert any("取 6 位数字" in text for text in errors_of(short))
    sent = sent_form(short, task)
    entered = await client.post(task, data=sent | said | {"value": "3,821.83"})
    assert entered.status_code == 303, errors_of(entered)
    client, task = await claimed(live, "inspector2", "plan", f"{STEM}.value_check")
    sent = sent_form(await client.get(task), task)
    drawn = await client.post(task, data=sent | {"outcome": "as_published", "do": "submit"})
    assert drawn.status_code == 303, errors_of(drawn)
    await live.stage_is("plan", "checking")
    await live.do("draw_again", "inspector", "plan")
    # Whoever has the document comes to the same list, by the command and without any code of ours.
    path = f"/api/v1/cases/{live.number('plan')}/draw"
    paper = (await live.cast.call("auditor", "GET", path)).content
    file = tmp_path / "draw.json"
    file.write_bytes(paper)
    verified = banjian("draw", "verify", str(file), "--json")
    assert (verified.status, verified.document["same"]) == (0, True)
    found = json.loads(paper)
    assert found["public_value"]["value"] == "382183"
    again = repeat(found)
    assert {key: found[key] for key in again} == again
    shown = (await client.get(f"/cases/{live.number('plan')}")).text
    assert "下载抽取文件" in shown
    assert "已公示检查结果 0 个，共 1 个" in shown or "检查中" in shown
    await live.do("follow", "inspector", "check", of="plan", item=CODE)
    client, task = await claimed(live, "inspector2", "check", "double_random_check.assignment")
    # The form says what does not fit, before anything is sent to the case.
    sent = sent_form(await client.get(task), task)
    wrong = await client.post(task, data=sent | {"manner": "replace_target", "do": "submit"})
    assert wrong.status_code == 422
    assert any("写明理由" in text for text in errors_of(wrong))
    right = await client.post(task, data=sent | {"manner": "unannounced", "do": "submit"})
    assert right.status_code == 303
    # Once it is prepared, an inspector asks for a replacement on the case's page.
    path = f"/cases/{live.number('check')}"
    page = await client.get(path)
    ask = f"{path}/ask-replacement"
    sent = sent_form(page, ask)
    silent = await client.post(ask, data=sent | {"inspector": "王海", "reason": ""})
    assert silent.status_code == 422
    asked = await client.post(ask, data=sent | {"inspector": "王海", "reason": "调离本局"})
    assert asked.status_code == 303, errors_of(asked)
    await live.stage_is("check", "replacing")
    assert (await client.get(path)).status_code == 200
