-- What was read of the snapshots: tables of our own beside the state of the crawl, whose table `reports` names them.

-- The last snapshot of each report that could be read. The record comes last: the other columns are then found quickly.
CREATE TABLE IF NOT EXISTS readings (
    key TEXT PRIMARY KEY,
    report_id TEXT NOT NULL,
    url TEXT NOT NULL,              -- the address that report_id is made of; chosen once
    since TEXT NOT NULL,            -- the run that read it first
    division_code TEXT NOT NULL,    -- of the agency, '' where not known
    year INTEGER NOT NULL,          -- 0 where not known
    digest TEXT NOT NULL,           -- of the snapshot; where it lies, and when it was fetched
    file TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    fetched TEXT NOT NULL,
    parser_version TEXT NOT NULL,
    content_key TEXT NOT NULL,      -- equal for two readings of one report at two addresses, '' where that is not known
    same_as TEXT NOT NULL,          -- the key of the reading that stands for this one as well, or ''
    parts BLOB NOT NULL,            -- the attachments that were read with it, as in `reports`
    record BLOB NOT NULL            -- JSON object of the records, compressed by zlib
);
CREATE INDEX IF NOT EXISTS readings_of_content ON readings (content_key);
CREATE INDEX IF NOT EXISTS readings_of_same ON readings (same_as);

-- The copies of a report, which the crawl found.
CREATE INDEX IF NOT EXISTS reports_of_same ON reports (same_as) WHERE same_as != '';

-- The last snapshot of a report that could not be read, and why; the reading of an earlier one stays.
CREATE TABLE IF NOT EXISTS refusals (
    key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    parser_version TEXT NOT NULL,
    kind TEXT NOT NULL,             -- as in xxgk.reading.Outcome
    reason TEXT NOT NULL
) WITHOUT ROWID;

-- What differed between a reading and the one that took its place, as JSON objects of output.crawled.Revision.
CREATE TABLE IF NOT EXISTS revisions (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    revision TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS revisions_of_report ON revisions (key);

-- The years that a site is limited to; none for a site that is not limited.
CREATE TABLE IF NOT EXISTS site_years (
    site_id TEXT NOT NULL,
    year INTEGER NOT NULL,
    PRIMARY KEY (site_id, year)
) WITHOUT ROWID;

-- The dataset as it was written last: one row.
CREATE TABLE IF NOT EXISTS publication (
    marker TEXT NOT NULL,
    package TEXT NOT NULL,          -- SHA-256 of its datapackage.json
    counts TEXT NOT NULL            -- JSON object
);

-- Readings on a year that the site of the report asks for.
CREATE VIEW IF NOT EXISTS kept_readings AS
SELECT readings.* FROM readings JOIN reports USING (key)
WHERE NOT EXISTS (SELECT 1 FROM site_years WHERE site_years.site_id = reports.site_id)
   OR EXISTS (SELECT 1 FROM site_years WHERE site_years.site_id = reports.site_id AND site_years.year = readings.year);
