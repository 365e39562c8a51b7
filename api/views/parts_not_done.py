"""A part of an opening that was not done, told to its applicant: what, at which office, why, and what to do now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from api.i18n import gettext as _
from api.views import words
from api.views.openings import PartLine
from forms.startup_part import PartFailed
from law.offices import Office
from law.startup_parts import Standing


@dataclass(frozen=True)
class NotDone:
    """One part. `bureau` follows it: whom to ask here."""

    line: PartLine
    bureau: Office

    @property
    def part(self) -> str:
        return self.line.row.part.value

    @property
    def headline(self) -> str:
        return _("“%(part)s”没有办成") % {"part": self.line.name}

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Whose words, and the words as they were said: the office's own, then an officer's note where there is one."""
        refusal = self.line.refusal or (self.line.reason if self._open else "")
        note = "" if self._open else self.line.reason
        whose = _("%(office)s的理由") % {"office": self.line.office}
        said = [(whose, refusal), (_("工作人员的说明"), note)]
        return [(who, text) for who, text in said if text]

    @property
    def _open(self) -> bool:
        return self.line.standing is Standing.FAILED

    @property
    def mendable(self) -> list[str]:
        """What may be set right before it is sent again."""
        fields = PartFailed.model_fields
        return [words.label_of(fields[fact]) for fact in self.line.row.facts]

    @property
    def mendable_now(self) -> list[str]:
        """The same while it can still be sent again."""
        return self.mendable if self._open else []

    @property
    def steps(self) -> list[str]:
        """What to do now, one sentence each."""
        told = {
            "office": self.line.office,
            "bureau": self.bureau.name,
            "phone": self.bureau.phone,
            "hours": self.bureau.hours,
            "facts": _("、").join(self.mendable),
        }
        if not self._open:
            return [
                _("请带上营业执照，自行到%(office)s办理；对理由有疑问的，向%(office)s咨询。")
                % told,
                _("不知道找谁的，问%(bureau)s，电话 %(phone)s（%(hours)s）。") % told,
            ]
        return [
            _("填写有误的，在这一项的办件页面更正后再次提交。可以更正：%(facts)s。") % told,
            _(
                "填写没有错的，先向%(office)s问清理由；理由消除后告诉%(bureau)s，电话 %(phone)s（%(hours)s），由工作人员再次提交。"
            )
            % told,
            _("不想在这里办的，撤回这一项，自行到%(office)s办理。") % told,
        ]

    def to_json(self) -> dict[str, Any]:
        return {
            "part": self.part,
            "headline": self.headline,
            "reasons": [{"by": who, "text": text} for who, text in self.reasons],
            "steps": self.steps,
            "mendable": self.mendable_now,
        }


def not_done_of(lines: Iterable[PartLine], bureau: Office) -> list[NotDone]:
    """Those of an opening, in its order."""
    return [NotDone(line, bureau) for line in lines if line.standing.not_done]
