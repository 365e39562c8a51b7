"""查询码: lets whoever holds a receipt ask for the progress without signing in.

Eight characters of an HMAC over the case id; computed when shown or checked, stored nowhere.
"""

import hashlib
import hmac
from typing import Final
from uuid import UUID

from storage.keys import CaseKeys

# Crockford's alphabet: no I, L, O, U, so that a code read aloud or from paper is not mistaken.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE: Final = str.maketrans("ILOilo", "110110")


def code_of(keys: CaseKeys, case_id: UUID) -> str:
    """The code as printed, e.g. K7Q4-M2XD."""
    digest = hmac.new(keys.derived("query-codes"), case_id.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest[:5], "big")
    letters = "".join(ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def _plain(code: str) -> str:
    return "".join(c for c in code.translate(_ALIKE).upper() if c in ALPHABET)


def matches(keys: CaseKeys, case_id: UUID, given: str) -> bool:
    """Whether the code belongs to the case; blanks, hyphens and look-alikes are forgiven."""
    return hmac.compare_digest(_plain(code_of(keys, case_id)), _plain(given))
