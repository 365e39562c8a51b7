"""What somebody states about suspensions of a clock, checked against the count that it gives.

A running case cannot be paused outside its life; whoever only asks for a calculation can state anything.
"""

from collections.abc import Iterable

from law.deadline_types import Deadline, Suspension, SuspensionOutside


def check_within(found: Deadline, suspensions: Iterable[Suspension]) -> None:
    """Raises SuspensionOutside for days that the count never reaches, which would be passed over in silence."""
    first, last = found.start_date, found.raw_end
    for item in suspensions:
        ended = item.end is not None and item.end <= first
        if ended or item.start > last:
            span = f"{item.start} 至 {item.end or '恢复之日'}"
            raise SuspensionOutside(
                f"停止计算的期间({span})不在期限之内:{found.clock.citation}规定的期限"
                f"自 {first} 的次日起算,到 {last} 为止"
            )
