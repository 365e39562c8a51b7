"""Personal data in what engineers and auditors read: masked wherever it stands, long texts cut, keys left out."""

import re
from collections.abc import Mapping
from typing import Any, Final

from api.views.answers import masked

# Division, a birth date of the last three centuries, sequence, check character; a typing error in it is no less
# somebody's number, so the check character is not asked.
RESIDENT_ID: Final = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?!\d)"
)
TELEPHONE: Final = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
# Fields that hold such a number whatever its form.
PERSONAL: Final = frozenset({"id_number", "phone", "id_no", "mobile"})
# What opens something; a digest of it would help nobody either.
SECRET: Final = frozenset({"signature", "api_key", "callback_secret", "password", "token"})
LONGEST: Final = 2000
HIDDEN: Final = "…"


def masked_text(text: str) -> str:
    """The text with identity numbers and mobile telephones masked, cut at LONGEST characters."""
    text = RESIDENT_ID.sub(lambda found: masked(found.group()), text)
    text = TELEPHONE.sub(lambda found: masked(found.group()), text)
    return text if len(text) <= LONGEST else text[:LONGEST] + HIDDEN


def masked_tree(value: Any) -> Any:
    """JSON with every text in it masked."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, Mapping):
        return {name: _field(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked_tree(inner) for inner in value]
    return value


def _field(name: str, value: Any) -> Any:
    if name in SECRET and value:
        return HIDDEN
    if name in PERSONAL and isinstance(value, str) and value:
        return masked(value)
    return masked_tree(value)
