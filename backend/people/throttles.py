"""How often one may try a password. Rates are settings; what is counted is kept in the cache, hashed."""

from typing import Any

from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from backend.core.digests import sha256_text


class LoginsPerName(SimpleRateThrottle):
    """Tries of one name from one address: guessing is slow, and nobody elsewhere is locked out by it."""

    scope = "login-name"

    def get_cache_key(self, request: Any, view: Any) -> str:
        sent = request.data.get("username") if isinstance(request.data, dict) else None
        who = sha256_text(f"{self.get_ident(request)} {sent or request.user.pk}")
        return self.cache_format % {"scope": self.scope, "ident": who}


class LoginsPerAddress(SimpleRateThrottle):
    """All tries from one address: one machine cannot keep the server busy with hashing."""

    scope = "login-address"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": sha256_text(self.get_ident(request))}


def throttles_for(request: Any) -> list[BaseThrottle]:
    """Trying a password counts; asking who one is does not."""
    return [LoginsPerName(), LoginsPerAddress()] if request.method == "POST" else []
