from django.apps import AppConfig


class Feed(AppConfig):
    name = "backend.feed"
    label = "feed"
