"""What follows from events of this room."""

from uuid import UUID

from django_tasks import task

from backend.evidence import actions


@task
def make_thumbnail(photo: str) -> None:
    """After `photo.kept`: a reviewer finds the small picture ready."""
    actions.make_thumbnail(UUID(photo))
