"""What can go wrong while the local stack starts, said so that a person can act on it."""


class StackError(RuntimeError):
    """A part of the local stack cannot do its work.

    The message says what is wrong (Chinese, with the English term), `advice` says what to do.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message}\n  办法：{self.advice}" if self.advice else self.message


class AlreadyRunning(StackError):
    """Another supervisor holds this data folder."""
