from django.apps import AppConfig


class Samar(AppConfig):
    """Ties the table of consequences to the journal; the last app, so every room is there."""

    name = "backend"
    label = "samar"

    def ready(self) -> None:
        from backend.journal.actions import react_by
        from backend.reactions import REACTIONS

        react_by(REACTIONS)
