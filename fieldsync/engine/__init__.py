"""What a person does with the phone: sign in, fetch visits, record them, finish, sync.

recording  visits, answers, photos: works without any network
syncing    one run of the sync: a flat loop over rules.next_step, one exit per outcome
report     what a sync tells
entry      signing in, and opening what was recorded before
"""

from fieldsync.engine.entry import Engine, open_engine, sign_in
from fieldsync.engine.recording import Picture, Recorder
from fieldsync.engine.report import Event, Report

__all__ = ["Engine", "Event", "Picture", "Recorder", "Report", "open_engine", "sign_in"]
