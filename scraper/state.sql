-- The tables of the crawl's state. Other tables of the same file belong to those who write them.
BEGIN;

CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT NOT NULL,
    outcome TEXT NOT NULL
) WITHOUT ROWID;

-- What was answered in a run: it is served from here when the run is continued.
CREATE TABLE visits (
    run_id TEXT NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    method TEXT NOT NULL,
    body TEXT NOT NULL,
    status INTEGER NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    location TEXT NOT NULL,
    file TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    fetched TEXT NOT NULL,
    size INTEGER NOT NULL,
    site_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    PRIMARY KEY (run_id, key)
) WITHOUT ROWID;
CREATE INDEX visits_of_site ON visits (run_id, site_id);

-- How far the visits know each archive file; kept when the visits are pruned.
CREATE TABLE archive_ends (
    file TEXT PRIMARY KEY,
    "end" INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE pages (
    key TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    digest TEXT NOT NULL,
    text_digest TEXT NOT NULL,
    file TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    fetched TEXT NOT NULL,
    checked TEXT NOT NULL,
    unchanged INTEGER NOT NULL,
    analysis BLOB NOT NULL,
    payload TEXT NOT NULL
);

CREATE TABLE reports (
    key TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    site_id TEXT NOT NULL,
    label TEXT NOT NULL,
    found_by TEXT NOT NULL,
    digest TEXT NOT NULL,
    text_digest TEXT NOT NULL,
    file TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    fetched TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    gone TEXT NOT NULL,
    content_type TEXT NOT NULL,
    guessed INTEGER NOT NULL,
    changed TEXT NOT NULL,
    same_as TEXT NOT NULL,
    parts BLOB NOT NULL
);
CREATE INDEX reports_of_site ON reports (site_id, key);
CREATE INDEX reports_of_text ON reports (text_digest);

CREATE TABLE addresses (
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    site_id TEXT NOT NULL,
    PRIMARY KEY (key, url)
) WITHOUT ROWID;

CREATE TABLE failures (
    run_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    url TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (run_id, site_id, url)
);

CREATE TABLE sites (
    site_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    status TEXT NOT NULL,
    requests INTEGER NOT NULL,
    not_modified INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    reports INTEGER NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (site_id, run_id)
) WITHOUT ROWID;

-- "xxgk" in ASCII, and the version of these tables.
PRAGMA application_id = 2021156715;
PRAGMA user_version = 1;
COMMIT;
