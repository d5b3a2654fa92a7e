from django.apps import AppConfig


class Accounts(AppConfig):
    name = "backend.accounts"
    label = "samar_accounts"

    def ready(self) -> None:
        from backend.accounts import signals

        signals.connect()
