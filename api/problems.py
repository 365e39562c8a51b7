"""Every refusal the HTTP surface can give: one catalogue of stable codes, as RFC 9457 problem details.

A code is the branch a client takes and the page that explains it (`/problems/{code}`); its text may be rewritten,
the code never. Refusals of a case keep their own value as code (`domain.refusals`).
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from api.i18n import mark
from api.refusal_texts import told
from domain.refusals import MESSAGES, Refusal, Refused


class ProblemType(NamedTuple):
    """One kind of problem: HTTP status, what happened, what to do (Chinese message ids)."""

    status: HTTPStatus
    title: str
    advice: str


class FieldError(NamedTuple):
    """What is wrong with one value.

    Attributes:
        pointer: JSON Pointer into the body, or "" where `parameter` says which one.
        parameter: name of a query, path or header parameter, or "".
    """

    message: str
    pointer: str = ""
    parameter: str = ""


GENERAL: Final[dict[str, ProblemType]] = {
    "bad_request": ProblemType(
        HTTPStatus.BAD_REQUEST, mark("请求有误"), mark("请检查请求的写法后重试。")
    ),
    "malformed_body": ProblemType(
        HTTPStatus.BAD_REQUEST,
        mark("请求内容无法解析"),
        mark("请发送有效的 UTF-8 编码 JSON 或表单，嵌套不超过 32 层。"),
    ),
    "invalid_encoding": ProblemType(
        HTTPStatus.BAD_REQUEST, mark("字符编码有误"), mark("请使用 UTF-8 编码。")
    ),
    "unknown_query_parameter": ProblemType(
        HTTPStatus.BAD_REQUEST, mark("有未知的查询参数"), mark("请去掉接口说明中没有的参数。")
    ),
    "unknown_host": ProblemType(
        HTTPStatus.BAD_REQUEST, mark("域名不属于本系统"), mark("请使用办件系统公布的网址。")
    ),
    "https_required": ProblemType(
        HTTPStatus.BAD_REQUEST, mark("必须使用加密连接"), mark("请用 https 开头的网址访问。")
    ),
    "sign_in_required": ProblemType(
        HTTPStatus.UNAUTHORIZED, mark("需要登录"), mark("请登录后再操作；已保存的草稿不会丢失。")
    ),
    "wrong_credentials": ProblemType(
        HTTPStatus.UNAUTHORIZED,
        mark("登录名或密码不正确"),
        mark("请核对登录名和密码；忘记密码的，请持身份证件到窗口办理重置。"),
    ),
    "forged_request": ProblemType(
        HTTPStatus.FORBIDDEN,
        mark("无法确认操作来自本页面"),
        mark("请回到原页面刷新后重新提交；内容没有被保存或改动。"),
    ),
    "password_change_required": ProblemType(
        HTTPStatus.FORBIDDEN,
        mark("请先更改一次性密码"),
        mark("一次性密码只能用来登录一次。请用浏览器登录，在“我的账户”里换成自己的密码。"),
    ),
    "not_permitted": ProblemType(
        HTTPStatus.FORBIDDEN,
        mark("您的岗位不能进行这项操作"),
        mark("需要办理的，请联系股室负责人调整岗位。"),
    ),
    "not_found": ProblemType(
        HTTPStatus.NOT_FOUND,
        mark("没有找到"),
        mark("这个地址没有内容，可能已经移动，也可能不对您开放。请检查地址。"),
    ),
    "method_not_allowed": ProblemType(
        HTTPStatus.METHOD_NOT_ALLOWED, mark("不支持这种请求方式"), mark("请按接口说明操作。")
    ),
    "conflict": ProblemType(
        HTTPStatus.CONFLICT,
        mark("情况已经变化"),
        mark("在您操作之前，内容已被更新。请刷新页面，看过最新情况再操作。"),
    ),
    "request_in_progress": ProblemType(
        HTTPStatus.CONFLICT,
        mark("同一请求正在处理"),
        mark("请稍后用同一幂等键查询结果，不用重新填写。"),
    ),
    "gone": ProblemType(HTTPStatus.GONE, mark("链接已失效"), mark("请从“我的办件”重新进入。")),
    "stale": ProblemType(
        HTTPStatus.PRECONDITION_FAILED,
        mark("您看到的不是最新内容"),
        mark("请取得最新版本（ETag）后再修改。"),
    ),
    "too_large": ProblemType(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        mark("内容太大"),
        mark("文字内容不超过 1 MB，单个文件不超过 10 MB；请压缩或分成几个文件。"),
    ),
    "unsupported_media_type": ProblemType(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, mark("不支持这种内容格式"), mark("请发送 JSON。")
    ),
    "invalid_input": ProblemType(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        mark("填写内容有误"),
        mark("请按下面的提示改正后重新提交。"),
    ),
    "forbidden_characters": ProblemType(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        mark("含有不能使用的字符"),
        mark("请删除提示的位置上的空字符或残缺字符后重新提交。"),
    ),
    "idempotency_key_reused": ProblemType(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        mark("幂等键已用于另一个请求"),
        mark("内容不同的请求请换用新的幂等键。"),
    ),
    "precondition_required": ProblemType(
        HTTPStatus.PRECONDITION_REQUIRED,
        mark("缺少版本信息"),
        mark("修改时请在 If-Match 中带上取得内容时的 ETag。"),
    ),
    "too_many_requests": ProblemType(
        HTTPStatus.TOO_MANY_REQUESTS,
        mark("操作太频繁"),
        mark("请稍后再试；已提交的内容不受影响。"),
    ),
    "internal_error": ProblemType(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        mark("系统出错了"),
        mark("问题已经记录。请稍后重试；仍不成功的，请拨打 12345 并告知下面的请求编号。"),
    ),
    "unavailable": ProblemType(
        HTTPStatus.SERVICE_UNAVAILABLE,
        mark("系统暂时不可用"),
        mark("刚才的操作没有完成，请几分钟后重试。此前已取得收件凭证的，期限按收件时间计算，不受影响。"),
    ),
}  # fmt: skip

# A refusal that would tell a stranger that the thing exists answers as if it did not.
CONCEALED: Final = frozenset({Refusal.WRONG_OFFICE, Refusal.NO_SUCH_TASK})

REFUSAL_STATUS: Final[dict[Refusal, HTTPStatus]] = {
    Refusal.NOT_ACCEPTED_NOW: HTTPStatus.CONFLICT,
    Refusal.CASE_CLOSED: HTTPStatus.CONFLICT,
    Refusal.NO_SUCH_TASK: HTTPStatus.NOT_FOUND,
    Refusal.TASK_DONE: HTTPStatus.CONFLICT,
    Refusal.NOT_YOUR_TASK: HTTPStatus.CONFLICT,
    Refusal.CLAIM_LOST: HTTPStatus.CONFLICT,
    Refusal.WRONG_ROLE: HTTPStatus.FORBIDDEN,
    Refusal.WRONG_OFFICE: HTTPStatus.NOT_FOUND,
    Refusal.FORGED_ACTOR: HTTPStatus.FORBIDDEN,
    Refusal.SEPARATION_OF_DUTIES: HTTPStatus.FORBIDDEN,
    Refusal.OWN_CASE: HTTPStatus.FORBIDDEN,
    Refusal.INVALID_ANSWERS: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.NOTICE_ALREADY_GIVEN: HTTPStatus.CONFLICT,
    Refusal.EXTENSION_TOO_LATE: HTTPStatus.CONFLICT,
    Refusal.EXTENSION_NOT_POSSIBLE: HTTPStatus.CONFLICT,
    Refusal.CLOCK_PAUSED: HTTPStatus.CONFLICT,
    Refusal.CLOCK_NOT_SUSPENDABLE: HTTPStatus.CONFLICT,
    Refusal.GROUND_NOT_ALLOWED: HTTPStatus.CONFLICT,
    Refusal.SUSPENSION_TOO_LATE: HTTPStatus.CONFLICT,
    Refusal.ALREADY_SUSPENDED: HTTPStatus.CONFLICT,
    Refusal.NOT_SUSPENDED: HTTPStatus.CONFLICT,
    Refusal.GRANT_NOT_LAWFUL: HTTPStatus.CONFLICT,
    Refusal.CLOCK_NOT_DUE: HTTPStatus.CONFLICT,
    Refusal.CLOCK_CLOSED: HTTPStatus.CONFLICT,
    Refusal.TERM_OVER: HTTPStatus.CONFLICT,
    Refusal.TERM_RUNNING: HTTPStatus.CONFLICT,
    Refusal.NO_RULE_IN_FORCE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.UNKNOWN_CALLBACK: HTTPStatus.CONFLICT,
    Refusal.UNCHANGED_FILE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.MALFORMED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.NO_SUCH_NOTICE: HTTPStatus.NOT_FOUND,
    Refusal.NOTICE_OVER: HTTPStatus.CONFLICT,
    Refusal.NOTICE_TAKES_NONE: HTTPStatus.CONFLICT,
    Refusal.ALREADY_OBJECTED: HTTPStatus.CONFLICT,
    Refusal.OWN_NOTICE: HTTPStatus.CONFLICT,
    Refusal.CLAIMS_OPEN: HTTPStatus.CONFLICT,
    Refusal.NOT_REVIVABLE: HTTPStatus.CONFLICT,
    Refusal.NOT_TOLERABLE: HTTPStatus.CONFLICT,
    Refusal.NOTHING_OWED: HTTPStatus.CONFLICT,
    Refusal.ALREADY_APPLIED: HTTPStatus.CONFLICT,
    Refusal.NOT_CERTIFIED: HTTPStatus.FORBIDDEN,
}

# Where a framework error carries a status only.
CODE_OF_STATUS: Final[dict[int, str]] = {
    400: "bad_request",
    401: "sign_in_required",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    412: "stale",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    428: "precondition_required",
    429: "too_many_requests",
    503: "unavailable",
}


def problem_type(code: str) -> ProblemType:
    """The catalogue's entry; a refusal of a case reads its title from the domain.

    Raises:
        KeyError: no such code.
    """
    if code in GENERAL:
        return GENERAL[code]
    try:
        refusal = Refusal(code)
    except ValueError as error:
        raise KeyError(code) from error
    return ProblemType(REFUSAL_STATUS[refusal], MESSAGES[refusal], "")


class Problem(Exception):
    """A request that is not carried out, with everything its answer needs.

    Args:
        code: a code of the catalogue.
        detail: what is particular about this occurrence; people's language, never internals.
        errors: wrong values.
        retry_after: whole seconds until it makes sense to ask again.
        extra: further members of the answer, such as the current state on a conflict.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.code = code
        self.type = problem_type(code)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.extra = dict(extra or {})
        super().__init__(code)


def from_refusal(refused: Refused) -> Problem:
    """The one mapping from what a case refuses to what a client sees."""
    if refused.why in CONCEALED:
        return Problem("not_found")
    errors = [FieldError(told(text), pointer) for pointer, text in sorted(refused.errors.items())]
    detail = "" if refused.message == MESSAGES[refused.why] else refused.message
    return Problem(refused.why.value, told(detail), errors=errors)
