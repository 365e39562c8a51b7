"""The desk in a browser without JavaScript: claim, notice editor, decision, errors that keep what was typed."""

from typing import Any

import httpx
from bs4 import BeautifulSoup, Tag

from tests.api.case_stage import Live, live

__all__ = ["live"]


def soup(page: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(page.text, "html.parser")


def sent_form(page: httpx.Response, action: str) -> dict[str, Any]:
    """What a browser would send of this form as it stands, fields outside it included (`form=` attribute)."""
    html = soup(page)
    form = html.find("form", {"action": action})
    assert isinstance(form, Tag), f"no form to {action}"
    own = list(form.find_all(["input", "textarea", "select"]))
    if form.get("id"):
        own += html.find_all(["input", "textarea", "select"], {"form": form["id"]})
    data: dict[str, Any] = {}
    for field in own:
        name = field.get("name")
        if not name or field.has_attr("disabled"):
            continue
        if field.name == "textarea":
            data[name] = field.text.removeprefix("\n")
        elif field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            data[name] = chosen["value"] if chosen else ""
        elif field.get("type") in ("radio", "checkbox"):
            if field.has_attr("checked"):
                data.setdefault(name, []).append(field["value"])
        else:
            data[name] = field.get("value", "")
    return data


async def claimed(live: Live, who: str, case: str, form: str | None = None) -> tuple[Any, str]:
    """A browser on the task's page, the task claimed with the page's own button."""
    task = await live.task(who, case, form)
    client = await live.pages(who)
    path = f"/desk/tasks/{task['task_id']}"
    page = await client.get(path)
    button = soup(page).find("button", {"name": "task"})
    assert isinstance(button, Tag)
    data = sent_form(page, "/desk/claim") | {"task": button["value"]}
    answer = await client.post("/desk/claim", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    return client, path


def errors_of(page: httpx.Response) -> list[str]:
    box = soup(page).find("div", {"class": "errors"})
    assert isinstance(box, Tag)
    return [item.text for item in box.find_all("li")]


async def test_the_inbox_claims_and_says_who_was_first(live: Live) -> None:
    case = await live.open()
    task = await live.task("acceptor", case)
    first, second = await live.pages("acceptor"), await live.pages("allround")
    inboxes = [await client.get("/desk?tab=pool") for client in (first, second)]
    value = f"{task['task_id']}/0"
    for inbox in inboxes:
        assert soup(inbox).find("button", {"name": "task", "value": value}) is not None
    data = [sent_form(inbox, "/desk/claim") | {"task": value} for inbox in inboxes]
    won = await first.post("/desk/claim", data=data[0])
    assert won.status_code == 303
    lost = await second.post("/desk/claim", data=data[1])
    assert lost.status_code == 409
    assert "刘敏" in errors_of(lost)[0]
    mine = await first.get("/desk")
    assert live.number(case) in mine.text
    assert soup(mine).find("a", {"aria-current": "page", "href": "/desk?tab=mine"}) is not None
    assert "刘敏" in (await second.get("/desk?tab=all")).text


async def test_errors_come_back_with_everything_that_was_typed(live: Live) -> None:
    case = await live.open()
    client, path = await claimed(live, "acceptor", case)
    page = await client.get(path)
    data = sent_form(page, path) | {"do": "submit"}
    nothing = await client.post(path, data=data)
    assert nothing.status_code == 422
    assert errors_of(nothing) == ["请选择一项"]
    assert soup(nothing).find("a", href="#decision") is not None
    no_gap = await client.post(path, data=data | {"decision": "one_time_notice"})
    assert no_gap.status_code == 422
    assert "至少选择一项缺陷" in errors_of(no_gap)[0]
    typed = data | {
        "decision": "not_accept",
        "reasons": "短",
        "gap": ["address_unclear"],
        "advice:address_unclear": "请重新拍摄第 2 页。",
    }
    short = await client.post(path, data=typed)
    assert short.status_code == 422
    kept = sent_form(short, path)
    assert kept["decision"] == ["not_accept"]
    assert kept["reasons"] == "短"
    assert kept["gap"] == ["address_unclear"]
    assert kept["advice:address_unclear"] == "请重新拍摄第 2 页。"


async def test_the_notice_is_previewed_given_once_and_then_blocked(live: Live) -> None:
    case = await live.open()
    client, path = await claimed(live, "acceptor", case)
    page = await client.get(path)
    filled = sent_form(page, path) | {
        "decision": "one_time_notice",
        "gap": ["address_unclear", "other_1"],
        "advice:address_unclear": "请重新拍摄住所使用证明第 2 页。",
        "part:other_1": "articles",
        "advice:other_1": "请补充公司章程的日期。",
    }
    preview = await client.post(path, data=filled | {"do": "preview"})
    assert preview.status_code == 200
    told = soup(preview).find(id="preview")
    assert isinstance(told, Tag)
    assert "请重新拍摄住所使用证明第 2 页。" in told.text
    assert "公司章程：其他问题" in told.text
    given = await client.post(path, data=sent_form(preview, path) | {"do": "submit"})
    assert given.status_code == 303, errors_of(given)
    assert given.headers["location"].startswith("/desk?done=")
    done = await client.get(given.headers["location"])
    assert "已提交：随州市曾都区" in done.text
    await live.stage_is(case, "correction")
    owner = await live.pages("applicant")
    seen = await owner.get(f"/cases/{live.number(case)}")
    assert "请补充公司章程的日期。" in seen.text
    assert "实施细则第25条" in seen.text

    await live.do("resubmit", "applicant", case, files={"articles": "公司章程（修改）"})
    await live.stage_is(case, "submitted")
    client, path = await claimed(live, "acceptor", case)
    page = await client.get(path)
    # What could be seen the first time and has not changed cannot be told now.
    blocked = soup(page).find("input", {"name": "gap", "value": "appointment_missing"})
    open_ = soup(page).find("input", {"name": "gap", "value": "articles_clause"})
    assert isinstance(blocked, Tag)
    assert isinstance(open_, Tag)
    assert blocked.has_attr("disabled")
    assert not open_.has_attr("disabled")
    forged = sent_form(page, path) | {
        "decision": "one_time_notice",
        "gap": ["appointment_missing"],
        "part:appointment_missing": "appointment",
        "advice:appointment_missing": "请补交监事的任职文件。",
        "do": "submit",
    }
    refused = await client.post(path, data=forged)
    assert refused.status_code == 409
    assert "不能再次告知" in errors_of(refused)[0]


async def test_a_conflict_of_duties_is_told_before_anything_is_filled_in(live: Live) -> None:
    case = await live.open()
    client, path = await claimed(live, "allround", case)
    page = await client.get(path)
    assert "您不能核准本件（受审分离 SOD-1）" in page.text
    accepted = await client.post(path, data=sent_form(page, path) | {"decision": "accept"})
    assert accepted.status_code == 303
    await live.complete("reviewer", case, finding="does_not_conform", opinion="住所证明不符",
                        no_interest=True)  # fmt: skip
    task = await live.task("allround", case, "approval.decision")
    page = await client.get(f"/desk/tasks/{task['task_id']}")
    assert "SOD-1" in page.text
    assert soup(page).find("form", {"id": "decision"}) is None
    approver = await live.pages("approver")
    page = await approver.get(f"/desk/tasks/{task['task_id']}")
    # The examiner's reasons are there for whoever decides.
    assert "住所证明不符" in page.text


async def test_a_decision_needs_its_declaration_and_its_reasons(live: Live) -> None:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    client, path = await claimed(live, "reviewer", case)
    page = await client.get(path)
    data = sent_form(page, path) | {"finding": "conforms", "do": "submit"}
    undeclared = await client.post(path, data=data)
    assert undeclared.status_code == 422
    assert errors_of(undeclared) == ["请确认这一项；不能确认的，应当回避"]
    stale = await client.post(path, data=data | {"no_interest": "yes", "version": "9"})
    assert stale.status_code == 409
    done = await client.post(path, data=data | {"no_interest": "yes"})
    assert done.status_code == 303
    # The same page sent again is the same act, not a second one.
    twice = await client.post(path, data=data | {"no_interest": "yes"})
    assert twice.status_code == 303
    shown = await client.get(path)
    assert "这个任务已经办理完毕" in shown.text


async def test_put_back_hand_over_and_ask_for_time_by_forms(live: Live) -> None:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    client, path = await claimed(live, "reviewer", case)
    page = await client.get(path)
    asked = sent_form(page, f"{path}/extension")
    empty = await client.post(f"{path}/extension", data=asked)
    assert (empty.status_code, errors_of(empty)) == (422, ["请写明延期的理由"])
    sent = asked | {"extension_reason": "需要核实住所"}
    assert (await client.post(f"{path}/extension", data=sent)).status_code == 303
    assert soup(await client.get(path)).find("form", {"action": f"{path}/extension"}) is None
    back = await client.post(f"{path}/release", data=sent_form(page, f"{path}/release"))
    assert back.status_code == 303

    head = await live.pages("section_head")
    page = await head.get(path)
    hand_over = sent_form(page, f"{path}/reassign")
    nobody = await head.post(f"{path}/reassign", data=hand_over | {"to": ""})
    assert nobody.status_code == 422
    assert set(errors_of(nobody)) == {"请选择接手的同事", "请写明转办的理由"}
    names = {o.text: o["value"] for o in soup(page).select("select#to option") if o["value"]}
    assert set(names) == {"陈思远", "孙立", "罗静"}
    given = hand_over | {"to": names["孙立"], "reassign_reason": "原承办人休假"}
    assert (await head.post(f"{path}/reassign", data=given)).status_code == 303
    mine = await (await live.pages("allround")).get("/desk?tab=mine")
    assert live.number(case) in mine.text


async def test_files_are_shown_to_the_office_and_to_nobody_else(live: Live) -> None:
    case = await live.open()
    client, path = await claimed(live, "acceptor", case)
    page = await client.get(path)
    links = [a["href"] for a in soup(page).select("a[href*='/files/']")]
    assert len(links) == 3
    file = await client.get(links[0])
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("inline")
    assert file.content.startswith(b"%PDF-")
    # The identity number is masked for officers too.
    assert "110105199003070017" not in page.text
    stranger = await live.pages("applicant2")
    assert (await stranger.get(links[0])).status_code == 404
    assert (await stranger.get(path)).status_code == 404


async def test_the_search_finds_by_number_name_and_state(live: Live) -> None:
    case = await live.open()
    client = await live.pages("reviewer")
    found = await client.get("/desk/search", params={"q": live.number(case)})
    assert f"/cases/{live.number(case)}" in found.text
    closed = await client.get("/desk/search", params={"q": live.number(case), "state": "closed"})
    assert "没有查到办件" in closed.text
