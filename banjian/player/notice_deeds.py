"""What people say in a story to the public notice (公示) of a case."""

from typing import Any, Final

from banjian.player.deeds import DEEDS, Deed, Play, deed, sample_pdf

DESKS: Final = frozenset({"tax", "social"})


async def notice_of(play: Play, case: str, kind: str = "") -> dict[str, Any]:
    """The case's newest notice, or its newest of the kind; waits until there is one."""
    owner, number = str(play.cases[case]["owner"]), play.number(case)

    def published(found: Any) -> Any:
        return next((n for n in found["items"] if kind in ("", n["kind"])), None)

    path = f"/api/v1/cases/{number}/notices"
    notice: dict[str, Any] = published(await play.cast.until(owner, path, published))
    return notice


@deed("object")
async def object_to_notice(play: Play, deed: Deed) -> Any:
    """Object to the newest notice of the case, or to that of the `kind`; `evidence` is the title of a PDF that is made.

    A department objects by answering the errand by which it was asked.
    """
    if deed.by in DESKS:
        said = {"code": "objected", "reason": deed.data.get("reason", "有异议")}
        return await DEEDS["refuse"](play, Deed(deed.by, deed.case, said))
    data = {"role": "creditor"} | dict(deed.data)
    kind, evidence = str(data.pop("kind", "")), data.pop("evidence", None)
    key = data.pop("key", None)
    files = (
        {"evidence": ("evidence.pdf", sample_pdf(str(evidence)), "application/pdf")}
        if evidence
        else None
    )
    notice = await notice_of(play, deed.case, kind)
    path = f"/api/v1/notices/{notice['id']}/objections"
    return await play.cast.ask(deed.by, "POST", path, key=key, data=data, files=files)


@deed("claim")
async def claim(play: Play, deed: Deed) -> Any:
    """Claim a debt (债权申报): as `object`, with `amount` in yuan."""
    return await object_to_notice(play, deed)
