from django.apps import AppConfig


class Evidence(AppConfig):
    name = "backend.evidence"
    label = "evidence"
