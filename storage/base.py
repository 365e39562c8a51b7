"""The declarative base of every table.

Constraints carry names by convention, so that a migration can drop what it did not create and so that a violated
constraint can be turned into the typed refusal it stands for.
"""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables of the installation's own schema."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
