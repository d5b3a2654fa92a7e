from django.apps import AppConfig


class Units(AppConfig):
    name = "backend.units"
    label = "units"
