"""Who seals, as the product knows it. Loads no library: the API's process names it and never seals."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from activities.seal_check import SealReport


class SealProvider(Protocol):
    """Who seals papers and signs manifests in an office's name."""

    async def seal(self, pdf: bytes, *, signed_at: datetime, reason: str | None = None) -> bytes:
        """The sealed document."""

    async def verify(self, pdf: bytes) -> "SealReport":
        """Check against this provider's roots."""

    def sign(self, data: bytes) -> bytes:
        """A detached signature over any bytes."""

    def chain_pem(self) -> bytes:
        """The certificates that the signatures need."""
