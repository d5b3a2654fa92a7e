from django.apps import AppConfig


class Rest(AppConfig):
    name = "backend.rest"
    label = "rest"
