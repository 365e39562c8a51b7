"""Every form, by code. A test fails when one is declared and not listed."""

from forms import (
    abnormal_list_removal,
    abnormal_operation_list,
    approval,
    change_registration,
    cluster_hosting,
    cluster_registration,
    credit_lists,
    credit_repair,
    enterprise_startup_onestop,
    establishment_registration,
    food_operation_licence,
    general_deregistration,
    licence_application,
    licence_commitment,
    licence_filing,
    licence_item,
    license_separation,
    name_self_declaration,
    objections,
    registration_revocation,
    serious_violation_list,
    startup_part,
    tolerance,
)
from forms.base import ApplicationForm, TaskForm

APPLICATIONS: dict[str, type[ApplicationForm]] = {
    form.code: form
    for form in (
        abnormal_list_removal.Application,
        abnormal_operation_list.Application,
        change_registration.Application,
        cluster_hosting.Application,
        cluster_registration.Application,
        credit_repair.Application,
        enterprise_startup_onestop.Application,
        establishment_registration.Application,
        food_operation_licence.Application,
        general_deregistration.Application,
        licence_application.Application,
        licence_commitment.Application,
        licence_filing.Application,
        license_separation.Application,
        name_self_declaration.Application,
        registration_revocation.Application,
        serious_violation_list.Application,
        startup_part.Application,
    )
}

TASK_FORMS: dict[str, type[TaskForm]] = {
    form.code: form
    for form in (
        approval.Acceptance,
        approval.Review,
        approval.SiteCheck,
        approval.Decision,
        approval.ExtensionDecision,
        approval.Release,
        approval.Trouble,
        cluster_hosting.AddressOrder,
        cluster_hosting.MailCheck,
        cluster_hosting.Recheck,
        credit_lists.ListingDecision,
        credit_lists.Statement,
        credit_lists.Verification,
        credit_repair.Revocation,
        licence_commitment.CommitmentFailed,
        licence_item.DepartmentAnswer,
        license_separation.TermSettled,
        name_self_declaration.Examination,
        name_self_declaration.Cancellation,
        serious_violation_list.Annulment,
        serious_violation_list.Consent,
        serious_violation_list.Hearing,
        serious_violation_list.Reply,
        objections.ObjectionHandling,
        registration_revocation.Investigation,
        registration_revocation.RevocationDecision,
        startup_part.PartFailed,
        tolerance.OverdueDecision,
        tolerance.SupplementCheck,
    )
}
