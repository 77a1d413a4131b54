"""Settings of Bugsink for the tests: SQLite in $BUGSINK_DIR, no worker process, no mail, no calls home, and events that
break Sentry's schema are refused."""

import os

from bugsink.settings.default import *  # noqa: F401,F403
from bugsink.settings.default import DATABASES

DEBUG = False
SECRET_KEY = "only-for-tests-" + "0" * 50
ALLOWED_HOSTS = ["127.0.0.1"]
DIRECTORY = os.environ["BUGSINK_DIR"]
DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{DIRECTORY}/db.sqlite3",
                        "OPTIONS": {"timeout": 60}}
DATABASES["snappea"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{DIRECTORY}/snappea.sqlite3"}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SNAPPEA = {"TASK_ALWAYS_EAGER": True, "NUM_WORKERS": 1}
BUGSINK = {"BASE_URL": os.environ["BUGSINK_URL"], "SITE_TITLE": "tests", "SINGLE_USER": True, "SINGLE_TEAM": True,
           "PHONEHOME": False, "VALIDATE_ON_DIGEST": "strict", "KEEP_ENVELOPES": 1000,
           "INGEST_STORE_BASE_DIR": f"{DIRECTORY}/ingest"}
