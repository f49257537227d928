"""What a rehearsal found, and how it is told: on a terminal, as JSON, as Markdown."""

from rehearsal.report.model import Finding, Phase, Report

__all__ = ["Finding", "Phase", "Report"]
