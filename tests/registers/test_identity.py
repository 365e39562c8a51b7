"""Real-name authentication: opened by us, answered by the person, told by a signed callback."""

import pytest

from registers.clients import IdentityClient
from registers.messages import canonical, sha256_hex
from registers.ports import AuthenticationOpened
from tests.registers.bureau import World
from tests.registers.samples import CHEN, LI, WANG, authentication

KEY = "case-1.authenticate.1"


async def opened(twins: World) -> AuthenticationOpened:
    return await twins.registers.identity.open_authentication(authentication(), key=KEY)


def identity(twins: World) -> IdentityClient:
    return twins.registers.identity


async def test_the_person_confirms_and_we_are_told(twins: World) -> None:
    done = await opened(twins)
    assert done.link == f"{twins.url}/identity/{done.authentication_id}"
    state = await identity(twins).authentication(KEY)
    assert state is not None
    assert state.state == "open"
    answer = await twins.people.post(f"{done.link}/confirm", json=CHEN.model_dump())
    assert answer.json()["state"] == "confirmed"
    assert await twins.tick() == {"settled": 0, "delivered": 1, "failed": 0, "waiting": 0}
    (callback,) = twins.inbox.callbacks
    assert callback.request_id == KEY
    assert callback.request_hash == sha256_hex(canonical(authentication()))
    assert callback.outcome == "confirmed"
    assert callback.payload == {"case_ref": "case-1"}
    # Confirming again tells the same and tells nobody twice.
    again = await twins.people.post(f"{done.link}/confirm", json=CHEN.model_dump())
    assert again.json()["state"] == "confirmed"
    assert (await twins.tick())["delivered"] == 0
    assert await identity(twins).authentication("case-9.authenticate.1") is None


async def test_another_person_cannot_confirm(twins: World) -> None:
    done = await opened(twins)
    for attempt in range(5):
        answer = await twins.people.post(f"{done.link}/confirm", json=LI.model_dump())
        assert (answer.status_code, answer.json()["code"]) == (422, "person_mismatch"), attempt
    late = await twins.people.post(f"{done.link}/confirm", json=CHEN.model_dump())
    assert (late.status_code, late.json()["code"]) == (409, "not_open")
    await twins.tick()
    assert [c.outcome for c in twins.inbox.callbacks] == ["failed"]


@pytest.mark.parametrize(
    ("person", "outcome"),
    [
        ({"name": "陈小红"}, "failed"),
        ({"name": "陈晓红", "alive": False}, "failed"),
        ({"name": "陈晓红"}, "confirmed"),
    ],
)
async def test_the_population_register_has_the_last_word(
    twins: World, person: dict[str, object], outcome: str
) -> None:
    await twins.seed(persons=[{"id_number": CHEN.id_number, **person}])
    done = await opened(twins)
    await twins.people.post(f"{done.link}/confirm", json=CHEN.model_dump())
    state = await identity(twins).authentication(KEY)
    assert state is not None
    assert state.state == outcome


async def test_a_person_clicks_through_the_page(twins: World) -> None:
    done = await opened(twins)
    page = await twins.people.get(done.link)
    assert page.status_code == 200
    assert "陈*" in page.text
    assert CHEN.id_number not in page.text
    assert CHEN.name not in page.text
    assert page.headers["cache-control"] == "no-store"
    wrong = await twins.people.post(done.link, data={"name": "陈晓红", "id_number": "1"})
    assert wrong.status_code == 400
    assert "填写有误" in wrong.text
    other = await twins.people.post(done.link, data=WANG.model_dump())
    assert "与申请不符" in other.text
    right = await twins.people.post(done.link, data=CHEN.model_dump())
    assert "认证已通过" in right.text
    assert (await twins.people.get("/identity/" + "x" * 32)).status_code == 404


async def test_a_link_expires_and_we_are_told(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    done = await opened(twins)
    assert done.expires_at.isoformat() == "2026-10-01T03:00:00+00:00"
    await twins.freeze("2026-10-01T10:59:59+08:00")
    assert (await twins.tick())["settled"] == 0
    await twins.freeze("2026-10-01T11:00:00+08:00")
    late = await twins.people.post(f"{done.link}/confirm", json=CHEN.model_dump())
    assert late.status_code == 409
    assert (await twins.tick())["settled"] == 1
    (callback,) = twins.inbox.callbacks
    assert callback.outcome == "expired"
    assert callback.occurred_at.isoformat() == "2026-10-01T03:00:00+00:00"


async def test_absent_people_answer_by_themselves_when_so_ordered(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    behaviour = {"register": "identity", "auto_answer_seconds": 3600}
    (await twins.admin.put("/admin/behaviours", json=behaviour)).raise_for_status()
    await opened(twins)
    (errand,) = (await twins.admin.get("/admin/errands")).json()
    assert errand["person_name"] == "陈晓红"
    assert (await twins.tick())["settled"] == 0
    await twins.freeze("2026-09-24T12:00:00+08:00")
    assert await twins.tick() == {"settled": 1, "delivered": 1, "failed": 0, "waiting": 0}
    assert twins.inbox.callbacks[0].outcome == "confirmed"
