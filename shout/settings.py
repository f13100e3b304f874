"""Settings: read from the environment, with defaults that run on a bare machine."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import SELF

from shout.dev import home

django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

PUBLIC_BASE_URL: str = env("PUBLIC_BASE_URL", default=None) or home.public_url()
PUBLIC_BASE_URL = PUBLIC_BASE_URL.rstrip("/")
_public = urlsplit(PUBLIC_BASE_URL)
_https = _public.scheme == "https"

DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env("SECRET_KEY", default=None) or home.secret("secret_key")
# First key encrypts, all of them decrypt: put a new one in front to rotate.
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [home.secret("field_key")]
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[_public.hostname or "", "localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_cotton",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "shout",
    "contacts",
    "bots",
    "messaging",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "shout.urls"
WSGI_APPLICATION = "shout.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shout.accounts.navigation",
            ],
            "builtins": ["shout.templatetags.ui"],
        },
    }
]
COTTON_DIR = "cotton"
COTTON_ISOLATE_BY_DEFAULT = True

# --- PostgreSQL: the truth. The application connects as shout_app, migrations as shout_owner (see shout/database.py).


def database(url: str | None, role: str) -> dict[str, Any]:
    """The Django database settings for one of the three roles, at `url` or on the embedded server."""
    common = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    if not url:
        return common | home.postgres_dsn(role)
    settings: dict[str, Any] = env.db_url_config(url) | common
    if settings["USER"] != role:
        settings["OPTIONS"] = settings.get("OPTIONS", {}) | {"options": f"-c role={role}"}
    return settings


DATABASE_URL: str | None = env("DATABASE_URL", default=None)
DATABASE_ADMIN_URL: str | None = env("DATABASE_ADMIN_URL", default=None) or DATABASE_URL
DATABASES = {
    "default": database(DATABASE_URL, "shout_app"),
    "owner": database(DATABASE_ADMIN_URL, "shout_owner"),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: a cache and a doorbell; it may be emptied at any moment.
REDIS_URL: str = env("REDIS_URL", default=None) or home.redis_url()
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}


def broker(url: str) -> str:
    """The Celery spelling of a Redis address, which differs for Unix sockets (database 0 of the same server)."""
    parts = urlsplit(url)
    return f"redis+socket://{parts.path}?virtual_host=0" if parts.scheme == "unix" else url


CELERY_BROKER_URL = broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300, "socket_timeout": 30, "socket_connect_timeout": 2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_QUEUES: dict[str, dict[str, Any]] = {name: {} for name in ("inbound", "outbound", "bulk")}
CELERY_TASK_DEFAULT_QUEUE = "bulk"
CELERY_TASK_ROUTES = {
    "shout.forget_answers": {"queue": "bulk"},
    "contacts.verify_ledger": {"queue": "bulk"},
    "contacts.sweep_ledgers": {"queue": "bulk"},
    "messaging.process": {"queue": "inbound"},
    "bots.sweep_runs": {"queue": "inbound"},
    "bots.mail_notices": {"queue": "bulk"},
    "bots.make_calls": {"queue": "bulk"},
    "bots.sweep_notices": {"queue": "bulk"},
    "bots.sweep_calls": {"queue": "bulk"},
    "messaging.sweep_inbound": {"queue": "inbound"},
    "messaging.deliver": {"queue": "outbound"},
    "messaging.reconcile": {"queue": "outbound"},
    "messaging.sweep_outbound": {"queue": "outbound"},
    "messaging.sweep_unknown": {"queue": "outbound"},
    "messaging.fan_out": {"queue": "bulk"},
    "messaging.sweep_broadcasts": {"queue": "bulk"},
    "messaging.check_carrier": {"queue": "bulk"},
    "messaging.sweep_carriers": {"queue": "bulk"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "forget answers": {"task": "shout.forget_answers", "schedule": 3600.0, "options": {"expires": 3600}},
    "sweep ledgers": {"task": "contacts.sweep_ledgers", "schedule": 300.0, "options": {"expires": 300}},
    "sweep calls": {"task": "bots.sweep_calls", "schedule": 5.0, "options": {"expires": 5}},
    "sweep notices": {"task": "bots.sweep_notices", "schedule": 10.0, "options": {"expires": 10}},
    "sweep runs": {"task": "bots.sweep_runs", "schedule": 2.0, "options": {"expires": 5}},
    "sweep inbound": {"task": "messaging.sweep_inbound", "schedule": 1.0, "options": {"expires": 5}},
    "sweep outbound": {"task": "messaging.sweep_outbound", "schedule": 1.0, "options": {"expires": 5}},
    "sweep broadcasts": {"task": "messaging.sweep_broadcasts", "schedule": 2.0, "options": {"expires": 5}},
    "sweep unknown": {"task": "messaging.sweep_unknown", "schedule": 5.0, "options": {"expires": 5}},
    "sweep carriers": {"task": "messaging.sweep_carriers", "schedule": 30.0, "options": {"expires": 30}},
}

# --- Sign-in
AUTH_USER_MODEL = "shout.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL: str = env("DEFAULT_FROM_EMAIL", default="Shout <shout@localhost>")

# --- The browser's side
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# A bot may have a hundred trigger words and a hundred actions, of a dozen fields each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not STATIC_ROOT.exists()

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["shout.api.keys.BearerKey"],
    "DEFAULT_PERMISSION_CLASSES": ["shout.api.keys.HasKey"],
    "DEFAULT_PAGINATION_CLASS": "shout.api.pages.Page",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "shout.api.problems.problem",
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shout API",
    "DESCRIPTION": "Business texting whose heart is permission. Send your key in the header `Authorization: Bearer "
    "shout_…`. What goes wrong is answered with problem details (RFC 9457) that say how to mend it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "BotStatus": "bots.models.Bot.Status",
        "ActionKind": "bots.models.Action.Kind",
        "MessageStatus": "messaging.models.Message.Status",
        "NumberKind": "contacts.models.Number.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Carriers
TWILIO_API_BASE: str = env("TWILIO_API_BASE", default="https://api.twilio.com").rstrip("/")
SIMULATOR_URL: str = (env("SIMULATOR_URL", default=None) or home.simulator_url()).rstrip("/")
# Seconds one call to a carrier may take, and seconds to wait for word of a text whose answer was lost before its log
# is read: longer than the log may lag behind, or a text would be sent twice. A text in the log that is younger may have
# its webhook on the way, and counts as missed only after that.
CARRIER_TIMEOUT: float = env.float("CARRIER_TIMEOUT", default=10.0)
CARRIER_GRACE: float = env.float("CARRIER_GRACE", default=30.0)
# Whether bots may call webhooks on this machine and its own network: for development and tests only, since whoever
# builds bots could otherwise reach servers that are not meant for them.
WEBHOOKS_MAY_BE_PRIVATE: bool = env.bool("WEBHOOKS_MAY_BE_PRIVATE", default=False)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # These two write request bodies, that is phone numbers and texts, at INFO.
    "loggers": {
        "twilio": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        # A refused form or webhook is not the operator's trouble, and a webhook's path holds its key.
        "django.request": {"level": "ERROR"},
    },
}
