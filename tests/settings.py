"""Settings of the test run: the product's own on this run's private servers, with quick password hashes."""

import os

from shout.dev import testing

testing.private_home()

from shout.settings import *  # noqa: E402, F403
from shout.settings import CACHES, DATABASES, REDIS_URL, broker  # noqa: E402

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_redis = REDIS_URL.removesuffix("?db=0").rstrip("/") + (
    f"?db={_worker + 1}" if "unix:" in REDIS_URL else f"/{_worker + 1}"
)

# The test database is made and migrated by its owner; tests/conftest.py then makes every connection shout_app's.
DATABASES = {"default": DATABASES["owner"]}
CACHES["default"]["LOCATION"] = _redis
CELERY_BROKER_URL = broker(_redis)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
