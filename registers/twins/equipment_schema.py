"""Memory of the special-equipment platform's twin. Created beside what is there."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from registers.twins.schema import metadata

devices = Table(
    "devices",
    metadata,
    Column("code", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("registration_number", Text),
    Column("inspection_valid_until", Date),
    Column("use_prohibited", Boolean, nullable=False),
    # The case that prohibited its use, which alone may allow it again.
    Column("prohibited_by", Text),
)

# Beside `devices`, so that a platform of an earlier release needs no migration.
device_standings = Table(
    "device_standings",
    metadata,
    Column("code", Text, primary_key=True),
    Column("obsolete", Boolean, nullable=False),
    # Grows with every change of any device: the cursor of whoever asks what is new.
    Column("revision", BigInteger, nullable=False, unique=True),
)

# What the platform tells of a device although it is not so, or does not tell yet: to order, for tests.
device_misreports = Table(
    "device_misreports",
    metadata,
    Column("code", Text, primary_key=True),
    Column("says", JSONB, nullable=False),
    Column("held", Boolean, nullable=False),
)

hazard_reports = Table(
    "hazard_reports",
    metadata,
    Column("number", Text, primary_key=True),
    Column("case_ref", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("device", Text),
    Column("uscc", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("reported_at", DateTime(timezone=True), nullable=False),
)
