from django.apps import AppConfig


class Backups(AppConfig):
    name = "backend.backups"
    label = "backups"
