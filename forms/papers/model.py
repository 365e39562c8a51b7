"""Every paper of the registration and licensing procedures, by its kind (law.md §2.0).

The default articles are those the statute itself gives for the paper; an item with rules of its own
passes its `basis` from the catalogue.
"""

from typing import Final

from forms.papers.base import Paper
from forms.papers.certificates import ArchiveCatalogue, BusinessLicence, Licence
from forms.papers.decisions import (
    ChangeNotice,
    LicensingGrant,
    LicensingRefusal,
    RegistrationNotice,
    RegistrationRefusal,
)
from forms.papers.letters import OfficeLetter
from forms.papers.licences import LicenceItemsTold
from forms.papers.names import NameCancellation, NameRefusal, NameReservation
from forms.papers.notices import (
    AcceptanceNotice,
    ApplicationPaper,
    DeficiencyNotice,
    ExtensionNotice,
    MaterialsReceipt,
    NonAcceptanceNotice,
    RenewalDeemed,
)
from forms.papers.revocation import RevocationNotice, RevocationRefusal
from forms.papers.suspensions import ResumptionNotice, SuspensionNotice
from forms.papers.tolerance import (
    OverrunNotice,
    SupplementCommitment,
    SupplementReceipt,
    ToleranceNotice,
)

PAPERS: Final[dict[str, type[Paper]]] = {
    paper.kind: paper
    for paper in (
        ApplicationPaper,
        MaterialsReceipt,
        AcceptanceNotice,
        NonAcceptanceNotice,
        DeficiencyNotice,
        ExtensionNotice,
        RenewalDeemed,
        SuspensionNotice,
        ResumptionNotice,
        RegistrationNotice,
        ChangeNotice,
        RegistrationRefusal,
        LicensingGrant,
        LicensingRefusal,
        BusinessLicence,
        Licence,
        NameReservation,
        NameRefusal,
        NameCancellation,
        LicenceItemsTold,
        ToleranceNotice,
        SupplementCommitment,
        SupplementReceipt,
        OverrunNotice,
        RevocationNotice,
        RevocationRefusal,
        OfficeLetter,
        ArchiveCatalogue,
    )
}
"""Every paper by its kind; the kind is what a case records and what a scenario expects."""
