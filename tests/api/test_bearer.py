"""Sessions of programs."""

import httpx

from tests.api.conftest import PASSWORD, People, SetClock, bearer


async def test_a_program_signs_in_and_out(
    program: httpx.AsyncClient, people: People, set_clock: SetClock
) -> None:
    await set_clock("2026-09-24T08:00:00+08:00")
    made = await program.post(
        "/api/v1/sessions", json={"sign_in": "chensiyuan", "password": PASSWORD}
    )
    assert made.status_code == 201
    assert made.headers["location"] == "/api/v1/sessions/current"
    assert "set-cookie" not in made.headers
    body = made.json()
    token = body.pop("token")
    assert len(token) == 43
    assert body == {
        "token_type": "Bearer",
        "account_id": str(people["chensiyuan"]),
        "roles": ["reviewer"],
        "expires_at": "2026-09-24T18:00:00+08:00",
    }
    headers = {"authorization": f"bearer {token}"}
    mine = await program.get("/api/v1/sessions/current", headers=headers)
    assert mine.json() == {
        "account_id": str(people["chensiyuan"]),
        "sign_in": "chensiyuan",
        "display_name": "某c",
        "roles": ["reviewer"],
        "office": "登记注册股",
        "created_at": "2026-09-24T08:00:00+08:00",
        "expires_at": "2026-09-24T18:00:00+08:00",
    }
    assert (await program.delete("/api/v1/sessions/current", headers=headers)).status_code == 204
    gone = await program.get("/api/v1/sessions/current", headers=headers)
    assert (gone.status_code, gone.json()["code"]) == (401, "sign_in_required")


async def test_two_tokens_are_two_sessions(program: httpx.AsyncClient) -> None:
    first, second = await bearer(program, "liguodong"), await bearer(program, "liguodong")
    assert first != second
    await program.delete("/api/v1/sessions/current", headers={"authorization": f"Bearer {first}"})
    still = await program.get(
        "/api/v1/sessions/current", headers={"authorization": f"Bearer {second}"}
    )
    assert still.status_code == 200


async def test_the_password_is_never_in_an_answer(program: httpx.AsyncClient) -> None:
    for body in (
        {"sign_in": "nobody", "password": "canary-password-1"},
        {"sign_in": "nobody", "password": "canary-password-1" * 20},
        {"sign_in": "nobody", "password": "canary-password-1", "extra": "canary-password-1"},
    ):
        answer = await program.post("/api/v1/sessions", json=body)
        assert answer.status_code in (401, 422)
        assert "canary-password-1" not in answer.text


async def test_the_openapi_says_how_to_sign_in(program: httpx.AsyncClient) -> None:
    document = (await program.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"]["session"]["scheme"] == "bearer"
    operation = document["paths"]["/api/v1/sessions/current"]["get"]
    assert operation["security"] == [{"session": []}]
    assert "security" not in document["paths"]["/api/v1/sessions"]["post"]
