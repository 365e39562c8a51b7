"""What a hosted enterprise's case tells its host's (住所托管): that it has joined, and that it has left.

Its host knows the enterprise from the moment in which its case has taken the first word until it has taken the second.
Whoever asks what a host knows looks for these two acts: the host's own case decides by the same.
"""

from typing import Final
from uuid import UUID

from domain.related import told_id

JOINED: Final = "hosted_joined"
LEFT: Final = "hosted_left"


def seq_of(kind: str) -> int:
    """Each is said once: the first thing that the case tells its host, and the last."""
    return (JOINED, LEFT).index(kind) + 1


def word_id(hosting: UUID, host: UUID, kind: str) -> UUID:
    """The act's id in the host's case, where the hosting's case said this."""
    return told_id(str(hosting), str(host), kind, seq_of(kind))
