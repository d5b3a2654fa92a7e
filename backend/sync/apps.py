from django.apps import AppConfig


class Sync(AppConfig):
    name = "backend.sync"
    label = "sync"
