"""What an applicant does in a story about documents that may follow (容缺受理)."""

import base64
from typing import Any, Final

from banjian.player.deeds import Deed, Play, deed, sample_pdf

PICTURE: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
NOT_A_PDF: Final = {
    "program": b"MZ\x90 not a PDF",
    "picture": base64.b64decode(PICTURE),
    "empty": b"",
}


@deed("promise")
async def promise(play: Play, deed: Deed) -> Any:
    """Sign the promise to hand in later what the notice lists; `parts` and `declared` only where they differ from it."""
    path = f"/api/v1/cases/{play.number(deed.case)}/promises"

    def offered(found: Any) -> Any:
        return found["offered"]

    parts = deed.data.get("parts")
    if parts is None:
        parts = (await play.cast.until(deed.by, path, offered))["offered"]
    body = {"parts": parts, "declared": bool(deed.data.get("declared", True))}
    return await play.cast.ask(deed.by, "POST", path, json=body)


@deed("supplement")
async def supplement(play: Play, deed: Deed) -> Any:
    """Hand in a promised document: `part`; `file` where it is not what its name says: `program`, `picture` or `empty`."""
    part = str(deed.data["part"])
    content = NOT_A_PDF.get(str(deed.data.get("file")), sample_pdf(f"{part} {deed.data}"))
    return await play.cast.ask(
        deed.by,
        "POST",
        f"/api/v1/cases/{play.number(deed.case)}/supplements",
        data={"part": part},
        files={"file": (f"{part}.pdf", content, "application/pdf")},
    )
