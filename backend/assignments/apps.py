from django.apps import AppConfig


class Assignments(AppConfig):
    name = "backend.assignments"
    label = "assignments"
