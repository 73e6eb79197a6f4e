"""The evidence of the numbers: the files that they were read from, shown with what was read marked in them."""

from xxgk.evidence.collect import SnapshotEvidence
from xxgk.evidence.snapshots import CrawlSnapshots, FolderSnapshots, Snapshots

__all__ = ["CrawlSnapshots", "FolderSnapshots", "SnapshotEvidence", "Snapshots"]
