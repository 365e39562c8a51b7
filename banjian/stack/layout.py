"""Which programs of ours the stack runs, and with which environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from banjian.settings import Settings
from banjian.stack import state

# What a child may inherit from the terminal. Everything else (other databases' variables, proxies'
# credentials, Python's own switches) stays outside.
_INHERITED = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "SSL_CERT_FILE",
              "SSL_CERT_DIR", "VIRTUAL_ENV")  # fmt: skip


@dataclass(frozen=True)
class Program:
    """One of our processes.

    Attributes:
        name: in the stack.
        arguments: after the interpreter; `{port}` becomes its port.
        health_path: HTTP path that answers 2xx when it is ready. Without one the program writes
            its pid into the file named by `BANJIAN_READY_FILE` once it works.
    """

    name: str
    arguments: tuple[str, ...]
    health_path: str | None = None


TWINS = Program("twins", ("-m", "banjian.serve", "twins", "--port", "{port}"), "/admin/health")
WORKER = Program("worker", ("-m", "banjian.worker"))
API = Program("api", ("-m", "banjian.serve", "api", "--port", "{port}"), "/readyz")

PROGRAMS = (TWINS, WORKER, API)
# The SDK's core lives beside Python's one thread. With a thread per processor it wakes them in turn for each of
# the messages that it has to pass on; one is enough to feed one Python process.
PROGRAM_ENVIRONMENT = {"TOKIO_WORKER_THREADS": "1"}
MIGRATE = ("-m", "banjian.migrate")


def environment(
    settings: Settings, name: str, extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The whole environment of a child: settings by their names, and the mark of this folder."""
    inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    secrets = {k: v for k, v in os.environ.items() if k.startswith("BANJIAN_SECRET_")}
    return {
        **inherited,
        **secrets,
        "DATABASE_URL": settings.database_url,
        "TEMPORAL_ADDRESS": settings.temporal_address,
        "TEMPORAL_NAMESPACE": settings.temporal_namespace,
        "WORKFLOW_SANDBOX": str(settings.workflow_sandbox),
        **_engine_link(settings),
        "REGISTERS_URL": settings.registers_url,
        "PUBLIC_URL": settings.public_url,
        "CALLBACK_URL": settings.callback_url,
        "ALLOWED_HOSTS": settings.allowed_hosts,
        "BANJIAN_DATA": str(settings.banjian_data),
        "BANJIAN_SECRETS": str(settings.secrets_folder),
        "BANJIAN_SEALS": str(settings.banjian_seals or ""),
        "BANJIAN_FILES": str(settings.files_folder),
        "BANJIAN_ENV": settings.banjian_env,
        "BANJIAN_STORY_OFFSET": str(settings.banjian_story_offset),
        "TRUSTED_PROXIES": settings.trusted_proxies,
        "API_HOST": settings.api_host,
        "API_PORT": str(settings.api_port),
        "TWINS_HOST": settings.twins_host,
        "TWINS_PORT": str(settings.twins_port),
        "TWINS_ANSWER_SECONDS": str(settings.twins_answer_seconds),
        "PYTHONUNBUFFERED": "1",
        # Few arenas: each thread pool would otherwise keep its own free memory.
        "MALLOC_ARENA_MAX": "2",
        state.MARK: str(settings.banjian_data),
        state.PART: name,
        **(extra or {}),
    }


def _engine_link(settings: Settings) -> dict[str, str]:
    """How to reach a Temporal that is not ours; what is not set stays unset."""
    key = settings.temporal_api_key
    given = {
        "TEMPORAL_TLS": "" if settings.temporal_tls is None else str(settings.temporal_tls),
        "TEMPORAL_TLS_CA": str(settings.temporal_tls_ca or ""),
        "TEMPORAL_TLS_CERT": str(settings.temporal_tls_cert or ""),
        "TEMPORAL_TLS_KEY": str(settings.temporal_tls_key or ""),
        "TEMPORAL_TLS_SERVER_NAME": settings.temporal_tls_server_name,
        "TEMPORAL_API_KEY": key.get_secret_value() if key is not None else "",
    }
    return {name: value for name, value in given.items() if value}


def python(arguments: tuple[str, ...], port: int = 0) -> list[str]:
    """Command line of one of our modules."""
    return [sys.executable, *(part.replace("{port}", str(port)) for part in arguments)]


def ready_file(run_folder: Path, name: str) -> Path:
    """Where a program without a port says that it works."""
    return run_folder / f"{name}.ready"
