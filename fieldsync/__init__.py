"""fieldsync: record visits offline and sync them, whatever the network does. README.md has an example.

sign_in, open_engine   a phone: an Engine over the records of one user of one server
Engine                 record, sync, export, continue; `Store` remembers, `Transport` speaks, both may be given
Budget                 what a sync may spend on the line
Report, Event          what a sync did, and tells while it runs
Problem                what every call raises, in words for people and a code for machines
"""

from fieldsync.engine import Engine, Event, PhotoOfDraft, Picture, Report, open_engine, sign_in
from fieldsync.errors import Problem
from fieldsync.rules import Budget
from fieldsync.store import Exported, Store
from fieldsync.transport import Transport
from fieldsync.wire import VERSION, OtherDraft, uuid7

__all__ = [
    "VERSION",
    "Budget",
    "Engine",
    "Event",
    "Exported",
    "OtherDraft",
    "PhotoOfDraft",
    "Picture",
    "Problem",
    "Report",
    "Store",
    "Transport",
    "open_engine",
    "sign_in",
    "uuid7",
]
