"""What can go wrong when a register is asked. Four kinds, because the caller has four different duties."""

from registers.messages import Register


class RegisterError(Exception):
    """Base. `register` says who; `code` is stable and safe to log; `message_zh` may be shown to clerks.

    No member ever carries what was sent: a request holds ID numbers.
    """

    retryable = False

    def __init__(self, register: Register, code: str, message_zh: str) -> None:
        super().__init__(f"{register.value}: {code}: {message_zh}")
        self.register = register
        self.code = code
        self.message_zh = message_zh


class RegisterRefused(RegisterError):
    """The register answered no, by its own rules; asking again with the same key answers the same."""


class RegisterUnavailable(RegisterError):
    """Nothing was done: refused connection, never sent, busy, 5xx. Try again later with the same key.

    `retry_after` is in seconds where the register named one.
    """

    retryable = True

    def __init__(
        self, register: Register, code: str, message_zh: str, retry_after: float | None = None
    ) -> None:
        super().__init__(register, code, message_zh)
        self.retry_after = retry_after


class OutcomeUnknown(RegisterError):
    """The request was sent and the answer lost: the effect may exist. Ask with `find` before sending again."""

    retryable = True


class WrongAnswer(RegisterError):
    """An answer that cannot be this request's: not the schema, not JSON, empty, too large, another's hash.

    The effect may exist; `find` tells. If that answer is wrong too, a person has to look.
    """


class CallbackRejected(Exception):
    """A callback that is not provably the register's own; `reason` is for the log, never for the sender."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
