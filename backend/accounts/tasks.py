"""What follows from events of lower rooms, and what is sent after an answer was given."""

from django_tasks import task

from backend.accounts import actions


@task
def send_invitation(person: str) -> None:
    """After `person.invited`."""
    actions.send_invitation(person)


@task
def send_new_password(typed: str) -> None:
    """After somebody asked for a new password, for a name that may be nobody's."""
    actions.send_new_password(typed)
