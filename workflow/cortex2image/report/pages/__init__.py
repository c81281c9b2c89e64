"""What stands on each page of the report, by the names of :mod:`cortex2image.study.report_pages`."""
