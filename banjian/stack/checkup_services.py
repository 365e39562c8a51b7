"""The part of the doctor that asks the running services: database, engine, registers, our own site."""

import asyncio
import json
from collections.abc import Iterator

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from banjian.engine_command import command_line
from banjian.engine_link import tls_of
from banjian.secret_files import RegisterSecrets, SecretsError
from banjian.settings import Settings
from banjian.stack import temporal
from banjian.stack.checkup import Check, Finding, note, ok, supervisor_pid, wrong
from banjian.stack.errors import StackError
from registers.client import Endpoint
from registers.clients import connect
from registers.errors import RegisterError
from registers.messages import Register
from registers.ports import DepositPackage
from storage.migrate import differences
from storage.schema import Schema, schema_of

PATIENCE = 5.0
# Only its key is asked for; what it would have said is never sent.
_NEVER_SENT = DepositPackage(
    case_ref="doctor", title="doctor", package_sha256="0" * 64, size=1, documents=1, retention="10y"
)


def check_database(settings: Settings) -> Iterator[Finding]:
    """Reachable, PostgreSQL 18, migrations in step, clock not frozen."""
    if not settings.database_url:
        yield note("database", "尚无数据库，首次启动时建立。")
        return
    place = settings.database_url.rpartition("@")[2]
    try:
        version, frozen = asyncio.run(asyncio.wait_for(_ask_database(settings.database_url), 10))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        if not _expected(settings, f"@{place}"):
            yield note("database", f"{place} 未启动。", "运行 banjian up 启动。")
            return
        reason = str(getattr(error, "orig", None) or error or "timeout").splitlines()[0]
        yield wrong("database", f"{place} 无法连接：{reason}", "检查 DATABASE_URL、网络与密码。")
        return
    if version < 180000:
        yield wrong("database", f"PostgreSQL 版本 {version // 10000} 太旧。", "升级到 18。")
    else:
        yield ok("database", f"{place} 可用（PostgreSQL {version // 10000}.{version % 10000}）")
    yield from _migrations(settings.database_url)
    if frozen:
        yield wrong(
            "clock",
            f"数据库时钟停在 {frozen}（app_clock frozen）。",
            "没有情景在播放时，执行 UPDATE app_clock SET frozen_at = NULL；生产库出现此情况须查明原因。",
        )
    elif frozen is not None:
        yield ok("clock", "时钟正常运行")


async def _ask_database(url: str) -> tuple[int, str | None]:
    """Version number, and the instant of the frozen clock: empty if it runs, None if unknown."""
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE})
    try:
        async with engine.connect() as connection:
            version = int((await connection.scalar(text("SHOW server_version_num"))) or 0)
            if await connection.scalar(text("SELECT to_regclass('app_clock')")) is None:
                return version, None
            frozen = await connection.scalar(text("SELECT frozen_at FROM app_clock WHERE id = 1"))
            return version, str(frozen) if frozen else ""
    finally:
        await engine.dispose()


def _migrations(url: str) -> Iterator[Finding]:
    try:
        schema, missing = asyncio.run(_ask_schema(url))
    except (SQLAlchemyError, OSError) as error:
        yield wrong("migrations", f"无法读取数据库结构（{type(error).__name__}）。", "检查权限。")
        return
    if not schema.fits:
        yield wrong("migrations", f"{schema.trouble}。", f"{schema.advice}。")
        return
    if missing:
        shown = "；".join(str(m)[:80] for m in missing[:3])
        yield wrong(
            "migrations",
            f"数据库结构与程序不一致（{len(missing)} 处）：{shown}",
            "有人直接改过数据库：对照 storage/migrations 改回，或从备份恢复。",
        )
    else:
        yield ok("migrations", "数据库结构与程序一致")


async def _ask_schema(url: str) -> tuple[Schema, list[str]]:
    """Where the schema stands, and what differs although the revision is right."""
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE})
    try:
        schema = await schema_of(engine)
    finally:
        await engine.dispose()
    return schema, await differences(url) if schema.fits else []


def check_temporal(settings: Settings) -> Iterator[Finding]:
    """Serving, namespace there, retention long enough, search attributes registered."""
    address, namespace = settings.temporal_address, settings.temporal_namespace
    if not address:
        yield note("temporal", "尚无 Temporal，首次启动时建立。")
        return
    try:
        tls_of(settings)
        link = temporal.Link(*command_line(settings))
        if trouble := temporal.trouble(address, link):
            if _expected(settings, address):
                advice = (
                    "检查 TEMPORAL_ADDRESS、TEMPORAL_TLS… 与网络；本地日志在 logs/temporal.log。"
                )
                yield wrong("temporal", f"{address} 无应答：{trouble.splitlines()[0]}", advice)
            else:
                yield note("temporal", f"{address} 未启动。", "运行 banjian up 启动。")
            return
        yield ok("temporal", f"{address} 可用")
        if settings.banjian_env == "production" and not settings.temporal_uses_tls:
            yield note("temporal", "连接不加密。", "只在隔离的网段这样用，或者设置 TEMPORAL_TLS。")
        yield from _namespace(address, namespace, link)
    except StackError as error:
        yield wrong("temporal", error.message, error.advice)
    except SecretsError as error:
        yield wrong(
            "temporal", str(error), "检查 TEMPORAL_TLS_CA、TEMPORAL_TLS_CERT 和 TEMPORAL_TLS_KEY。"
        )


def _namespace(address: str, namespace: str, link: temporal.Link) -> Iterator[Finding]:
    described = temporal.ask(address, namespace, "operator", "namespace", "describe", link=link)
    if described is None:
        yield wrong(
            "namespace",
            f"命名空间 {namespace} 不存在。",
            f"运行 temporal operator namespace create --namespace {namespace} "
            f"--retention {temporal.RETENTION}",
        )
        return
    hours = temporal.retention_hours(json.loads(described))
    if hours < temporal.LEAST_RETENTION_HOURS:
        yield wrong(
            "namespace",
            f"命名空间 {namespace} 只保留 {hours} 小时。",
            f"运行 temporal operator namespace update --retention {temporal.RETENTION}",
        )
    else:
        yield ok("namespace", f"{namespace} 保留 {hours // 24} 天")
    listed = temporal.ask(address, namespace, "operator", "search-attribute", "list", link=link)
    missing = [name for name in temporal.SEARCH_ATTRIBUTES if name not in (listed or "")]
    if missing:
        yield wrong(
            "search attributes",
            f"未登记：{', '.join(missing)}。",
            "运行 temporal operator search-attribute create --type Keyword "
            + " ".join(f"--name {name}" for name in missing),
        )
    else:
        yield ok("search attributes", f"{len(temporal.SEARCH_ATTRIBUTES)} 项已登记")


def check_registers(settings: Settings) -> Iterator[Finding]:
    """Whether the registers answer at all, and each of them knows our key."""
    reached = list(
        _answers("registers", settings, settings.registers_url, "/admin/health", "twins")
    )
    yield from reached
    if any(found.verdict != "ok" for found in reached):
        return
    try:
        secrets = RegisterSecrets.load(settings.secrets_folder)
    except (SecretsError, OSError):
        return  # told by the check of the secrets
    strange = asyncio.run(_ask_registers(settings.registers_url, secrets))
    for register, said in strange.items():
        advice = f"检查 {register.value} 的地址与密钥（BANJIAN_SECRET_REGISTERS_{register.value.upper()}_API_KEY）。"
        yield wrong("registers", f"{register.value} 没有按约定应答：{said}", advice)
    if not strange:
        yield ok("registers", f"{len(Register)} 个登记系统均应答，密钥有效")


async def _ask_registers(url: str, secrets: RegisterSecrets) -> dict[Register, str]:
    """Ask every register for a request that was never made; those that answer otherwise, and how."""
    addresses = {
        register: Endpoint(
            f"{url.rstrip('/')}/{register.value}",
            secrets.registers[register].api_key,
            connect_timeout=PATIENCE,
            total_timeout=PATIENCE,
        )
        for register in Register
    }
    strange: dict[Register, str] = {}
    async with connect(addresses) as registers:
        for register in Register:
            try:
                await registers.of(register).find(_NEVER_SENT, key="doctor.never-sent.1")
            except RegisterError as error:
                strange[register] = error.code
    return strange


def check_site(settings: Settings) -> Iterator[Finding]:
    """Whether our own API is ready, where it should run on this machine."""
    if supervisor_pid(settings) is not None:
        url = f"http://{settings.api_host}:{settings.api_port}"
        yield from _answers("site", settings, url, "/readyz", "api")


def _answers(check: str, settings: Settings, url: str, path: str, log: str) -> Iterator[Finding]:
    if not url:
        yield note(check, "尚未启动。")
        return
    try:
        status = httpx.get(url + path, timeout=PATIENCE, trust_env=False).status_code
    except httpx.HTTPError as error:
        if _expected(settings, url):
            advice = f"检查地址与网络；本地日志在 logs/{log}.log。"
            yield wrong(check, f"{url} 无应答（{type(error).__name__}）。", advice)
        else:
            yield note(check, f"{url} 未启动。", "运行 banjian up 启动。")
        return
    if status >= 500:
        yield wrong(check, f"{url}{path} 回答 {status}。", f"查看 logs/{log}.log")
    else:
        yield ok(check, f"{url} 应答正常")


def _expected(settings: Settings, address: str) -> bool:
    """Whether that address ought to answer: ours only while the stack runs, others' always."""
    remembered = {
        f"127.0.0.1:{port}"
        for port in (
            settings.postgres_port, settings.temporal_port, settings.twins_port, settings.api_port
        )
        if port
    }  # fmt: skip
    ours = any(place in address for place in remembered)
    return not ours or supervisor_pid(settings) is not None


SERVICES: tuple[Check, ...] = (check_database, check_temporal, check_registers, check_site)
