"""What a person or register can do in a story: the same acts, names and payloads as over the API."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import segno

from banjian.player.cast import Answered, Cast


@dataclass
class Play:
    """The story while it runs: who is on stage, which cases are known by which name."""

    cast: Cast
    twins: httpx.AsyncClient
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)

    def number(self, case: str) -> str:
        return str(self.cases[case]["number"])


@dataclass(frozen=True)
class Deed:
    """One act of a step: who, on which case, with what."""

    by: str
    case: str
    data: Mapping[str, Any]
    procedure: str = ""


Do = Callable[[Play, Deed], Awaitable[Any]]
DEEDS: dict[str, Do] = {}


def deed(name: str) -> Callable[[Do], Do]:
    def register(do: Do) -> Do:
        DEEDS[name] = do
        return do

    return register


def sample_pdf(title: str) -> bytes:
    """A small real PDF, so that the upload's content check has something to check."""
    out = io.BytesIO()
    segno.make(title, micro=False).save(out, kind="pdf", scale=4)
    return out.getvalue()


# -- applicants ------------------------------------------------------------------------------------


@deed("submit")
async def submit(play: Play, deed: Deed) -> Any:
    """Fill in, upload, submit. `files` maps a material to a title (a PDF is made), default: all
    required ones, of its choices too; `incomplete: true` submits with what is there; `reservation_of` names the case of the
    story whose reserved name is used, `enterprise_of` the one that registered the enterprise."""
    data = dict(deed.data)
    reserved = data.pop("reservation_of", None)
    enterprise = data.pop("enterprise_of", None)
    files = data.pop("files", None)
    incomplete = bool(data.pop("incomplete", False))
    key = data.pop("key", None)
    form = data.pop("form", data)
    if reserved:
        form = {**form, "name_reservation": play.number(reserved)}
    if enterprise:
        number = play.number(enterprise)
        owner = str(play.cases[enterprise]["owner"])
        shown = await play.cast.ask(owner, "GET", f"/api/v1/cases/{number}")
        form = {**form, "uscc": shown["numbers"]["uscc"]}
    draft = await play.cast.ask(
        deed.by, "POST", "/api/v1/applications", json={"procedure": deed.procedure, "form": form}
    )
    await _upload(play, deed, draft["id"], deed.procedure, files, draft["missing_materials"])
    return await _hand_in(play, deed, draft["id"], incomplete, key)


async def _upload(
    play: Play,
    deed: Deed,
    application: str,
    procedure: str,
    files: Mapping[str, str] | None,
    missing: Collection[str] = (),
) -> None:
    if files is None:
        guide = await play.cast.ask(deed.by, "GET", f"/api/v1/items/{procedure}/guide")
        wanted = [m for m in guide["materials"] if m["required"] or m["code"] in missing]
        files = {m["code"]: m["label"] for m in wanted}
    for part, title in files.items():
        await play.cast.ask(
            deed.by,
            "POST",
            f"/api/v1/applications/{application}/files",
            data={"part": part},
            files={"file": (f"{part}.pdf", sample_pdf(f"{title}"), "application/pdf")},
        )


async def _hand_in(play: Play, deed: Deed, application: str, incomplete: bool, key: Any) -> Any:
    receipt = await play.cast.ask(
        deed.by,
        "POST",
        f"/api/v1/applications/{application}/submissions",
        key=key,
        json={"declaration": True, "force_incomplete": incomplete},
    )
    play.cases[deed.case] = {
        "id": application,
        "number": receipt["receipt_no"],
        "owner": deed.by,
        "procedure": deed.procedure,
    }
    return receipt


@deed("resubmit")
async def resubmit(play: Play, deed: Deed) -> Any:
    """Correct after a one-time notice: changed form fields, replaced files, one submit. `reservation_of` as in `submit`."""
    case = play.cases[deed.case]
    data = dict(deed.data)
    files = data.pop("files", {})
    reserved = data.pop("reservation_of", None)
    form = data.pop("form", data)
    if reserved:
        form = {**form, "name_reservation": play.number(reserved)}
    path = f"/api/v1/applications/{case['id']}"
    if form:
        draft = await play.cast.call(deed.by, "GET", path)
        await play.cast.ask(
            deed.by,
            "PATCH",
            path,
            json={"form": form},
            headers={"If-Match": draft.headers["ETag"]},
        )
    procedure = str(case["procedure"])
    await _upload(play, Deed(deed.by, deed.case, {}, procedure), case["id"], procedure, files)
    return await _hand_in(play, Deed(deed.by, deed.case, {}, procedure), case["id"], True, None)


@deed("withdraw")
async def withdraw(play: Play, deed: Deed) -> Any:
    return await play.cast.ask(
        deed.by, "POST", f"/api/v1/cases/{play.number(deed.case)}/withdrawals", json=dict(deed.data)
    )


# -- declared names ----------------------------------------------------------------------------------


async def _on_case(play: Play, deed: Deed, what: str, data: Mapping[str, Any]) -> Any:
    path = f"/api/v1/cases/{play.number(deed.case)}/{what}"
    return await play.cast.ask(deed.by, "POST", path, json=dict(data))


@deed("search_again")
async def search_again(play: Play, deed: Deed) -> Any:
    """Ask the library of names once more, nothing changed."""
    return await _on_case(play, deed, "name-searches", {})


@deed("release_name")
async def release_name(play: Play, deed: Deed) -> Any:
    """Give a reserved name up."""
    return await _on_case(play, deed, "name-releases", deed.data)


@deed("request_cancellation")
async def request_cancellation(play: Play, deed: Deed) -> Any:
    """An officer asks for a reserved name to be cancelled."""
    return await _on_case(play, deed, "name-cancellations", deed.data)


@deed("reserve_again")
async def reserve_again(play: Play, deed: Deed) -> Any:
    """Give a registration a new reservation of its name: `reservation_of` names the case."""
    number = play.number(str(deed.data["reservation_of"]))
    return await _on_case(play, deed, "name-reservations", {"reservation": number})


# -- clerks ------------------------------------------------------------------------------------------


async def open_task(play: Play, deed: Deed, form: str | None) -> dict[str, Any]:
    """The case's open task of the form that this person may do; waits until the case opened it."""
    case = play.cases[deed.case]["id"]
    path = f"/api/v1/tasks?case={case}"

    def chosen(found: Any) -> Any:
        return next((t for t in found["items"] if form is None or t["form"] == form), None)

    found = await play.cast.until(deed.by, path, chosen)
    task: dict[str, Any] = chosen(found)
    return task


@deed("complete")
async def complete(play: Play, deed: Deed) -> Any:
    """Claim and complete. `task` names the form (e.g. approval.acceptance); the rest are answers."""
    data = dict(deed.data)
    form = data.pop("task", None)
    task = await open_task(play, deed, form)
    return await claim_and_complete(play, deed.by, task["task_id"], data)


async def claim_and_complete(play: Play, who: str, task_id: str, answers: Mapping[str, Any]) -> Any:
    path = f"/api/v1/tasks/{task_id}"
    seen = await play.cast.call(who, "GET", path)
    if seen.status_code >= 400:
        raise Answered(seen)
    claim = await play.cast.call(
        who, "POST", f"{path}/claim", headers={"If-Match": seen.headers["ETag"]}
    )
    if claim.status_code >= 400:
        raise Answered(claim)
    try:
        return await play.cast.ask(
            who,
            "POST",
            f"{path}/complete",
            json=dict(answers),
            headers={"If-Match": claim.headers["ETag"]},
        )
    except Answered:
        # Refused: the task goes back to the pool, as the clerk would put it.
        await play.cast.call(
            who, "POST", f"{path}/release", headers={"If-Match": claim.headers["ETag"]}
        )
        raise


@deed("request_extension")
async def request_extension(play: Play, deed: Deed) -> Any:
    return await play.cast.ask(
        deed.by, "POST", f"/api/v1/cases/{play.number(deed.case)}/extensions", json=dict(deed.data)
    )


@deed("suspend_clock")
async def suspend_clock(play: Play, deed: Deed) -> Any:
    return await play.cast.ask(
        deed.by, "POST", f"/api/v1/cases/{play.number(deed.case)}/suspensions", json=dict(deed.data)
    )


@deed("resume_clock")
async def resume_clock(play: Play, deed: Deed) -> Any:
    return await play.cast.ask(
        deed.by, "POST", f"/api/v1/cases/{play.number(deed.case)}/resumptions", json=dict(deed.data)
    )


@deed("explain_overrun")
async def explain_overrun(play: Play, deed: Deed) -> Any:
    path = f"/api/v1/cases/{play.number(deed.case)}/overrun-explanations"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))


@deed("reassign")
async def reassign(play: Play, deed: Deed) -> Any:
    data = dict(deed.data)
    task = await open_task(play, deed, data.pop("task", None))
    return await play.cast.ask(
        deed.by, "POST", f"/api/v1/tasks/{task['task_id']}/reassign", json=data
    )


# -- registers ---------------------------------------------------------------------------------------


async def errand(play: Play, register: str, case: str, name: str) -> dict[str, Any]:
    """The open errand of a person at a twin."""
    ident = play.cases[case]["id"]

    async def poll() -> dict[str, Any]:
        while True:
            rows = (await play.twins.get("/admin/errands")).json()
            for row in rows:
                if (
                    row["register"] == register
                    and row["case_ref"] == ident
                    and row["state"] == "open"
                    and row["person_name"] == name
                ):
                    found: dict[str, Any] = row
                    return found
            await asyncio.sleep(0.05)

    return await asyncio.wait_for(poll(), 20)


async def _answer_errand(play: Play, deed: Deed, register: str, what: str) -> Any:
    names = deed.data.get("who") or []
    for name in [names] if isinstance(names, str) else names:
        row = await errand(play, register, deed.case, name)
        body = {"name": row["person_name"], "id_number": row["person_id_number"]}
        if what == "refuse":
            body["reason"] = str(deed.data.get("reason", ""))
        answer = await play.twins.post(f"/{register}/{row['id']}/{what}", json=body)
        if answer.status_code >= 400:
            raise Answered(answer)
    return None


@deed("confirm_identity")
async def confirm_identity(play: Play, deed: Deed) -> Any:
    """Each named person confirms at the real-name service."""
    return await _answer_errand(play, deed, "identity", "confirm")


@deed("sign")
async def sign(play: Play, deed: Deed) -> Any:
    """Each named person signs at the signature service."""
    return await _answer_errand(play, deed, "signature", "confirm")


@deed("refuse_to_sign")
async def refuse_to_sign(play: Play, deed: Deed) -> Any:
    return await _answer_errand(play, deed, "signature", "refuse")


@deed("fault")
async def fault(play: Play, deed: Deed) -> Any:
    """Switch a fault on at a register; `clear: true` switches all of them off there."""
    data = {"register": deed.by, **deed.data}
    if data.pop("clear", False):
        answer = await play.twins.delete("/admin/faults", params={"register": deed.by})
    else:
        answer = await play.twins.post("/admin/faults", json=data)
    if answer.status_code >= 400:
        raise Answered(answer)
    return None


@deed("wait")
async def wait(play: Play, deed: Deed) -> Any:
    """Nothing but time passes."""
    return None
