"""fieldsync: record visits offline and sync them, whatever the network does.

from pathlib import Path
from fieldsync import sign_in

phone = sign_in(Path("records"), "https://samar.example.org", "sari", "…")
phone.pull()
visit = phone.visits()[0].visit.id
phone.start(visit)
phone.answer(visit, "I1.2", True)
phone.add_photo(visit, "board.jpg", item="P1.1")
phone.finish(visit)
print("\\n".join(phone.sync().words()))
"""

from fieldsync.engine import Engine, Event, Picture, Report, open_engine, sign_in
from fieldsync.errors import Problem
from fieldsync.store import Store
from fieldsync.transport import Transport
from fieldsync.wire import VERSION, uuid7

__all__ = [
    "VERSION",
    "Engine",
    "Event",
    "Picture",
    "Problem",
    "Report",
    "Store",
    "Transport",
    "open_engine",
    "sign_in",
    "uuid7",
]
