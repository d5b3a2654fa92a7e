-- Form 1 of a phone's store. File names count up; each file leads from the form before it, in one transaction.
-- Constraints carry the number of the invariant they guard (README.md).

-- Who this phone is, and where it stands with the server: device, token, cursor, epoch, …
CREATE TABLE phone (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- One row while a sync runs.
CREATE TABLE lease (
    one INTEGER PRIMARY KEY CONSTRAINT lease_k5_one_sync_at_a_time CHECK (one = 1),
    holder TEXT NOT NULL,
    pid INTEGER NOT NULL,
    beat REAL NOT NULL -- seconds since 1970 by this machine's clock
);

-- What the server lists for us, of any kind, as it came.
CREATE TABLE items (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    raw TEXT NOT NULL,
    removed TEXT, -- why it is no longer ours; kept only beside work of ours
    unseen INTEGER NOT NULL DEFAULT 0, -- not met yet since the list is read anew
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

-- Exact texts named by their digest: checklists, and submissions made before this phone.
CREATE TABLE papers (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('checklist', 'submission')),
    text TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE drafts (
    visit TEXT PRIMARY KEY,
    attempt INTEGER NOT NULL,
    checklist TEXT NOT NULL,
    rev INTEGER NOT NULL, -- outlives the text: the server keeps the highest it has seen
    acked INTEGER NOT NULL DEFAULT 0,
    doc TEXT, -- NULL: discarded or finished
    CONSTRAINT draft_k6_clean_up_to_what_was_written CHECK (acked <= rev)
) WITHOUT ROWID;

CREATE TABLE submissions (
    id TEXT PRIMARY KEY,
    visit TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    checklist TEXT NOT NULL,
    digest TEXT NOT NULL,
    doc TEXT,
    made_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'outbox' CHECK (state IN ('outbox', 'kept', 'freed')),
    slot TEXT,
    received_at TEXT, -- by the server's clock
    damaged INTEGER NOT NULL DEFAULT 0,
    trouble TEXT,
    asked INTEGER NOT NULL DEFAULT 0, -- how often we asked whether it is durable
    CONSTRAINT submission_k8_text_until_durable CHECK (doc IS NOT NULL OR state = 'freed')
) WITHOUT ROWID;
CREATE INDEX submissions_by_visit ON submissions (visit);

CREATE TRIGGER submission_k2_a_finished_text_never_changes
BEFORE UPDATE OF id, visit, attempt, checklist, digest, doc ON submissions
WHEN NEW.id <> OLD.id OR NEW.visit <> OLD.visit OR NEW.attempt <> OLD.attempt
    OR NEW.checklist <> OLD.checklist OR NEW.digest <> OLD.digest
    OR (NEW.doc IS NOT OLD.doc AND NOT (NEW.doc IS NULL AND NEW.state = 'freed'))
BEGIN
    SELECT RAISE(ABORT, 'submission_k2_a_finished_text_never_changes');
END;

CREATE TRIGGER submission_k2_is_never_deleted BEFORE DELETE ON submissions
BEGIN
    SELECT RAISE(ABORT, 'submission_k2_is_never_deleted');
END;

CREATE TABLE photos (
    id TEXT PRIMARY KEY,
    visit TEXT NOT NULL,
    submission TEXT REFERENCES submissions (id), -- NULL while its visit is a draft: such photos are not sent
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    type TEXT NOT NULL,
    made_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'captured'
        CHECK (state IN ('captured', 'declared', 'sending', 'stored', 'bad', 'lost', 'freed')),
    "offset" INTEGER NOT NULL DEFAULT 0,
    url TEXT,
    reason TEXT,
    careful INTEGER NOT NULL DEFAULT 0, -- arrived damaged once: send with checksums
    asked INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT photo_offset_within_its_size CHECK ("offset" BETWEEN 0 AND size)
) WITHOUT ROWID;
CREATE INDEX photos_by_visit ON photos (visit);
CREATE INDEX photos_on_their_way ON photos (state) WHERE state IN ('captured', 'declared', 'sending');

CREATE TRIGGER photo_k8_sent_is_not_deleted BEFORE DELETE ON photos WHEN OLD.submission IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'photo_k8_sent_is_not_deleted');
END;
