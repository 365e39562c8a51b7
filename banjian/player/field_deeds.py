"""What inspectors do on the spot, and the administrator for them, in a story: photos and certificates (执法证件)."""

import hashlib
import struct
import zlib
from typing import Any

from banjian.player.cast import Answered
from banjian.player.deeds import Deed, Play, deed, open_task

ROWS, COLUMNS = 96, 96


def sample_photo(title: str) -> bytes:
    """A small real PNG that shows something; another title is another picture."""
    noise = hashlib.shake_256(title.encode()).digest(ROWS * COLUMNS)
    rows = (noise[n : n + COLUMNS] for n in range(0, len(noise), COLUMNS))
    shades = b"".join(b"\0" + row for row in rows)
    head = struct.pack("!2I5B", COLUMNS, ROWS, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(shades)), (b"IEND", b""))
    chunks = (
        struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@deed("photo")
async def photo(play: Play, deed: Deed) -> Any:
    """Claim, and send a photo for the record: `task`, `name` (what it shows), `kind`, `taken_at`."""
    data = dict(deed.data)
    task = await open_task(play, deed, data.pop("task", None))
    path = f"/api/v1/tasks/{task['task_id']}"
    seen = await play.cast.call(deed.by, "GET", path)
    claimed = await play.cast.call(
        deed.by, "POST", f"{path}/claim", headers={"If-Match": seen.headers["ETag"]}
    )
    if claimed.status_code >= 400:
        raise Answered(claimed)
    name = str(data.get("name", "photo"))
    sent = {"kind": data.get("kind", "photo"), "taken_at": str(data.get("taken_at", ""))}
    return await play.cast.ask(
        deed.by,
        "POST",
        f"{path}/photos",
        data=sent,
        files={"file": (f"{name}.png", sample_photo(name), "image/png")},
    )


@deed("certify")
async def certify(play: Play, deed: Deed) -> Any:
    """The administrator registers a certificate: `account`, `kind`, `number`, `valid_from`, `valid_until`."""
    days = {k: str(v) for k, v in deed.data.items()}
    return await play.cast.ask(deed.by, "POST", "/api/v1/admin/officer-certificates", json=days)


@deed("revoke_certificate")
async def revoke_certificate(play: Play, deed: Deed) -> Any:
    """The administrator takes the certificate with the `number` back, for a `reason`."""
    path = "/api/v1/admin/officer-certificates"
    number, reason = deed.data.get("number"), deed.data.get("reason")
    held = (await play.cast.ask(deed.by, "GET", path))["items"]
    one = next(c for c in held if c["number"] == number and c["revoked_at"] is None)
    return await play.cast.ask(
        deed.by, "POST", f"{path}/{one['id']}/revocations", json={"reason": reason}
    )
