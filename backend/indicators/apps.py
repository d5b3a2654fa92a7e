from django.apps import AppConfig


class Indicators(AppConfig):
    name = "backend.indicators"
    label = "indicators"
