"""The twins' memory: tables of schema `twins`. Times are always set from SQL app_now(), never by default."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "twins"
metadata = MetaData(schema=SCHEMA)


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


# The stored answer per key, written in the transaction of the effect itself.
answers = Table(
    "answers",
    metadata,
    Column("register", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("operation", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", JSONB, nullable=False),
    _instant("answered_at"),
)

# Every effect that came to be, also those of people on the twins' pages; no personal data.
effects = Table(
    "effects",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("register", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("case_ref", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("result", JSONB, nullable=False),
    _instant("committed_at"),
    Index("ix_effects_case_ref", "case_ref"),
)

organisation_seq = Sequence("organisation_seq", metadata=metadata, start=8_100_000)
licence_seq = Sequence("licence_seq", metadata=metadata, start=1)

enterprises = Table(
    "enterprises",
    metadata,
    Column("uscc", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("name_core", Text, nullable=False),
    Column("entity_type", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("licence_number", Text, unique=True),
    Column("details", JSONB, nullable=False),
    _instant("registered_at"),
    Column("ended_on", Date),
    Index("ix_enterprises_name_key", "name_key"),
    Index("ix_enterprises_name_core", "name_core"),
)

# What stands in the way of an easy end (`registers.standings.Standings`). No row: nothing beside the entry.
standings = Table(
    "standings",
    metadata,
    Column("uscc", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
)

bars = Table(
    "bars",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("id_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Index("ix_bars_id_number", "id_number"),
)

population = Table(
    "population",
    metadata,
    Column("id_number", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("alive", Boolean, nullable=False),
)

# Requests that a person answers: real-name authentications and signings.
errands = Table(
    "errands",
    metadata,
    Column("id", Text, primary_key=True),
    Column("register", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("case_ref", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("person_id_number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("document_sha256", Text),
    Column("signed_sha256", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("failures", Integer, nullable=False),
    _instant("opened_at"),
    _instant("expires_at"),
    _instant("auto_answer_at", nullable=True),
    _instant("settled_at", nullable=True),
    UniqueConstraint("register", "key", name="uq_errands_register_key"),
    Index("ix_errands_state", "state", "expires_at"),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    _instant("stored_at"),
)

# The newest version of a document being signed by several: one row per case and original.
signed_files = Table(
    "signed_files",
    metadata,
    Column("case_ref", Text, primary_key=True),
    Column("original_sha256", Text, primary_key=True),
    Column("current_sha256", Text, nullable=False),
    Column("signatures", Integer, nullable=False),
)

authorities = Table(
    "authorities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("certificate_pem", Text, nullable=False),
    Column("key_pem", Text, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    Column("serial", Text, primary_key=True),
    Column("id_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("certificate_pem", Text, nullable=False),
    Column("key_pem", Text, nullable=False),
    _instant("valid_from"),
    _instant("valid_until"),
    Index("ix_certificates_id_number", "id_number"),
)

publications = Table(
    "publications",
    metadata,
    Column("number", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("uscc", Text),
    Column("case_ref", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    _instant("published_at"),
    _instant("withdrawn_at", nullable=True),
    Column("withdrawn_reason", Text),
    Index("ix_publications_uscc", "uscc"),
)

# The lists of NECIPS and the penalties published there; an entry that was removed stays, with its day.
list_entries = Table(
    "list_entries",
    metadata,
    Column("number", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("marked", Boolean, nullable=False),
    Column("case_ref", Text, nullable=False),
    Column("decision_number", Text),
    _instant("listed_at"),
    _instant("removed_at", nullable=True),
    Column("removal", Text),
    Index("ix_list_entries_uscc", "uscc"),
)

deposits = Table(
    "deposits",
    metadata,
    Column("number", Text, primary_key=True),
    Column("case_ref", Text, nullable=False, unique=True),
    Column("package_sha256", Text, ForeignKey(contents.c.sha256), nullable=False),
    Column("details", JSONB, nullable=False),
    _instant("deposited_at"),
)

# Yearly running numbers without gaps: the row is locked until the effect commits.
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("register", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("rank", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_status", Text),
    _instant("due_at"),
    _instant("delivered_at", nullable=True),
    Index("ix_callbacks_undelivered", "due_at", postgresql_where="delivered_at IS NULL"),
)

faults = Table(
    "faults",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("register", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("operation", Text),
    Column("variant", Text),
    Column("remaining", Integer),
    Column("probability", Float, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("delay_seconds", Float, nullable=False),
    Column("draws", Integer, nullable=False),
    Column("hits", Integer, nullable=False),
)

# How people behave who are not there: answer by themselves after so many seconds.
behaviours = Table(
    "behaviours",
    metadata,
    Column("register", Text, primary_key=True),
    Column("auto_answer_seconds", Float, nullable=False),
)
