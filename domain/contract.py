"""What all that travels has in common."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Read by later releases: unknown fields are ignored, new ones have defaults."""

    model_config = ConfigDict(extra="ignore")
