"""python -m backend worker: does what reactions enqueued, and seals the journal."""

import os
import signal
import time
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from backend.core.ids import uuid7
from backend.evidence.sweeping import sweep
from backend.feed.actions import check_timeline
from backend.journal.actions import LINES_PER_SEALING, seal_journal
from backend.rest.models import KeptAnswer

IDLE_SECONDS = 0.5
SEALED_SECONDS = 0.3
TIDY_EVERY_SECONDS = 3600
FORGOTTEN_AFTER = timedelta(minutes=10)
RETRY_AFTER = timedelta(minutes=1)
TRIES_MAX = 5
KEPT_FOR = timedelta(days=7)


class Command(BaseCommand):
    help = "Run the background work. Several may run; --only-one says this is the only one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only-one", action="store_true", help="take over at once what a killed worker left"
        )
        parser.add_argument("--until-idle", action="store_true", help="stop when nothing is left to do")
        parser.add_argument("--parent", type=int, help="stop when this process is no longer the parent")

    def handle(self, *args: Any, **options: Any) -> None:
        working = Working()
        signal.signal(signal.SIGTERM, working.stop)
        signal.signal(signal.SIGINT, working.stop)
        check_timeline()
        take_over(timedelta() if options["only_one"] else FORGOTTEN_AFTER)
        tidied = tidy()
        while working.on and options["parent"] in (None, os.getppid()):
            working.once()
            if sealed := seal_journal():
                time.sleep(
                    SEALED_SECONDS if sealed < LINES_PER_SEALING else 0
                )  # some lines at a time, not each
            elif not ready():
                if options["until_idle"]:
                    return
                time.sleep(IDLE_SECONDS)
                if time.monotonic() - tidied > TIDY_EVERY_SECONDS:
                    tidied = tidy()
                check_timeline()  # a standby may have taken over under our feet
                take_over(FORGOTTEN_AFTER)
                try_again()
            close_old_connections()


class Working:
    """The work as long as nobody says stop; the task at hand is always finished."""

    def __init__(self) -> None:
        self.on = True
        self.worker = Worker(
            queue_names=["default"],
            excluded_queue_names=[],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=uuid7().hex,
        )

    def once(self) -> None:
        """Everything that is ready now."""
        self.worker.run()

    def stop(self, *_: object) -> None:
        self.on = self.worker.running = False


def ready() -> bool:
    return DBTaskResult.objects.ready().exists()


def take_over(older_than: timedelta) -> int:
    """Tasks a killed worker had begun are begun again; every task of ours may run twice without harm."""
    begun = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lte=timezone.now() - older_than
    )
    return begun.update(status=TaskResultStatus.READY, started_at=None)


def try_again() -> int:
    """Tasks that failed get another chance, a minute later, at most TRIES_MAX times in all."""
    failed = DBTaskResult.objects.failed().filter(finished_at__lt=timezone.now() - RETRY_AFTER)
    again = [task.pk for task in failed.order_by("finished_at")[:500] if len(task.worker_ids) < TRIES_MAX]
    return DBTaskResult.objects.filter(pk__in=again).update(
        status=TaskResultStatus.READY, started_at=None, finished_at=None
    )


def tidy() -> float:
    """Forget uploads nobody goes on with, and finished tasks of last week: the journal keeps what was done.
    Returns when that was, by the monotonic clock."""
    sweep()
    KeptAnswer.objects.sweep(now=timezone.now())
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEPT_FOR).delete()
    return time.monotonic()
