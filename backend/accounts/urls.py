"""Accounts: signing in and out, one's password, second factors, sessions."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path
from django.views.decorators.http import require_safe

from backend.pages.desk import signed_in
from backend.pages.page import page


@require_safe
@signed_in
def own_account(request: HttpRequest) -> HttpResponseBase:
    return page(request, "pages/base.html")


urlpatterns = [
    path("me/", own_account, name="own_account"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("", include("allauth.account.urls")),
]
