from django.apps import AppConfig


class Checklists(AppConfig):
    name = "backend.checklists"
    label = "checklists"
