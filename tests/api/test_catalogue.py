"""The English catalogue holds every text the product says, and nothing that it no longer says."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api import i18n
from api.form_fields import fields_of
from domain import refusal_words
from domain.photos import PHOTO_UNKNOWN
from domain.refusals import MESSAGES
from domain.roles import Role
from forms.objections import NO_AMOUNT, NO_STANDING, UNREASONED
from forms.officer_certificates import CertificateRevocation, NewCertificate
from forms.registry import APPLICATIONS, TASK_FORMS
from forms.suspension import ONE_LENGTH
from law import catalogue, licence_items, liquidation, sod
from law.calendars import default_calendars
from law.clock_types import UNREAD, Ground
from law.clocks import find_clock
from law.cluster_registration import ADDRESS_CLOCK
from law.offices import OFFICES
from law.simple_deregistration import GROUNDS
from storage import uploads
from workflows import accident_follow_up, accident_reporting, licence_commitment
from workflows.hazard_checks import SOD_RECHECK
from workflows.kernel.suspensions import FAR_END, FUTURE_END, FUTURE_START, PAST_END
from workflows.registry import PROCEDURES

ROOT = Path(__file__).parents[2]
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
# What a trace says of the days at its ends.
TRACE = (
    "起算事件当日不计入",
    "届满日或事件日不计入,向前倒算",
    "期末为休息日,顺延至首个工作日",
    "按日历日连续计算",
    "按月计算,止于对应日",
    "按年计算,止于对应日",
    "按小时连续计算,夜间和节假日不停",
    "法律规定的固定日期,不顺延",
)
# A rule tells its message when it is broken: each is broken once here, to be read.
SOD_MESSAGES = {
    rule: violation.message
    for rule, one, other in (
        ("SOD-1", "acceptor", "approver"),
        ("SOD-1R", "reviewer", "approver"),
        ("SOD-7", "reviewer", "hearing_officer"),
        ("SOD-8", "legal_reviewer", "investigator"),
        ("SOD-11", "extension_asker", "extension_approver"),
        ("SOD-11C", "cancellation_asker", "cancellation_approver"),
        ("SOD-16", "assigner", "replacement_approver"),
    )
    if (violation := sod.check([rule], [sod.Taken(one, "x")], other, "x")) is not None
}
# What a day or an instant of an accident may not lie before, or after.
ACCIDENTS_INSTANTS = (
    accident_reporting.HAPPENED,
    accident_reporting.TOLD,
    accident_reporting.HEAD_KNEW,
    accident_reporting.UNIT_TOLD,
    accident_follow_up.HANDED,
    accident_follow_up.PENALTY_BEGUN,
)
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2), "counted": None}


def said() -> dict[str, str]:
    """Message id → where it is said."""
    found = in_code(KEYWORDS)
    found |= dict.fromkeys(MESSAGES.values(), "domain/refusals.py")
    found |= dict.fromkeys(refusal_words.SENTENCES, "domain/refusal_words.py")
    found |= {role.label.zh: "domain/roles.py" for role in Role}
    found |= declared()
    return found


def in_code(keywords: dict[str, Any]) -> dict[str, str]:
    """What modules and templates pass to these functions."""
    options = {
        "templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    }
    extracted = extract_from_dir(
        ROOT / "api", METHODS, options_map=options, keywords=keywords, strip_comment_tags=True
    )
    return {
        one: f"api/{filename}:{line}"
        for filename, line, message, _comments, _context in extracted
        for one in (message if isinstance(message, tuple) else (message,))
    }


def declared() -> dict[str, str]:
    """What procedures, clocks and calendars declare in Chinese and pages show: stages' work, conditions, names,
    deficiencies, and why a day counts or does not."""
    found = {}
    for workflow in PROCEDURES.values():
        for table in workflow.tables.values():
            where = f"the table of {table.procedure}"
            found |= {stage.doing: where for stage in table.stages if stage.doing}
            found |= {move.when: where for move in table.transitions if move.when}
    for row in catalogue.procedures():
        found |= dict.fromkeys(in_row(row), f"law/data/catalogue/{row.procedure}.yaml")
        bulk = row.bulk.clock if row.bulk else None
        for clock_id in filter(None, (*row.clocks.model_dump().values(), bulk)):
            found |= of_clock(clock_id)
    for edition in licence_items.EDITIONS.values():
        for item in edition.items:
            for clock_id in filter(None, (item.clocks.decision, item.clocks.verification)):
                found |= of_clock(clock_id)
    found |= of_clock(licence_commitment.RECTIFICATION) | of_clock(ADDRESS_CLOCK)
    for rule, message in SOD_MESSAGES.items():
        found |= {message: rule, message.partition("：")[0]: rule}
    found[sod.SIGNER_MISSING] = "law/sod.py"
    equipment = (*(f"Q{n:02}" for n in range(6, 15)), "O01", "O02")
    for clock_id in ("D17", "D18", "D18c", *equipment):
        found |= of_clock(clock_id)
    for way in liquidation.WAYS.values():
        found[way.name] = "law/liquidation.py"
        for clock_id in way.clocks:
            found |= of_clock(clock_id)
    found |= {ground.title: "law/simple_deregistration.py" for ground in GROUNDS}
    found |= {ground.label: "law/clock_types.py" for ground in Ground}
    found |= {f"停止计算:{ground.label}": "law/trace.py" for ground in Ground}
    found |= dict.fromkeys((UNREAD, ONE_LENGTH), "forms/suspension.py")
    found |= dict.fromkeys((UNREASONED, NO_STANDING, NO_AMOUNT), "forms/objections.py")
    found |= dict.fromkeys(
        (FUTURE_START, PAST_END, FAR_END, FUTURE_END), "workflows/kernel/suspensions.py"
    )
    found |= dict.fromkeys(uploads.MESSAGES.values(), "storage/uploads.py")
    found |= {PHOTO_UNKNOWN: "domain/photos.py", SOD_RECHECK: "workflows/hazard_checks.py"}
    found |= {office.hours: "law/offices.py" for office in OFFICES.values()}
    found |= dict.fromkeys(ACCIDENTS_INSTANTS, "workflows/accident_reporting.py")
    calendars = default_calendars()
    for year in (2025, 2026):
        for n in range(365):
            reason = calendars.day(date(year, 1, 1) + timedelta(n)).reason_zh
            found[reason] = "law/data/calendars"
    return found | hints() | dict.fromkeys(TRACE, "law/trace.py")


def in_row(row: catalogue.Procedure) -> list[str]:
    """Deficiencies, who provides what, and what the item's guide says; nobody reads the guide of what nobody applies for."""
    guide = row.guide.sentences if not row.opened_by else (row.guide.promised, row.guide.remedy)
    return [g.label for g in row.gaps] + [m.provided_by for m in row.materials] + [*guide]


def of_clock(clock_id: str) -> dict[str, str]:
    clock = find_clock(clock_id)
    texts = [clock.name, *([clock.extension.label] if clock.extension is not None else [])]
    texts += [clock.trigger_name, clock.binds_name, clock.effect.label]
    texts += [ground.label for ground in clock.suspension]
    return dict.fromkeys(texts, "law/data/clocks.yaml")


def hints() -> dict[str, str]:
    """What forms and materials say beside a field: read from the declarations, as pages do."""
    found = {}
    for row in catalogue.procedures():
        found |= {
            m.hint: f"law/data/catalogue/{row.procedure}.yaml" for m in row.materials if m.hint
        }
    beside = (NewCertificate, CertificateRevocation)
    for form in (*APPLICATIONS.values(), *TASK_FORMS.values(), *beside):
        specs = list(fields_of(form).values())
        specs += [inner for spec in specs for inner in spec.item]
        found |= {spec.hint: f"the form {form.code}" for spec in specs if spec.hint}
    return found


def english() -> Catalog:
    path = i18n.LOCALE_DIR / "en" / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale="en")


def message_id(message: Message) -> str:
    """What a text is known by; one that is counted is its own plural."""
    return str(message.id[0] if isinstance(message.id, tuple) else message.id)


def strings(message: Message) -> tuple[str, ...]:
    """Its translation, or translations for one and for many."""
    found = message.string
    return tuple(found) if isinstance(found, tuple | list) else (str(found),)


def test_every_text_has_its_translation() -> None:
    translated = {message_id(m): m.string for m in english() if m.id and all(strings(m))}
    missing = {text: where for text, where in said().items() if not translated.get(text)}
    assert missing == {}


def test_nothing_is_left_over_and_nothing_is_fuzzy() -> None:
    texts = said()
    catalogue = [m for m in english() if m.id]
    assert [m.id for m in catalogue if message_id(m) not in texts] == []
    assert [m.id for m in catalogue if m.fuzzy] == []


def test_placeholders_are_the_same_in_both() -> None:
    wrong = [str(e) for m, errors in english().check() for e in errors]
    assert wrong == []
    for message in english():
        if message.id:
            named = named_in(message_id(message))
            assert all(named_in(text) == named for text in strings(message)), message.id


def named_in(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]}


def test_what_is_counted_is_never_said_without_its_number() -> None:
    plural = {message_id(m) for m in english() if isinstance(m.id, tuple)}
    assert plural
    assert plural & set(in_code({"_": None, "gettext": None})) == set()


@pytest.mark.parametrize(("n", "said"), [(1, "1 day left"), (2, "2 days left"), (0, "0 days left")])
def test_one_is_counted_as_one(n: int, said: str) -> None:
    assert i18n.counted("还剩 %(n)s 天", n) == f"还剩 {n} 天"
    i18n.use("en")
    try:
        assert i18n.counted("还剩 %(n)s 天", n) == said
    finally:
        i18n.use(i18n.DEFAULT)


@pytest.mark.parametrize(
    ("given", "language"),
    [("en", "en"), ("zh-CN", "zh-CN"), ("fr", None), ("", None), (None, None)],
)
def test_only_our_two_languages(given: str | None, language: str | None) -> None:
    assert i18n.language_of(given) == language
