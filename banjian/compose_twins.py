"""The twins' settings: a process of its own, which loads neither the engine nor the pages."""

from banjian.secret_files import RegisterSecrets
from banjian.settings import Settings
from registers.twins.settings import TwinSettings


def twin_settings(settings: Settings, *, background: bool = True) -> TwinSettings:
    """Only the registers' own secrets are read. Raises SecretsError."""
    held = RegisterSecrets.load(settings.secrets_folder)
    return TwinSettings(
        database_url=settings.database_url,
        api_keys={r: s.api_key.get_secret_value() for r, s in held.registers.items()},
        callback_secrets={
            r: s.callback_secret.get_secret_value() for r, s in held.registers.items()
        },
        admin_key=held.admin_key.get_secret_value(),
        callback_url=(settings.callback_url or settings.public_url).rstrip("/"),
        public_url=settings.registers_url.rstrip("/"),
        desk_seconds=settings.twins_answer_seconds,
        background=background,
        poll_seconds=0.5,
        pool_size=4,
    )
