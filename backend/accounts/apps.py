from django.apps import AppConfig


class Accounts(AppConfig):
    name = "backend.accounts"
    label = "samar_accounts"
