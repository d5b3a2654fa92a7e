"""A form that arrives after its session has ended is kept in the new session, and handed back to the same person."""

from __future__ import annotations

from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

KEPT = "kept-form"
KEPT_BYTES_MAX = 200_000
NOT_KEPT = {"csrfmiddlewaretoken"}
_signer = Signer(salt="samar.pages.kept")


def signed(user: Any) -> str:
    """Who fills a form in, as the form carries it. Signed: only what we gave to somebody who had signed in is kept."""
    return _signer.sign(str(user.pk))


def filled_in_by(said: str) -> str:
    """The id of who filled a form in; "" for what we did not sign."""
    try:
        return str(_signer.unsign(said))
    except BadSignature:
        return ""


def keep_form(request: HttpRequest) -> str:
    """Keep the fields that were sent, and say which page shows them again: the one that `page` in the form names, or
    the one it was sent to.

    A form says who filled it in (`{% who %}`): nobody else who signs in here is shown it, and a form that does not say
    so is not kept.
    """
    back = request.POST.get("page", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = request.get_full_path()
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_KEPT}
    size = sum(len(value) for values in fields.values() for value in values)
    if filled_in_by(request.POST.get("who", "")) and size <= KEPT_BYTES_MAX:
        request.session[KEPT] = {"page": back, "fields": fields}
    return back


def kept_form(request: HttpRequest) -> QueryDict | None:
    """What this person typed into a form of this very page before her session ended; given out once."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None or kept["page"] != request.get_full_path():
        return None
    del request.session[KEPT]
    if filled_in_by(kept["fields"]["who"][0]) != str(request.user.pk):
        return None
    fields = QueryDict(mutable=True)
    for name, values in kept["fields"].items():
        fields.setlist(name, values)
    return fields
