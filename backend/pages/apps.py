from django.apps import AppConfig


class Pages(AppConfig):
    name = "backend.pages"
    label = "pages"
