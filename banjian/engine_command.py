"""The link to the Temporal cluster as the `temporal` program takes it.

Apart from `engine_link`: the supervisor needs only this, and the SDK would cost it 38 MB for as long as it runs.
"""

from banjian.settings import Settings


def command_line(settings: Settings) -> tuple[list[str], dict[str, str]]:
    """The same link for the `temporal` program: options, and the key in its environment only."""
    options: list[str] = []
    if settings.temporal_uses_tls:
        options.append("--tls")
    for option, value in (
        ("--tls-ca-path", settings.temporal_tls_ca),
        ("--tls-cert-path", settings.temporal_tls_cert),
        ("--tls-key-path", settings.temporal_tls_key),
        ("--tls-server-name", settings.temporal_tls_server_name),
    ):
        if value:
            options += [option, str(value)]
    key = settings.temporal_api_key
    return options, {"TEMPORAL_API_KEY": key.get_secret_value()} if key is not None else {}
