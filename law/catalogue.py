"""The catalogue of procedures (事项目录): what varies between procedures, as dated, versioned data.

One YAML file a procedure in `law/data/catalogue/`, each holding all its versions; a case pins the
version it was opened under. Broken rows fail at import, so at start-up.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from law.strict_yaml import load_yaml


class CatalogueError(Exception):
    """A catalogue file is broken; the message names file and field."""


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Material(Row):
    """A document the applicant hands in. `tolerable` = may follow after acceptance (容缺); with `shared_data` only where
    the acceptor has found in the data that departments share what it would prove.

    `when`: it belongs to these choices of the form only (`ApplicationForm.chosen`); empty = to every application.
    """

    code: str
    label: str
    label_en: str
    required: bool = True
    tolerable: bool = False
    shared_data: bool = False
    hint: str = ""
    provided_by: str = "申请人"
    article: str
    when: tuple[str, ...] = ()

    @property
    def always(self) -> bool:
        """Required of every application."""
        return self.required and not self.when

    def applies(self, chosen: Collection[str]) -> bool:
        """Whether an application with these choices may hand it in."""
        return not self.when or not set(self.when).isdisjoint(chosen)


class Gap(Row):
    """A deficiency that a clerk can pick in the one-time notice, with the text to send."""

    code: str
    part: str
    label: str
    advice: str
    article: str


class Clocks(Row):
    """Which clock of law bounds which part of the procedure; None where the law sets none.

    `reservation` and `reservation_preapproved` are a declaration's: how long the thing declared is kept, and how long
    where an approval comes first. `notice` bounds a public notice, `push` what departments may say where there is none;
    `window` and `grace` are how long one may apply after it. Which reading of the grace holds is the row's choice.
    """

    reservation: str | None = None
    reservation_preapproved: str | None = None
    acceptance: str | None = None
    decision: str | None = None
    site_check: str | None = None
    issue: str | None = None
    publication: str | None = None
    notice: str | None = None
    push: str | None = None
    window: str | None = None
    grace: str | None = None


class Numbering(Row):
    """`word` is the series' word in 曾市监〔2026〕登设字第000123号."""

    word: str
    licence_word: str = ""


class Quota(Row):
    """How many things one person may have on hold at a time; a policy of the bureau where no law says it."""

    most: int = Field(ge=1)
    basis: str


class Obligation(Row):
    """A duty that returns (周期性义务): the system opens its case, when the day has come.

    `clock` bounds the term, `request_clock` (counted back from its end) by when the thing is to be asked for. The case opens
    `opens_days` calendar days before that: this bureau's choice. `overdue`: `prohibit` = the device must not be used, and a
    hazard is opened; `pursue` = an officer sees to it that it is done.
    """

    subject: Literal["device", "unit"]
    clock: str
    request_clock: str | None = None
    opens_days: int = Field(ge=0, le=366)
    overdue: Literal["prohibit", "pursue"]


class Bulk(Row):
    """A longer term for an application of many things: `clock` decides where it is about more than `over` of them, or where
    the form says that it is of such a kind by itself. `over` counts things, never days; `basis` is where both come from.
    """

    over: int = Field(ge=1)
    clock: str
    basis: str


class Guide(Row):
    """What an item guide (办事指南) must say (行政许可法 art. 30)."""

    lede: str
    conditions: tuple[str, ...]
    bars: tuple[str, ...] = ()
    basis: str
    fee: str = "不收费"
    promised: str
    result: str
    remedy: str = (
        "不服决定的，可以自知道之日起60日内申请行政复议，或者自知道之日起6个月内提起行政诉讼。"
    )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a page says in the reader's language; what the law is called stays as it is."""
        parts = (self.lede, *self.conditions, *self.bars, self.fee, self.promised, self.result)
        return (*parts, self.remedy)


Kind = Literal["registration", "licence", "declaration", "coordination", "supervision"]


class Procedure(Row):
    """One version of one procedure.

    `kind`: registration (登记) and licence (许可) end in a decision; of a declaration (自主申报) the system takes note,
    and nobody approves it; of a coordination (协同办理) other departments decide each part: the bureau passes on, watches the
    term (`clocks.decision` is the general one, a part's own comes from its licence item) and tells what came of it. What
    another procedure opens may have no term of law at all. Supervision (监管) is what the bureau notes of an enterprise's credit
    and takes back: its `clocks.decision`, where the law sets one, runs from acceptance.

    `ex_officio`: an officer opens it (依职权立项), in the role `roles.proposal`; nobody applies for it. `higher_consent`: the
    next higher level consents before the decision.

    `obligation`: a duty that returns; the system opens its case on its day (`law.obligations`).

    `opened_by` names the procedures that alone open it as a related case: nobody applies for it. `follow_ups` are opened
    when it has ended well. `listed_with` is the kind beside which people find it, `listed_at` where among those: small
    numbers first, in the order in which an enterprise needs them.
    """

    procedure: str
    version: str
    valid_from: str
    title: str
    title_en: str
    kind: Kind
    workflow: str
    application: str
    basis: str
    numbering: Numbering
    clocks: Clocks
    sod: tuple[str, ...]
    single_officer: bool = False
    deemed_acceptance: bool = False
    site_check: bool = False
    conditional_licence: bool = False
    tolerance: bool = False
    roles: Mapping[str, str]
    materials: tuple[Material, ...]
    gaps: tuple[Gap, ...]
    papers: Mapping[str, str]
    licence_valid_clock: str | None = None
    quota: Quota | None = None
    two_terms: bool = False
    bulk: Bulk | None = None
    opened_by: tuple[str, ...] = ()
    ex_officio: bool = False
    higher_consent: bool = False
    obligation: Obligation | None = None
    follow_ups: tuple[str, ...] = ()
    listed_with: Kind | None = None
    listed_at: int = 100
    guide: Guide

    @model_validator(mode="after")
    def _bounded(self) -> "Procedure":
        """A declaration is kept for a time; everything else is decided within one."""
        own = self.clocks.reservation, self.clocks.reservation_preapproved
        if self.kind == "declaration":
            if None in own or self.quota is None:
                raise ValueError("a declaration names its two reservation clocks and its quota")
        elif (
            (self.clocks.decision is None and not self.opened_by and self.kind != "supervision")
            or any(own)
            or self.quota is not None
        ):
            raise ValueError("clocks.decision is missing, or a declaration's fields are given")
        return self

    @model_validator(mode="after")
    def _accepted_within_a_term(self) -> "Procedure":
        if self.two_terms and (self.kind != "registration" or self.clocks.acceptance is None):
            raise ValueError("two_terms is of a registration, which names clocks.acceptance")
        return self

    @model_validator(mode="after")
    def _proposed(self) -> "Procedure":
        if self.ex_officio and ("proposal" not in self.roles or self.opened_by):
            raise ValueError("what an officer opens names roles.proposal, and no other opener")
        return self

    @property
    def applied_for(self) -> bool:
        """Whether anybody can apply for it; the others are opened by a case, by an officer, or by the day."""
        return not self.opened_by and not self.ex_officio and self.obligation is None

    @property
    def accepted_first(self) -> bool:
        """Whether acceptance has a term of its own and the decision's runs from it: of every licence, and of a registration
        whose row says so (使用登记); of other registrations one term covers both (登记管理条例 19)."""
        return self.kind == "licence" or self.two_terms

    @property
    def has_term(self) -> bool:
        """Whether the law sets a term for the decision, or for how long a thing is kept."""
        return bool(self.clocks.decision or self.clocks.reservation)

    @property
    def leading_clock(self) -> str:
        """The clock people ask for first: the decision's, of a declaration the reservation's."""
        found = self.clocks.decision or self.clocks.reservation
        assert found is not None, "the row was checked"
        return found

    @property
    def shelf(self) -> Kind:
        """The kind beside which people find it: a coordination mostly leads to licences."""
        return self.listed_with or ("licence" if self.kind == "coordination" else self.kind)

    @model_validator(mode="after")
    def _parts_known(self) -> "Procedure":
        parts = {m.code for m in self.materials} | {"form"}
        unknown = {g.part for g in self.gaps} - parts
        if unknown:
            raise ValueError(f"gaps name unknown materials: {sorted(unknown)}")
        return self

    @property
    def deemed(self) -> bool:
        """Whether silence accepts (行政许可法 32(4)); never for a registration (law.md §3.10)."""
        return self.deemed_acceptance and self.kind == "licence"


def load(folder: Path) -> dict[tuple[str, str], Procedure]:
    """Every version of every procedure. Raises CatalogueError on the first broken file."""
    found: dict[tuple[str, str], Procedure] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            for row in load_yaml(path)["versions"]:
                procedure = Procedure.model_validate(row)
                if procedure.procedure != path.stem:
                    raise ValueError(f"procedure {procedure.procedure} in a file of another stem")
                found[(procedure.procedure, procedure.version)] = procedure
        except (ValueError, KeyError, TypeError, yaml.YAMLError) as broken:
            raise CatalogueError(f"{path.name}: {broken}") from broken
    return found


_ALL = load(Path(__file__).parent / "data" / "catalogue")
_SHIPPED = frozenset(stem for stem, _ in _ALL)


def procedure(stem: str, version: str | None = None, *, on: date | None = None) -> Procedure:
    """A procedure's row: the pinned version, or the newest; with `on` the newest that applies from that day or before.

    Raises KeyError when there is none.
    """
    if version is not None:
        return _ALL[(stem, version)]
    versions = [
        p
        for (s, _), p in _ALL.items()
        if s == stem and (on is None or date.fromisoformat(p.valid_from) <= on)
    ]
    if not versions:
        raise KeyError(stem)
    return max(versions, key=lambda p: tuple(int(n) for n in p.version.split(".")))


def procedures() -> list[Procedure]:
    """The newest version of every shipped procedure, by stem."""
    return [procedure(stem) for stem in sorted(_SHIPPED)]


def offered(on: date) -> list[Procedure]:
    """What people can apply for on the day: of each procedure the version that applies then."""
    return [row for row in _on(on) if row.applied_for]


def ex_officio(on: date) -> list[Procedure]:
    """What an officer can open on the day."""
    return [row for row in _on(on) if row.ex_officio]


def _on(day: date) -> list[Procedure]:
    found = []
    for stem in sorted(_SHIPPED):
        with suppress(KeyError):
            found.append(procedure(stem, on=day))
    return found


def obligations(subject: str | None = None) -> list[Procedure]:
    """The newest row of every shipped duty that returns; with `subject` (device, unit) only those of such a subject."""
    return [
        row
        for row in map(procedure, sorted(_SHIPPED))
        if row.obligation is not None and subject in (None, row.obligation.subject)
    ]


def add(row: Procedure) -> None:
    """Register a procedure that is not shipped: an installation's own, a bench's or a test's."""
    _ALL[(row.procedure, row.version)] = row
