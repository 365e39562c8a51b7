"""What the administrator does for inspectors in a story: certificates (执法证件)."""

from typing import Any

from banjian.player.deeds import Deed, Play, deed


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
