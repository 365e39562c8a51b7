"""A case that is handed in as it begins: its key, application, version, number and act, in one statement.

    key = keys.made(case_id)
    number = await numbers.following(connection, …)
    await insert_act(connection, keys, command, digest, beside=beside_act(case_id, key, number, …))

Written plainly: where anything of it is there already, the statement fails and with it the transaction, and the
caller goes the careful way (`api.submission`), which looks first.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, insert

from storage.acts import Beside, Rows, of_act
from storage.keys import CASE_KEYS, NewKey
from storage.numbers import Following
from storage.submissions import seal_form
from storage.tables import ApplicationRow, NumberRow, SubmissionRow

# A draft has version 1; handing it in is its second.
_VERSION: Final = 2
_PARTS = SubmissionRow.__table__.c.parts.type
_NOW = func.app_now()

_ROWS: Final = Rows(
    insert(CASE_KEYS).values(
        case_id=of_act("case_id"),
        wrapped=bindparam("wrapped"),
        key_id=bindparam("key_id"),
        created_at=_NOW,
    ),
    insert(ApplicationRow).values(
        id=of_act("case_id"),
        state="submitted",
        version=_VERSION,
        form=bindparam("form"),
        created_at=_NOW,
        updated_at=_NOW,
        **{
            name: bindparam(f"its_{name}")
            for name in ("procedure", "catalogue_version", "office", "owner", "title")
        },
    ),
    insert(SubmissionRow).values(
        case_id=of_act("case_id"),
        version=1,
        act_id=of_act("id"),
        digest=bindparam("its_digest"),
        parts=bindparam("its_parts", type_=_PARTS),
        form=bindparam("form"),
        received_at=of_act("received_at"),
    ),
    insert(NumberRow).values(
        number=bindparam("number"),
        series=bindparam("series"),
        ordinal=bindparam("ordinal"),
        kind=bindparam("number_kind"),
        case_id=of_act("case_id"),
        issued_at=_NOW,
    ),
)


def beside_act(
    case_id: UUID,
    key: NewKey,
    number: Following,
    *,
    answers: dict[str, Any],
    digest: str,
    parts: dict[str, str],
    **application: str,
) -> Beside:
    """What the act that opens the case brings with it (`storage.acts.insert_act`).

    Args:
        answers: the form as it is handed in; sealed here.
        application: procedure, catalogue_version, office, owner and title.
    """
    values = {
        "wrapped": key.wrapped,
        "key_id": key.key_id,
        "form": seal_form(key.cipher, case_id, answers),
        "its_digest": digest,
        "its_parts": parts,
        "number": number.number,
        "series": number.series,
        "ordinal": number.ordinal,
        "number_kind": number.kind,
    }
    its = {f"its_{name}": value for name, value in application.items()}
    return Beside(_ROWS, values | its, key)
