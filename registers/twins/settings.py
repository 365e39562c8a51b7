"""What the twins are started with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from registers.callbacks import secret_bytes
from registers.messages import Register


@dataclass(frozen=True)
class TwinSettings:
    """One installation of the twins. Secrets are created by whoever starts it; none has a default.

    Attributes:
      database_url: PostgreSQL; `postgresql://` and `postgresql+asyncpg://` both do. Schema `twins` is ours.
      api_keys: per register, what its callers prove (bearer or HMAC).
      callback_secrets: per register, what its callbacks are signed with.
      admin_key: bearer of the /admin routes.
      callback_url: base of the bureau's API; `/api/v1/registry-callbacks/{register}` is added.
      public_url: base of the links given to people.
      link_days: calendar days a link of the identity or signature twin stays open.
      desk_seconds: how long a department keeps an errand before it answers, by app_now(); None = until it
        is told to. `PUT /admin/behaviours` sets it for one register.
      capital_review_above: yuan; a subscribed capital above it is called abnormal. The law names no figure
        (规定 3 speaks of 明显异常), so this is a policy of the twin: 待核.
      background: deliver callbacks by itself; off where a story calls /admin/tick.
      poll_seconds: how often the background looks for due callbacks.
    """

    database_url: str = field(repr=False)
    api_keys: Mapping[Register, str] = field(repr=False)
    callback_secrets: Mapping[Register, str] = field(repr=False)
    admin_key: str = field(repr=False)
    callback_url: str
    public_url: str = "http://127.0.0.1"
    division: str = "421303"
    link_days: int = 7
    desk_seconds: float | None = 14_400
    capital_review_above: Decimal = Decimal(10_000_000_000)
    background: bool = True
    poll_seconds: float = 1.0
    pool_size: int = 10

    def __post_init__(self) -> None:
        for name, secrets in (
            ("api_keys", self.api_keys),
            ("callback_secrets", self.callback_secrets),
        ):
            missing = [r.value for r in Register if not secrets.get(r)]
            if missing:
                raise ValueError(f"{name} lacks {', '.join(missing)}")
        for secret in self.callback_secrets.values():
            secret_bytes(secret)
        if not self.admin_key:
            raise ValueError("admin_key is empty")
