"""Memory of the court's twin and of the collateral register's. Created beside what is there."""

from sqlalchemy import Column, Date, Index, Table, Text

from registers.twins.schema import metadata

court_matters = Table(
    "court_matters",
    metadata,
    Column("number", Text, primary_key=True),
    Column("uscc", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("court", Text, nullable=False),
    Column("investor", Text),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Index("ix_court_matters_uscc", "uscc"),
)

collaterals = Table(
    "collaterals",
    metadata,
    Column("number", Text, primary_key=True),
    Column("uscc", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("secured", Text, nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("released_on", Date),
    Index("ix_collaterals_uscc", "uscc"),
)
