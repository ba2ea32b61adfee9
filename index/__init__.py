"""Documents to a searchable index. Nothing in here imports `qa`."""
