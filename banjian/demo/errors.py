"""Why a demo ended without its company."""


class DemoFailed(Exception):
    """Something did not come through; says at which step."""
