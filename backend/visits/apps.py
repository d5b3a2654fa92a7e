from django.apps import AppConfig


class Visits(AppConfig):
    name = "backend.visits"
    label = "visits"
