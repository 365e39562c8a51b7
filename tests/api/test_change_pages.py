"""A change registration on the applicant's pages without JavaScript: only what the chosen changes need."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from bs4 import BeautifulSoup

from tests.api.conftest import client_of, csrf_of, sign_in
from tests.api.intake_app import (  # noqa: F401  # with its fixtures
    Installation,
    bureau_fixture,
    pdf,
)
from tests.api.test_intake_pages import send

ITEM = "change_registration"
ENTERPRISE = {
    "uscc": "91421303MA0QH1006C",
    "company": "随州市曾都区青禾食品有限公司",
    "changes": ["address"],
    "decided_on": "2026-09-10",
    "licence_paper": "returned",
}
HEAD = {
    "name": "周晓岚",
    "id_number": "110105199003070017",
    "phone": "13812345678",
    "posts": ["legal_representative"],
}


@pytest_asyncio.fixture(loop_scope="session")
async def zhou(bureau: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(bureau.app) as client:
        client.headers["accept"] = "text/html"
        assert (await sign_in(client, "zhouxiaolan")).status_code == 303
        yield client


def text_of(page: httpx.Response) -> str:
    assert page.status_code in (200, 422), page.text[:300]
    return BeautifulSoup(page.text, "html.parser").get_text(" ", strip=True)


async def test_from_the_guide_to_the_receipt(zhou: httpx.AsyncClient) -> None:
    guide = text_of(await zhou.get(f"/items/{ITEM}"))
    assert "减少注册资本的，已经通知债权人并公告" in guide
    assert "债务清偿或者债务担保情况的说明（待核）" in guide
    begun = await send(zhou, f"/apply/{ITEM}")
    here = begun.headers["location"]
    # Nothing chosen yet: only what every change needs is asked for.
    assert "新住所使用证明" not in text_of(await zhou.get(here))
    done = await send(zhou, f"{here}/sections/enterprise", data=ENTERPRISE)
    assert done.status_code == 303, done.text
    listed = text_of(await zhou.get(here))
    assert "新住所使用证明" in listed
    assert "新任法定代表人的任职文件" not in listed
    done = await send(zhou, f"{here}/sections/people/persons/new", data=HEAD)
    assert done.status_code == 303, done.text
    for part in ("resolution", "articles", "address_proof"):
        page = f"{here}/materials/{part}"
        shown = await zhou.get(page)
        sent = await zhou.post(
            page,
            data={"csrf_token": csrf_of(shown)},
            files={"file": (f"{part}.pdf", pdf(part), "application/pdf")},
        )
        assert sent.status_code == 303, sent.text
    # The chosen change's own field is missing: told with the place where it is mended.
    checked = await send(zhou, f"{here}/check", data={"declaration": "yes"})
    assert checked.status_code == 422
    assert "请填写变更后的住所" in text_of(checked)
    assert f"{here}/sections/address" in checked.text
    domicile = {"new_domicile": "湖北省随州市曾都区西城街道交通大道9号"}
    done = await send(zhou, f"{here}/sections/address", data=domicile)
    assert done.status_code == 303, done.text
    handed_in = await send(zhou, f"{here}/check", data={"declaration": "yes"})
    assert handed_in.status_code == 303, handed_in.text
    receipt = text_of(await zhou.get(handed_in.headers["location"]))
    assert "随州市曾都区青禾食品有限公司" in receipt
