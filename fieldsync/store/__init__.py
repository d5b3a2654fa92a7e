"""What the phone remembers: one folder per server and user, a database and a folder of photos.

Store   what was recorded here: visits, checklists, drafts, photos, submissions
Outbox  the same, as the sync sees it: what waits, what was answered, who is syncing
Ledger  what it knows of its own syncs: the last runs, the day's account
"""

from fieldsync.store.ledger import Ledger
from fieldsync.store.outbox import Outbox, Paper
from fieldsync.store.pages import Applied
from fieldsync.store.records import Draft, Identity, Listed, NewPhoto, Photo, Receipt, Store, folder_for
from fieldsync.store.unsent import Exported, export_unsent

__all__ = [
    "Applied",
    "Draft",
    "Exported",
    "Identity",
    "Ledger",
    "Listed",
    "NewPhoto",
    "Outbox",
    "Paper",
    "Photo",
    "Receipt",
    "Store",
    "export_unsent",
    "folder_for",
]
