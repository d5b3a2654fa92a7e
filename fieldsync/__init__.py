"""fieldsync: record visits offline and sync them, whatever the network does. README.md has an example."""

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
