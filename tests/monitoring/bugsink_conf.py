"""Settings of a Bugsink for tests: one process, SQLite below BUGSINK_DIR, and what breaks Sentry's schema is refused."""

import os
import pathlib

from bugsink.conf_utils import deduce_allowed_hosts
from bugsink.settings.default import *  # noqa: F403

HOME = pathlib.Path(os.environ["BUGSINK_DIR"])
SECRET_KEY = "for tests only" * 5
DATABASES["default"]["NAME"] = HOME / "db.sqlite3"  # noqa: F405
DATABASES["snappea"]["NAME"] = HOME / "snappea.sqlite3"  # noqa: F405
SNAPPEA = {"TASK_ALWAYS_EAGER": True, "NUM_WORKERS": 1}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
BUGSINK = {"BASE_URL": os.environ["BUGSINK_URL"], "SINGLE_USER": True, "SINGLE_TEAM": True, "PHONEHOME": False,
           "VALIDATE_ON_DIGEST": "strict", "INGEST_STORE_BASE_DIR": str(HOME / "ingestion")}
ALLOWED_HOSTS = deduce_allowed_hosts(BUGSINK["BASE_URL"])
LOGGING["loggers"] = {}  # noqa: F405
