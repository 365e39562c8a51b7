"""The public address of a paper: opaque, so that nobody counts through it."""

import hashlib


def slug_of(document_id: str) -> str:
    """The last part of the verification address printed as QR on the paper."""
    return hashlib.sha256(f"banjian/verify/1:{document_id}".encode()).hexdigest()[:32]
