"""The dataset as a static site: pages that a person looks at, and the evidence of every number."""

from output.pages.build import SiteSummary, build_site
from output.pages.evidence import EvidenceFile, EvidencePage, EvidenceSource, NoEvidence
from output.pages.folder import SiteError

__all__ = ["EvidenceFile", "EvidencePage", "EvidenceSource", "NoEvidence", "SiteError", "SiteSummary", "build_site"]
