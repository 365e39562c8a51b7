"""特种设备事故应急救援预案: filed and revised every year (this bureau's own term)."""

from forms.base import Section
from forms.obligations import Duty


class Application(Duty):
    code = "se_emergency_plan.application"
    title = "特种设备事故应急救援预案"
    title_en = "Emergency plan for special equipment"
    sections = (
        Section("subject", "单位", "Unit", ("uscc", "name")),
        Section("term", "期限", "Term", ("since", "due_on")),
    )
