"""Answers about cases beside a case: licence items of a separation, parts of an opening."""

from pydantic import AwareDatetime

from api.views.shapes import Shape


class LicenceStanding(Shape):
    """How a licence item of an enterprise stands, and whether it may trade in it now. `doubts`: what is 待核.

    `application_url`: the application that was laid out for the owner to complete and hand in.
    """

    item: str
    name: str
    department: str
    mode: str
    terms: list[str]
    standing: str
    standing_text: str
    may_trade: bool
    trade_from: str
    advice: str
    number: str
    reason: str
    since: AwareDatetime
    case_number: str | None
    application_url: str | None
    doubts: list[str]


class UnsettledTerm(Shape):
    """A term of the business scope that nobody knows: `open` until an officer settles it, `dropped` where the separation was withdrawn before."""

    text: str
    instruction: str
    state: str


class RelatedCase(Shape):
    """A case that this one opened, or (`parent`) that opened it."""

    parent: bool
    item: str
    number: str
    procedure: str
    procedure_title: str
    stage: str
    stage_label: str
    state: str
    outcome: str
    page_url: str


class StartupPartStanding(Shape):
    """How one part of an opening stands (企业开办“一次办”)."""

    part: str
    name: str
    office: str
    standing: str
    standing_text: str
    number: str
    reason: str
    since: AwareDatetime
    case_number: str | None


class ReasonGiven(Shape):
    """Why not, as it was said; `by`: who said it."""

    by: str
    text: str


class PartNotDone(Shape):
    """A part that was not done: why, and what the applicant does now. The licence stays valid.

    `mendable`: what may be set right before it is sent again; empty once it is given up here.
    """

    part: str
    headline: str
    reasons: list[ReasonGiven]
    steps: list[str]
    mendable: list[str]


class OpeningFigure(Shape):
    """Office hours from acceptance to licence against the plan's 1.5 days; the applicant's part of them apart."""

    accepted_at: AwareDatetime
    issued_at: AwareDatetime
    hours: float
    waiting_hours: float
    days: float
    meets_target: bool
    text: str


class FigureSoFar(Shape):
    """The same of a registration that has no licence yet, up to now; it may still miss the target."""

    hours: float
    waiting_hours: float
    days: float
    handling_days: float
    meets_target: bool


class HostedEnterprise(Shape):
    """An enterprise at a host's address (集群注册); `standing` is the stage of its hosting's case.

    `known`: the host's case has taken it into its register, so that it can be reported; false for the moment in which it
    joins, and once it has left.
    """

    name: str
    uscc: str
    standing: str
    standing_text: str
    known: bool


class RelatedCases(Shape):
    """`licences` and `unsettled_terms`: of a separation of licences only; `parts` and `opening_time`: of an opening only.

    `not_done`: of an opening, and of the case of a part that was not done. `opening_time_so_far`: of an accepted registration
    and its opening, until the licence is issued. `hosted`: of a host.
    """

    items: list[RelatedCase]
    licences: list[LicenceStanding]
    unsettled_terms: list[UnsettledTerm]
    parts: list[StartupPartStanding]
    not_done: list[PartNotDone]
    opening_time: OpeningFigure | None
    opening_time_so_far: FigureSoFar | None
    hosted: list[HostedEnterprise]
