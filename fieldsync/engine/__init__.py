"""What a person does with the phone: sign in, fetch visits, record them, finish, sync.

recording   visits, answers, photos: works without any network
continuing  going on with a draft of another device
syncing     one run of the sync: a flat loop over rules.next_step, one exit per outcome
exchanging, fetching, sending   its steps: documents and changes, papers, photos; they share a course
report      what a sync tells
entry       signing in, and opening what was recorded before
"""

from fieldsync.engine.continuing import PhotoOfDraft
from fieldsync.engine.entry import Engine, open_engine, sign_in
from fieldsync.engine.recording import Picture, Recorder
from fieldsync.engine.report import Event, Report

__all__ = ["Engine", "Event", "PhotoOfDraft", "Picture", "Recorder", "Report", "open_engine", "sign_in"]
