"""What follows from events of lower rooms."""

from uuid import UUID

from django_tasks import task

from backend.indicators import actions


@task
def score_visit(visit: str) -> None:
    """After `visit.accepted`: its score is there before anybody computes."""
    actions.score_visit(UUID(visit))
