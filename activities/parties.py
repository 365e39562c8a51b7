"""The persons of a registration at the registers: real-name authentication and electronic signature.

For every procedure whose form lists `persons`, in the order of the parties that its workflow keeps.
"""

from typing import Any, Protocol

from sqlalchemy import select

from activities.context import CaseView
from activities.register_calls import effect, inquiry, request_id_of
from domain.contracts import RegisterCall
from forms.establishment_registration import Person
from registers import ports
from storage.tables import DocumentRow

# How each procedure calls itself to the persons it asks.
WORDS = {
    "establishment_registration": "设立登记",
    "change_registration": "变更登记",
    "simple_deregistration": "简易注销",
}

# What they sign, where it is not called after the procedure.
SIGNED = {"simple_deregistration": "全体投资人承诺书"}


class Listing(Protocol):
    """A form with the listed persons of 实施细则 16."""

    persons: list[Person]


def party(view: CaseView, party_id: str) -> Person:
    form: Any = view.form
    listing: Listing = form
    return listing.persons[int(party_id.removeprefix("p")) - 1]


def register_person(person: Person) -> ports.Person:
    return ports.Person(name=person.name, id_number=person.id_number)


@effect("open_authentication", called_back=True)
async def open_authentication(view: CaseView, order: RegisterCall) -> ports.OpenAuthentication:
    return ports.OpenAuthentication(
        case_ref=order.case_id,
        person=register_person(party(view, order.args["party"])),
        purpose=f"{WORDS[view.row.procedure]}实名认证",
    )


@effect("open_signing", called_back=True)
async def open_signing(view: CaseView, order: RegisterCall) -> ports.OpenSigning:
    pdf = await document_bytes(view, order.args["document"])
    digest = await view.means.registers.signature.put_document(pdf)
    return ports.OpenSigning(
        case_ref=order.case_id,
        title=f"{view.case.title}{SIGNED.get(view.row.procedure) or WORDS[view.row.procedure] + '申请书'}",
        document_sha256=digest,
        signatory=register_person(party(view, order.args["party"])),
    )


@inquiry("fetch_signed")
async def fetch_signed(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Bring the file with all signatures home; its bytes are checked against their digest."""

    kind, _, seq = str(order.args["last"]).partition("#")
    key = request_id_of(order.model_copy(update={"kind": kind, "seq": int(seq)}))
    signature = view.means.registers.signature
    state = await signature.signing(key)
    if state is None or state.signed_sha256 is None:
        raise LookupError("the signature service does not know the signed file yet")
    pdf = await signature.signed_document(key, state.signed_sha256)
    stored = await view.means.files.put(
        pdf, case_id=view.case_id, media_type="application/pdf", retention_class="permanent"
    )
    return {"sha256": stored.sha256, "stored_id": stored.stored_id, "size": stored.size}


async def document_bytes(view: CaseView, document_id: str) -> bytes:

    async with view.means.engine.connect() as connection:
        stored_id = (
            await connection.execute(
                select(DocumentRow.stored_id).where(DocumentRow.document_id == document_id)
            )
        ).scalar_one()
    return await view.means.files.get(view.case_id, stored_id)
