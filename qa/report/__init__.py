"""An evaluation report: sets measured side by side with baselines and the last report, as a page and as JSON."""
