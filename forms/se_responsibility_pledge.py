"""特种设备安全工作目标管理责任书: signed and assessed every year (this bureau's own duty)."""

from forms.base import Section
from forms.obligations import Duty


class Application(Duty):
    code = "se_responsibility_pledge.application"
    title = "特种设备安全目标管理责任书"
    title_en = "Pledge of responsibility for special equipment"
    sections = (
        Section("subject", "单位", "Unit", ("uscc", "name")),
        Section("term", "期限", "Term", ("since", "due_on")),
    )
