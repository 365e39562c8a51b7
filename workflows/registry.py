"""Every workflow of a procedure, by the name that the catalogue uses."""

from domain.transitions import Table
from law.catalogue import Procedure
from workflows.abnormal_list_removal import AbnormalListRemoval
from workflows.abnormal_operation_list import AbnormalOperationList
from workflows.change_registration import ChangeRegistration
from workflows.cluster_hosting import ClusterHosting
from workflows.cluster_registration import ClusterRegistration
from workflows.compulsory_deregistration import CompulsoryDeregistration
from workflows.credit_repair import CreditRepair
from workflows.double_random_check import DoubleRandomCheck
from workflows.double_random_inspection import DoubleRandomInspection
from workflows.enterprise_startup_onestop import EnterpriseStartupOnestop
from workflows.establishment_registration import EstablishmentRegistration
from workflows.general_approval import GeneralApproval
from workflows.general_deregistration import GeneralDeregistration
from workflows.kernel.case import CaseWorkflow
from workflows.licence_application import LicenceApplication
from workflows.licence_commitment import LicenceCommitment
from workflows.licence_filing import LicenceFiling
from workflows.license_separation import LicenseSeparation
from workflows.name_self_declaration import NameSelfDeclaration
from workflows.recurring_obligation import RecurringObligation
from workflows.registration_revocation import RegistrationRevocation
from workflows.se_accident_report import SeAccidentReport
from workflows.se_hazard_rectification import HazardRectification
from workflows.se_use_registration import UseRegistration
from workflows.seizure import Seizure
from workflows.serious_violation_list import SeriousViolationList
from workflows.simple_deregistration import SimpleDeregistration
from workflows.startup_part import StartupPartCase

PROCEDURES: dict[str, type[CaseWorkflow]] = {
    "abnormal_list_removal": AbnormalListRemoval,
    "abnormal_operation_list": AbnormalOperationList,
    "change_registration": ChangeRegistration,
    "cluster_hosting": ClusterHosting,
    "cluster_registration": ClusterRegistration,
    "credit_repair": CreditRepair,
    "compulsory_deregistration": CompulsoryDeregistration,
    "double_random_check": DoubleRandomCheck,
    "double_random_inspection": DoubleRandomInspection,
    "enterprise_startup_onestop": EnterpriseStartupOnestop,
    "establishment_registration": EstablishmentRegistration,
    "general_approval": GeneralApproval,
    "general_deregistration": GeneralDeregistration,
    "licence_application": LicenceApplication,
    "licence_commitment": LicenceCommitment,
    "licence_filing": LicenceFiling,
    "license_separation": LicenseSeparation,
    "name_self_declaration": NameSelfDeclaration,
    "recurring_obligation": RecurringObligation,
    "registration_revocation": RegistrationRevocation,
    "se_accident_report": SeAccidentReport,
    "se_hazard_rectification": HazardRectification,
    "se_use_registration": UseRegistration,
    "seizure": Seizure,
    "serious_violation_list": SeriousViolationList,
    "simple_deregistration": SimpleDeregistration,
    "startup_part": StartupPartCase,
}


def table_of(row: Procedure, version: str | None = None) -> Table:
    """The declared stages of a procedure: the pinned version, or the newest."""
    tables = PROCEDURES[row.workflow].tables
    return tables[version or max(tables, key=lambda v: [int(n) for n in v.split(".")])]
