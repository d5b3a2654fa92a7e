"""Settings: one file, read from the environment only, with typed readers that fail loudly.

Without any variable set, Samar runs on one machine: SQLite and photos in `var/`, one process, loopback.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent


def text(name: str, default: str) -> str:
    """The variable `name`, or what stands in the file that `<name>_FILE` names: the way to give secrets."""
    file = os.environ.get(f"{name}_FILE", "")
    if not file:
        return os.environ.get(name, default)
    if os.environ.get(name):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: say one of them")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE={file}: cannot be read ({error})") from error


def flag(name: str, default: bool) -> bool:
    value = text(name, "").strip().lower()
    if value not in ("", "0", "1", "true", "false", "yes", "no"):
        raise ImproperlyConfigured(f"{name}={value!r}: say 1 or 0")
    return default if value == "" else value in ("1", "true", "yes")


def whole(name: str, default: int) -> int:
    value = text(name, "")
    if value and not value.isdecimal():
        raise ImproperlyConfigured(f"{name}={value!r}: say a whole number")
    return int(value) if value else default


def listed(name: str, default: str) -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def mib(count: int) -> int:
    return count * 1024 * 1024


VAR = Path(text("SAMAR_VAR", str(ROOT / "var")))


def database(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name` or `sqlite:///path`; SQLite in `var/` when empty."""
    if not url:
        url = f"sqlite:///{VAR / 'samar.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path)[1:] if parts.path.startswith("//") else unquote(parts.path),
            # The last connection to close empties the write-ahead log; at every request that costs more than the work.
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                # IMMEDIATE: a transaction that reads and then writes takes its turn instead of failing half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: what is acknowledged has reached the disk.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
            "TEST": {"NAME": None},
        }
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path).lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            # One connection a thread: no more than processes x threads, whatever arrives (see docs/operations.md).
            "CONN_MAX_AGE": 600,
            # Plans of repeated statements are kept (see backend/statements); pgbouncer needs 1.21 or newer for it.
            "OPTIONS": {"prepare_threshold": 5, **dict(parse_qsl(parts.query))},
        }
    raise ImproperlyConfigured(
        f"DATABASE_URL: unknown kind {parts.scheme!r}; say postgresql:// or sqlite:///"
    )


def secret_key() -> str:
    """From the environment, or made once and kept in `var/secret` (mode 600)."""
    if given := text("SECRET_KEY", ""):
        return given
    kept = VAR / "secret"
    if not kept.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
    return kept.read_text().strip()


SECRET_KEY = secret_key()
DEBUG = flag("DEBUG", False)
BEHIND_PROXY = flag("BEHIND_PROXY", False)  # a proxy of ours wrote X-Forwarded-For and X-Forwarded-Proto
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS", "")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
    "backend.feed",
    "backend.journal",
    "backend.rest",
    "backend.people",
    "backend.checklists",
    "backend.units",
    "backend.evidence",
    "backend.assignments",
    "backend.visits",
    "backend.review",
    "backend.backups",
    "backend.indicators",
    "backend.sync",
    "backend.pages",
    "backend.accounts.apps.Accounts",
    "backend.console",
    "backend.results",
    # After our rooms: our templates win over theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_htmx",
    "backend.apps.Samar",
]

MIDDLEWARE = [
    "backend.rest.middleware.SpeaksSync",
    "django.middleware.security.SecurityMiddleware",
    "backend.phone_app.PhoneApp",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backend.pages.middleware.Manners",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.pages.frame.frame",
            ]
        },
    }
]

DATABASES = {"default": database(text("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "backend.people.proving.NameAndPassword"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = flag("HTTPS_ONLY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = whole("SESSION_HOURS", 12) * 60 * 60  # seconds from signing in, however busy one is
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"
PUBLIC_URL = text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")  # where links in letters lead
LINK_DAYS = whole("LINK_DAYS", 3)  # how long an invitation's link lives, and one for a new password
PASSWORD_RESET_TIMEOUT = LINK_DAYS * 24 * 60 * 60


def roles(name: str) -> list[str]:
    known = (
        "coordinator",
        "manager",
        "consumer",
        "administrator",
    )  # a phone asks an inspector for no second one
    named = listed(name, "")
    if strange := [role for role in named if role not in known]:
        raise ImproperlyConfigured(
            f"{name}: {', '.join(strange)} cannot be asked for it; say some of {', '.join(known)}"
        )
    return named


SECOND_FACTOR_ROLES = roles(
    "SECOND_FACTOR_ROLES"
)  # who must sign in with a one-time code or a passkey as well

# Wrong passwords and codes are counted per name and address, in the database, at every door alike.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = whole("SIGN_IN_TRIES", 10)
AXES_COOLOFF_TIME = timedelta(minutes=whole("LOCK_OUT_MINUTES", 15))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying on while locked out does not lengthen it
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the journal tells who signed in
AXES_USERNAME_CALLABLE = "backend.people.proving.counted_name"
AXES_CLIENT_IP_CALLABLE = "backend.people.proving.address_of"
AXES_LOCKOUT_CALLABLE = "backend.accounts.locked_out.locked_out"
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "login",
    "password",
    "code",
    "credential",
    "csrfmiddlewaretoken",
    "next",
]
AXES_VERBOSE = False

ACCOUNT_ADAPTER = "backend.accounts.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is proven by the link that was sent to it
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "backend.accounts.forms.SignIn",
    "reauthenticate": "backend.accounts.forms.PasswordAgain",
    "user_token": "backend.accounts.forms.LinkRead",
    "change_password": "backend.accounts.forms.ChangePassword",
    "reset_password_from_key": "backend.accounts.forms.NewPassword",
}
ACCOUNT_RATE_LIMITS = {
    "login": "100/m/ip",  # an office has one address
    "login_failed": "10/15m/key",  # codes of the second factor; passwords are counted by axes
    "reset_password": "20/m/ip,3/15m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_ADAPTER = "backend.accounts.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # people are invited, nobody signs herself up under another's address
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_TOTP_ISSUER = "Samar"
MFA_RATE_LIMITS = {"webauthn_login": "100/m/ip"}
MFA_FORMS = {
    "activate_totp": "backend.accounts.forms.SetUpApp",
    "authenticate": "backend.accounts.forms.Code",
    "reauthenticate": "backend.accounts.forms.CodeAgain",
    "add_webauthn": "backend.accounts.forms.AddPasskey",
}
# Passkeys need https, or localhost; a browser gives none to other plain-http sites.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://")
USERSESSIONS_TRACK_ACTIVITY = False


def post_office(url: str) -> dict[str, object]:
    """How letters leave: `smtp://user:password@host:587` (STARTTLS), `smtps://…:465`, `smtp+plain://host:25` without
    encryption; empty: they are printed to the console."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL: say smtp://user:password@host:587, smtps:// or smtp+plain://")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }


globals().update(post_office(text("EMAIL_URL", "")))
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "noreply@localhost")

KNOX_TOKEN_MODEL = "people.DeviceToken"
MIGRATION_MODULES = {"knox": None}  # its own table of tokens would stand empty beside ours
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=90),
    "AUTO_REFRESH": True,
    "MIN_REFRESH_INTERVAL": 24 * 60 * 60,  # seconds: a token's life is pushed forward at most once a day
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_MODEL": "people.DeviceToken",
}

CSRF_FAILURE_VIEW = "backend.pages.problems.form_from_elsewhere"

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [ROOT / "backend/pages/locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
PHONE_APP = Path(text("PHONE_APP", str(ROOT / "fieldsync/web/dist")))  # made by `make app`
MEDIA_ROOT = Path(text("MEDIA_ROOT", str(VAR / "media")))


EVIDENCE_STORE = text("EVIDENCE_STORE", "disk")


def evidence_store(kind: str) -> dict[str, object]:
    """Where photos are kept: EVIDENCE_STORE=disk, in MEDIA_ROOT, or s3."""
    if kind == "disk":
        return {"BACKEND": "backend.evidence.disk.DurableDisk", "OPTIONS": {"location": str(MEDIA_ROOT)}}
    if kind != "s3":
        raise ImproperlyConfigured(f"EVIDENCE_STORE={kind!r}: say disk or s3")
    missing = [name for name in ("S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY") if not text(name, "")]
    if missing:
        raise ImproperlyConfigured(f"EVIDENCE_STORE=s3 needs {', '.join(missing)}")
    options = {
        "endpoint_url": text("S3_ENDPOINT", "") or None,  # none: Amazon's own
        "public_endpoint": text("S3_PUBLIC_ENDPOINT", ""),  # where browsers reach it, if not at S3_ENDPOINT
        "bucket_name": text("S3_BUCKET", ""),
        "region_name": text("S3_REGION", "us-east-1"),
        "access_key": text("S3_ACCESS_KEY", ""),
        "secret_key": text("S3_SECRET_KEY", ""),
        "location": text("S3_PREFIX", "").strip("/"),
    }
    return {"BACKEND": "backend.evidence.bucket.Bucket", "OPTIONS": options}


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "evidence": evidence_store(EVIDENCE_STORE),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# Where browsers may load pictures from beside ourselves: the object store's public address.
PICTURES_FROM = [text("S3_PUBLIC_ENDPOINT", "") or text("S3_ENDPOINT", "")] if EVIDENCE_STORE == "s3" else []
RESULTS_PUBLIC = flag("RESULTS_PUBLIC", False)  # published results are for everybody, without signing in

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# Bytes a whole request may hold in memory; photos come in pieces of at most 1 MiB, imports through temporary files.
DATA_UPLOAD_MAX_MEMORY_SIZE = mib(3)
DATA_UPLOAD_MAX_NUMBER_FILES = 40
FILE_UPLOAD_MAX_MEMORY_SIZE = mib(1)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.people.authentication.DeviceTokens",
        "backend.people.authentication.BrowserSessions",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["backend.rest.renderers.JSON"],
    "DEFAULT_PARSER_CLASSES": ["backend.rest.parsers.StrictJSON"],
    "DEFAULT_PAGINATION_CLASS": "backend.rest.paging.KeysetPages",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "backend.rest.schema.Describe",
    "EXCEPTION_HANDLER": "backend.rest.problems.answer_problem",
    "DEFAULT_VERSIONING_CLASS": None,
    # Counted per process; what X-Forwarded-For says is believed only when a proxy of ours wrote it.
    "DEFAULT_THROTTLE_RATES": {
        "login-name": text("LOGINS_PER_NAME", "20/min"),
        "login-address": text("LOGINS_PER_ADDRESS", "300/min"),
    },
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Samar",
    "DESCRIPTION": (
        "Mystery shopping for public services: phones tell visits, coordinators judge them, "
        "accepted visits become compliance indicators. Errors are RFC 9457 problems with a stable `code`."
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "VisitState": "backend.visits.api.STATES",
        "PhotoState": "backend.visits.api.PHOTO_STATES",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": text("LOG_LEVEL", "WARNING")},
    # A refused request is told to whoever asked; only what nobody expected belongs in the log.
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "ERROR"}},
}
