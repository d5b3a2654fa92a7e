from django.apps import AppConfig


class Review(AppConfig):
    name = "backend.review"
    label = "review"
