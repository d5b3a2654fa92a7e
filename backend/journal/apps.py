from django.apps import AppConfig


class Journal(AppConfig):
    name = "backend.journal"
    label = "journal"
