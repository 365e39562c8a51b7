"""Memory of the special-equipment platform's twin. Created beside what is there."""

from sqlalchemy import Boolean, Column, Date, DateTime, Table, Text

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
