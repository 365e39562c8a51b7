"""What a case says of a clock or of a notice's end when it refuses an act: sentences with named parts.

The case says them in Chinese. Whoever shows them in another language finds the sentence and its parts again: the clock's
name has a translation, the article is cited as it stands.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

CLOCK_PAUSED: Final = "%(clock)s已停止计算（%(article)s），没有届满日可以延长。请先恢复计算。"
EXTENSION_FIXED: Final = "%(clock)s的延长期限由%(article)s规定，不能另定。"
EXTENSION_OPEN: Final = "%(clock)s延长多久由批准人确定（%(article)s），请写明延长多少%(unit)s。"
NOT_SUSPENDABLE: Final = "“%(clock)s”（%(article)s）没有可以中止计算的规定。"
ONLY_ON_GROUNDS: Final = "“%(clock)s”只能因下列事由中止计算（%(article)s）：%(grounds)s。"
ALREADY_SUSPENDED: Final = "“%(clock)s”已经因%(ground)s停止计算，尚未恢复（%(article)s）。"
NOT_SUSPENDED: Final = "“%(clock)s”没有因%(ground)s停止计算，不需要恢复（%(article)s）。"
DAYS_COUNTED: Final = "“%(clock)s”的日数已经数完，不能再中止计算（%(article)s）。"
BEFORE_START: Final = "“%(clock)s”从%(day)s起算，不能从更早的日子中止。"
BEFORE_GROUND: Final = "%(ground)s从%(day)s起停止计算，不能在这之前结束。"
ENDED_BY_THEN: Final = "照这样恢复，期限在%(day)s已经届满。请写实际告知恢复的日子。"
FROM_TODAY: Final = "“%(clock)s”的中止从办理的当天起算，不能倒填更早的日子（%(article)s）。请不写开始的日子，或者写今天。"
LATER_THAN_TOLD: Final = (
    "%(ground)s的时间已经书面告知到%(day)s。需要更久的，请写更晚的日子；已经结束的，请恢复计算。"
)
HEAD_SUSPENDS: Final = "依申请暂停“%(clock)s”等于延长，由%(head)s决定，检查人员不能自行暂停（本局规则，待核）。请申请延期，由其批准。"
GRANTED_BY_OTHERS: Final = "您办理过本件，不能自己批准依申请暂停“%(clock)s”（岗位分离 SOD-11）。请转由没有办理本件的%(head)s决定。"
REQUEST_TOO_LONG: Final = "“%(clock)s”依申请暂停的日数合计不能超过原定的%(days)s日（本局规则，待核）。需要更久的，请申请延期。"
TERM_RUNNING: Final = "%(clock)s要到%(day)s 才届满（%(article)s），请在那以后再办理。"
TERM_OVER: Final = (
    "%(clock)s已于%(day)s 届满，%(effect)s（%(article)s），不能再作这个操作。请刷新页面查看结果。"
)
NO_CALENDAR: Final = "起算日在 %(year)s 年以前，没有那一年的放假安排，不能计算%(clock)s（%(article)s）。请核对起算日期。"
NOT_OVERRUN: Final = "没有超过法定期限，不用说明超时原因（%(article)s）。"
REASON_MISSING: Final = "请写明向社会公开的超时原因（%(article)s）。"
NOTICE_EXPIRED: Final = "公示期已于%(end)s届满，不能再在这里提出。登记机关作出决定以前，可以书面向登记机关反映并附证据。"
NOTICE_STOPPED: Final = "公示已于%(end)s终止，不需要再提出。这件事的进展请看公示页面上的结果。"
CLAIMS_OPEN: Final = (
    "债权申报期到%(day)s 24:00 才届满，在这以前不得对债权人进行清偿（%(article)s）。"
)
CLAIMS_NOT_ANNOUNCED: Final = (
    "还没有公告债权人，债权申报期没有开始，不得对债权人进行清偿（%(article)s）。"
)
STEP_NOT_OF_WAY: Final = "“%(way)s”不需要这一步。"
STEP_TAKEN: Final = "“%(step)s”已经办过，不能重复办理。"
STEP_FIRST: Final = "请先办理“%(step)s”。"
TOO_EARLY: Final = "不能早于%(what)s（%(day)s），请核对。"
TOO_LATE: Final = "不能晚于%(what)s（%(day)s），请核对。"
_ANOTHER: Final = "请换一名持证人员，或者请系统管理员登记证件。"
OFFICER_UNCERTIFIED: Final = (
    f"%(officer)s没有登记%(certificate)s，不能参加检查（%(article)s）。{_ANOTHER}"
)
OFFICER_EXPIRED: Final = f"%(officer)s的%(certificate)s（%(number)s）有效期至%(day)s，%(on)s已经失效（%(article)s）。{_ANOTHER}"
OFFICER_REVOKED: Final = f"%(officer)s的%(certificate)s（%(number)s）已于%(day)s收回，%(on)s不能使用（%(article)s）。{_ANOTHER}"
OFFICER_NOT_YET: Final = f"%(officer)s的%(certificate)s（%(number)s）从%(day)s起有效，%(on)s还没有生效（%(article)s）。{_ANOTHER}"
SIGNER_UNCERTIFIED: Final = (
    "您现在没有有效的%(certificate)s，不能提交检查记录（%(article)s）。"
    "请转由持证的检查人员提交，或者请系统管理员登记证件。"
)

SENTENCES: Final = (
    CLOCK_PAUSED,
    EXTENSION_FIXED,
    EXTENSION_OPEN,
    NOT_SUSPENDABLE,
    ONLY_ON_GROUNDS,
    ALREADY_SUSPENDED,
    NOT_SUSPENDED,
    DAYS_COUNTED,
    BEFORE_START,
    BEFORE_GROUND,
    ENDED_BY_THEN,
    FROM_TODAY,
    LATER_THAN_TOLD,
    HEAD_SUSPENDS,
    GRANTED_BY_OTHERS,
    REQUEST_TOO_LONG,
    TERM_RUNNING,
    TERM_OVER,
    NO_CALENDAR,
    NOT_OVERRUN,
    REASON_MISSING,
    NOTICE_EXPIRED,
    NOTICE_STOPPED,
    CLAIMS_OPEN,
    CLAIMS_NOT_ANNOUNCED,
    STEP_NOT_OF_WAY,
    STEP_TAKEN,
    STEP_FIRST,
    TOO_EARLY,
    TOO_LATE,
    OFFICER_UNCERTIFIED,
    OFFICER_EXPIRED,
    OFFICER_REVOKED,
    OFFICER_NOT_YET,
    SIGNER_UNCERTIFIED,
)


class Taken(NamedTuple):
    """A sentence of ours with the parts that it was said with."""

    sentence: str
    parts: Mapping[str, str]


def take_apart(message: str) -> Taken | None:
    """The sentence that was said; None where it is none of these."""
    for sentence, pattern in _PATTERNS:
        if found := pattern.fullmatch(message):
            return Taken(sentence, found.groupdict())
    return None


def _pattern(sentence: str) -> re.Pattern[str]:
    texts = re.split(r"%\((\w+)\)s", sentence)
    # Texts and names of parts in turn.
    said = (f"(?P<{t}>.+?)" if n % 2 else re.escape(t) for n, t in enumerate(texts))
    return re.compile("".join(said))


_PATTERNS: Final = tuple((sentence, _pattern(sentence)) for sentence in SENTENCES)
