"""Pages of one's own account that are not allauth's."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.decorators import login_not_required
from allauth.core import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts import actions
from backend.accounts.forms import AskReset
from backend.accounts.tasks import send_new_password
from backend.pages.desk import second_factor_url, signed_in, to_sign_in
from backend.pages.page import page, problem_page
from backend.people import proving
from backend.people.errors import LastSecondFactor
from backend.people.models import Programme, User

PROGRAMMES_MAX = 50
NEXT = "after-second-factor"


@require_safe
@signed_in
def own_account(request: HttpRequest) -> HttpResponseBase:
    """Who one is, what one may do where, and how one signs in."""
    user = cast(User, request.user)
    programmes = Programme.objects.filter(pk__in=user.standings).order_by("name")[:PROGRAMMES_MAX]
    mine = [(programme, user.standing_in(programme)) for programme in programmes]
    shown = {"mine": mine, "secured": proving.has_second_factor(user)}
    return page(request, "accounts/own_account.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sessions(request: HttpRequest) -> HttpResponseBase:
    """Where one is signed in; a POST ends one session (`end`: its number) or all others (`end`: others)."""
    user = cast(User, request.user)
    living = actions.living_sessions(user)
    others = [one for one in living if one.session_key != request.session.session_key]
    if request.method == "POST":
        wanted = request.POST.get("end", "")
        count = actions.end_sessions(user, [one for one in others if wanted in ("others", str(one.pk))])
        said = ngettext("%(count)s session was ended.", "%(count)s sessions were ended.", count)
        messages.success(request, said % {"count": count})
        return redirect("usersessions_list")
    return page(request, "accounts/sessions.html", {"sessions": living, "others": others})


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def ask_reset(request: HttpRequest) -> HttpResponseBase:
    """Asking for a link; the answer is the same whoever is named, and as quick: a worker looks who it is."""
    form = AskReset(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "accounts/ask_reset.html", {"form": form})
    name = form.cleaned_data["name"]
    if too_many := ratelimit.consume_or_429(request, action="reset_password", key=name.lower()):
        return cast(HttpResponse, too_many)
    send_new_password.enqueue(name)
    return redirect("account_reset_password_done")


@require_safe
@login_not_required
def reset_asked(request: HttpRequest) -> HttpResponseBase:
    return page(request, "accounts/reset_asked.html")


@require_safe
@login_not_required
def password_chosen(request: HttpRequest) -> HttpResponseBase:
    return page(request, "accounts/password_chosen.html")


@require_safe
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """Between signing in and work, for those whose role needs it: prove the second factor, or set one up."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if wanted := request.GET.get("next", ""):
        request.session[NEXT] = wanted
    if not proving.second_factor_missing(request):
        return redirect(_safe(request, request.session.pop(NEXT, "")))
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    if not kinds & set(proving.FACTORS):
        return page(request, "accounts/second_factor.html")
    code = Authenticator.Type.TOTP in kinds
    where = reverse("mfa_reauthenticate" if code else "mfa_reauthenticate_webauthn")
    return redirect(f"{where}?{urlencode({'next': second_factor_url()})}")


def _safe(request: HttpRequest, url: str) -> str:
    from django.utils.http import url_has_allowed_host_and_scheme

    fine = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if fine else "/console/"


class RemovePasskey(RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.get_object()):
            return problem_page(self.request, LastSecondFactor())
        return cast(HttpResponse, super().form_valid(form))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """handler429 of allauth."""
    said = {"words": _("Too many tries in a short time. Wait a little, then try again.")}
    return page(request, "accounts/too_many.html", said, status=429)
