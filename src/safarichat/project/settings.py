"""Django's settings. Meaning and defaults are in `environment.py`; accounts' own settings in `settings_accounts.py`."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from safarichat.ground import logs
from safarichat.project import addresses, environment
from safarichat.project.settings_accounts import *  # noqa: F403 - Django's settings are one namespace

env = environment.current()


def _listed(name: str) -> list[str]:
    return [word.strip() for word in env[name].split(",") if word.strip()]


def _whole(name: str) -> int:
    if not env[name].isdigit():
        raise environment.SettingsError(f"{name} must be a whole number.")
    return int(env[name])


def _one_of(name: str, *allowed: str) -> str:
    if env[name] not in allowed:
        raise environment.SettingsError(f"{name} must be one of {', '.join(allowed)}.")
    return env[name]


PACKAGE = Path(__file__).resolve().parent.parent

# --- the installation ---

SAFARICHAT_BASE_URL = env["SAFARICHAT_BASE_URL"].rstrip("/")
SAFARICHAT_DATA = Path(env["SAFARICHAT_DATA"]).resolve()
SAFARICHAT_ENCRYPTION_KEYS = env["SAFARICHAT_ENCRYPTION_KEYS"]
SAFARICHAT_TRUSTED_PROXIES = _listed("SAFARICHAT_TRUSTED_PROXIES")
SAFARICHAT_ALLOWED_PRIVATE_NETWORKS = _listed("SAFARICHAT_ALLOWED_PRIVATE_NETWORKS")
SAFARICHAT_MEDIA_URL = env["SAFARICHAT_MEDIA_URL"]
SAFARICHAT_SIGNUP = _one_of("SAFARICHAT_SIGNUP", "open", "invite", "closed")
SAFARICHAT_RATE_LIMIT_API = _whole("SAFARICHAT_RATE_LIMIT_API")
SAFARICHAT_LOG_LEVEL = _one_of("SAFARICHAT_LOG_LEVEL", "DEBUG", "INFO", "WARNING", "ERROR")

SECRET_KEY = env["SAFARICHAT_SECRET_KEY"]
DEBUG = False
_public = urlsplit(SAFARICHAT_BASE_URL)
_is_https = _public.scheme == "https"
ALLOWED_HOSTS = _listed("SAFARICHAT_ALLOWED_HOSTS") or [
    name for name in (_public.hostname, "localhost", "127.0.0.1", "[::1]") if name
]
CSRF_TRUSTED_ORIGINS = [addresses.origin(SAFARICHAT_BASE_URL)] if _public.hostname else []

# --- WhatsApp and its providers ---

WHATSAPP_OFFICIAL_ENABLED = _one_of("WHATSAPP_OFFICIAL_ENABLED", "true", "false") == "true"
WHATSAPP_DEFAULT_PROVIDER = env["WHATSAPP_DEFAULT_PROVIDER"]
WHATSAPP_PROVIDERS = _listed("WHATSAPP_PROVIDERS")
WHATSAPP_FEATURE_TEMPLATES = _one_of("WHATSAPP_FEATURE_TEMPLATES", "true", "false") == "true"
WHATSAPP_FEATURE_MEDIA = _one_of("WHATSAPP_FEATURE_MEDIA", "true", "false") == "true"
SAFARICHAT_KEEP_HOOKS_DAYS = _whole("SAFARICHAT_KEEP_HOOKS_DAYS")
SAFARICHAT_KEEP_EVIDENCE_DAYS = _whole("SAFARICHAT_KEEP_EVIDENCE_DAYS")
SAFARICHAT_KEEP_MESSAGES_DAYS = _whole("SAFARICHAT_KEEP_MESSAGES_DAYS")
SAFARICHAT_KEEP_FILES_DAYS = _whole("SAFARICHAT_KEEP_FILES_DAYS")
WHATSAPP_RATE_LIMIT_ONBOARDING = _whole("WHATSAPP_RATE_LIMIT_ONBOARDING")
WHATSAPP_RATE_LIMIT_TEST = _whole("WHATSAPP_RATE_LIMIT_TEST")
_pages = f"{SAFARICHAT_BASE_URL}/whatsapp"
WHATSAPP_EMBEDDED_SIGNUP_REDIRECT_URL = env["WHATSAPP_EMBEDDED_SIGNUP_REDIRECT_URL"] or f"{_pages}/official/callback"
WHATSAPP_EMBEDDED_SIGNUP_SUCCESS_URL = env["WHATSAPP_EMBEDDED_SIGNUP_SUCCESS_URL"] or f"{_pages}/integration-success"
WHATSAPP_EMBEDDED_SIGNUP_ERROR_URL = env["WHATSAPP_EMBEDDED_SIGNUP_ERROR_URL"] or f"{_pages}/integration-error"
PROVIDER_SETTINGS: dict[str, str] = {
    setting.name: env[setting.name]
    for section in environment.PROVIDER_SECTIONS
    for setting in environment.SECTIONS[section]
}
META_APP_ID = env["META_APP_ID"]
META_APP_SECRET = env["META_APP_SECRET"]
META_CONFIG_ID = env["META_CONFIG_ID"]
META_BUSINESS_ID = env["META_BUSINESS_ID"]
META_WEBHOOK_VERIFY_TOKEN = env["META_WEBHOOK_VERIFY_TOKEN"]
META_SYSTEM_USER_TOKEN = env["META_SYSTEM_USER_TOKEN"]
META_GRAPH_VERSION = env["META_GRAPH_VERSION"]
META_GRAPH_URL = env["META_GRAPH_URL"]
META_SDK_URL = env["META_SDK_URL"]
META_DIALOG_URL = env["META_DIALOG_URL"]

# --- what Django is made of ---

INSTALLED_APPS = [
    "safarichat.accounts",
    "safarichat.numbers",
    "safarichat.endpoints",
    "safarichat.contacts",
    "safarichat.message_templates",
    "safarichat.media",
    "safarichat.messaging",
    "safarichat.inbox",
    "safarichat.console",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "safarichat.accounts.apps.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "safarichat.project.middleware.RequestId",
    "safarichat.api.answering.Answers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "safarichat.project.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "safarichat.project.middleware.LargestBody",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *ACCOUNTS_MIDDLEWARE,  # noqa: F405
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "safarichat.project.urls"
WSGI_APPLICATION = "safarichat.project.wsgi.application"
APPEND_SLASH = False  # addresses are exact; the contract names those that work with and without

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "safarichat.console.context.stopped_numbers",
                "safarichat.console.features.features",
                *CONTEXT_PROCESSORS,  # noqa: F405
            ],
        },
    }
]

# --- the database: rows, sessions, throttles ---

DATABASES = {"default": addresses.database(env["DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "KEY_FUNCTION": "safarichat.accounts.throttles.cache_key",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},  # a full cache drops login limits; what has run out is cleaned daily
    }
}
SESSION_ENGINE = "safarichat.accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
CSRF_FAILURE_VIEW = "safarichat.console.errors.csrf_failure"
SESSION_COOKIE_AGE = 14 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- people ---

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# --- language and time ---

USE_I18N = USE_TZ = True
LANGUAGE_CODE = env["SAFARICHAT_LANGUAGE"]
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = env["SAFARICHAT_TIME_ZONE"]

# --- files ---

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "safarichat.project.assets.VersionedStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 7 * 24 * 3600  # addresses carry the content's hash, see VersionedStorage
MEDIA_ROOT = SAFARICHAT_DATA / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
LARGEST_UPLOAD = 101 * 1024 * 1024  # a file of 100 MB and the form around it
FILE_UPLOAD_HANDLERS = ["safarichat.media.receiving.Spooling"]

# --- mail ---

EMAIL_URL = env["EMAIL_URL"]
globals().update(addresses.mail(EMAIL_URL, SAFARICHAT_DATA))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env["SAFARICHAT_EMAIL_FROM"] or f"safarichat@{_public.hostname or 'localhost'}"

# --- what browsers are told ---

SECURE_SSL_REDIRECT = False  # the proxy's part; behind one we are reached by http
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _is_https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin-allow-popups"  # Embedded Signup's popup talks to its opener
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "media-src": ["'self'", "blob:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
_signup = [addresses.origin(META_DIALOG_URL), addresses.origin(META_SDK_URL)]
if META_DIALOG_URL.endswith(".facebook.com"):
    _signup.append("https://*.facebook.com")  # the SDK's own frames and calls
_redirects = [addresses.origin(env[name]) for name in ("D360_HUB_URL",)]
_wizard = {
    "script-src": ["'self'", addresses.origin(META_SDK_URL)],
    "style-src": ["'self'", "'unsafe-inline'"],  # the SDK styles its own elements
    "connect-src": ["'self'", *_signup],
    "frame-src": _signup,
    "form-action": ["'self'", *_signup, *_redirects],  # also holds for the redirect that answers a form
    "img-src": ["'self'", "data:", "blob:", *_signup],
}
CONTENT_SECURITY_POLICY_BY_PATH = {"/whatsapp/": _wizard, "/connect/": _wizard}

LOGGING = logs.configuration(SAFARICHAT_LOG_LEVEL, file=os.environ.get("SAFARICHAT_LOG_FILE", ""))
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # redirecting to https is the proxy's part
    "security.W005",  # HSTS for subdomains and preloading is the domain owner's choice
    "security.W021",
]
