from django.apps import AppConfig


class People(AppConfig):
    name = "backend.people"
    label = "people"
