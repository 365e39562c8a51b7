"""Every workflow of a procedure, by the name that the catalogue uses."""

from workflows.change_registration import ChangeRegistration
from workflows.establishment_registration import EstablishmentRegistration
from workflows.general_approval import GeneralApproval
from workflows.kernel.case import CaseWorkflow
from workflows.name_self_declaration import NameSelfDeclaration

PROCEDURES: dict[str, type[CaseWorkflow]] = {
    "change_registration": ChangeRegistration,
    "establishment_registration": EstablishmentRegistration,
    "general_approval": GeneralApproval,
    "name_self_declaration": NameSelfDeclaration,
}
