"""`python -m banjian.migrate`: brings DATABASE_URL to the newest schema."""

import os

from storage.migrate import upgrade

if __name__ == "__main__":
    upgrade(os.environ["DATABASE_URL"])
