from django.apps import AppConfig


class Console(AppConfig):
    name = "backend.console"
    label = "console"
