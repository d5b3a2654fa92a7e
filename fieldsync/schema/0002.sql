-- Form 2: what the last syncs did, and photos of a draft that was begun on another device.

-- For support: numbers, codes and moments; never contents, names or places. The last ten are kept.
CREATE TABLE runs (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL
);

-- A draft that was continued here speaks of these photos; their bytes are neither here nor with the server.
CREATE TABLE absent (
    photo TEXT PRIMARY KEY,
    visit TEXT NOT NULL
) WITHOUT ROWID;
