"""特种设备定期检验 (特种设备安全法 40): a device's inspection, again and again."""

from forms.base import Section
from forms.obligations import DeviceDuty


class Application(DeviceDuty):
    code = "se_periodic_inspection.application"
    title = "特种设备定期检验"
    title_en = "Periodic inspection of special equipment"
    sections = (
        Section(
            "subject", "设备和单位", "Device and unit", ("device_code", "uscc", "name", "place")
        ),
        Section("term", "期限", "Term", ("since", "due_on")),
    )
