"""Who is asking: a device by its token, or a person in a browser by her session."""

from hmac import compare_digest
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.authentication import SessionAuthentication

from backend.core.clock import now
from backend.people.errors import (
    DeviceRevoked,
    SecondFactorNeeded,
    TokenExpired,
    TokenUnknown,
    UserDisabled,
)
from backend.people.models import DeviceToken, User, tokens_like
from backend.people.proving import second_factor_missing


class DeviceTokens(TokenAuthentication):
    """`Authorization: Bearer <token>`, hashed at rest and bound to a named device (django-rest-knox).

    An expired or revoked token is told apart from an unknown one, so that a phone can say what to do.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, DeviceToken]:
        if not token.isalnum():  # ours are hexadecimal; a NUL would upset the database
            raise TokenUnknown()
        text = token.decode("ascii")
        digest = hash_token(text)
        for kept in tokens_like(key=text[: CONSTANTS.TOKEN_KEY_LENGTH]):
            if compare_digest(digest, kept.digest):
                return self._living(kept)
        raise TokenUnknown()

    def _living(self, kept: DeviceToken) -> tuple[User, DeviceToken]:
        if kept.device.revoked_at is not None:
            raise DeviceRevoked(device=kept.device_id)
        if not kept.user.is_active:
            raise UserDisabled()
        if kept.expiry is not None and kept.expiry < now():
            raise TokenExpired()
        self.renew_token(kept)
        return kept.user, kept


class BrowserSessions(SessionAuthentication):
    """Django's session cookie with CSRF, for people in browsers. Whoever still owes the second factor that a role of
    hers needs is nobody yet, save at the door itself (a view that says `before_second_factor`)."""

    def authenticate(self, request: Any) -> tuple[Any, None] | None:
        found: tuple[Any, None] | None = super().authenticate(request)
        view = (request.parser_context or {}).get("view")
        if (
            found
            and not getattr(view, "before_second_factor", False)
            and second_factor_missing(request._request)
        ):
            raise SecondFactorNeeded()
        return found

    def authenticate_header(self, request: Any) -> str:
        return "Session"


class DescribeDeviceTokens(OpenApiAuthenticationExtension):
    target_class = DeviceTokens
    name = "device"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A device's token"}


class DescribeBrowserSessions(OpenApiAuthenticationExtension):
    target_class = BrowserSessions
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
