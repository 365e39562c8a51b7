"""特种设备事故应急演练: held every year (this bureau's own term)."""

from forms.base import Section
from forms.obligations import Duty


class Application(Duty):
    code = "se_emergency_drill.application"
    title = "特种设备事故应急演练"
    title_en = "Emergency drill for special equipment"
    sections = (
        Section("subject", "单位", "Unit", ("uscc", "name")),
        Section("term", "期限", "Term", ("since", "due_on")),
    )
