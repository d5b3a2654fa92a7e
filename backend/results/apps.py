from django.apps import AppConfig


class Results(AppConfig):
    name = "backend.results"
    label = "results"
