"""Who may act: the roles of a bureau, named as statutes and posts name them.

A role says what kind of act a person may do; which person may do it in a given case is decided by the
separation-of-duties rules (SOD-1 to SOD-16), never by the role alone.
"""

from enum import StrEnum
from typing import NamedTuple


class RoleLabel(NamedTuple):
    """A role's name for people."""

    zh: str
    en: str


class Role(StrEnum):
    """A post in or before the bureau. One person may hold several."""

    APPLICANT = "applicant"
    ACCEPTOR = "acceptor"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    WINDOW_HEAD = "window_head"
    SECTION_HEAD = "section_head"
    REGISTRY_HEAD = "registry_head"
    BUREAU_HEAD = "bureau_head"
    INSPECTOR = "inspector"
    ARCHIVIST = "archivist"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def label(self) -> RoleLabel:
        """The post's name in Chinese (the law's term where it has one) and in English."""
        return LABELS[self]

    @property
    def staff(self) -> bool:
        """Whether the role belongs to the bureau: shorter sign-in limits, own desk."""
        return self is not Role.APPLICANT


LABELS: dict[Role, RoleLabel] = {
    Role.APPLICANT: RoleLabel("申请人", "Applicant"),
    Role.ACCEPTOR: RoleLabel("受理员", "Acceptor"),
    Role.REVIEWER: RoleLabel("审查员", "Reviewer"),
    Role.APPROVER: RoleLabel("核准人", "Approver"),
    Role.WINDOW_HEAD: RoleLabel("窗口负责人", "Head of the service window"),
    Role.SECTION_HEAD: RoleLabel("股室负责人", "Head of section"),
    Role.REGISTRY_HEAD: RoleLabel("登记机关负责人", "Head of the registration authority"),
    Role.BUREAU_HEAD: RoleLabel("局负责人", "Head of the bureau"),
    Role.INSPECTOR: RoleLabel("执法人员", "Enforcement officer"),
    Role.ARCHIVIST: RoleLabel("档案员", "Archivist"),
    Role.SUPERVISOR: RoleLabel("督办", "Supervisor"),
    Role.AUDITOR: RoleLabel("审计员", "Auditor"),
    Role.ADMIN: RoleLabel("系统管理员", "Administrator"),
}

HEADS: frozenset[str] = frozenset(
    {Role.WINDOW_HEAD, Role.SECTION_HEAD, Role.REGISTRY_HEAD, Role.BUREAU_HEAD}
)
"""Who answers for others' work: hands tasks over, takes them back, explains an overrun."""

WATCHING: tuple[Role, ...] = (
    Role.SUPERVISOR,
    Role.WINDOW_HEAD,
    Role.SECTION_HEAD,
    Role.REGISTRY_HEAD,
    Role.BUREAU_HEAD,
    Role.AUDITOR,
    Role.ADMIN,
)
"""Who reads the board of lights and the inspector: every case of the office, whoever holds its step."""

STAFF: frozenset[Role] = frozenset(role for role in Role if role.staff)
