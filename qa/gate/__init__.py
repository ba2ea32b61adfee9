"""The citation gate: every sentence of a model's answer is checked against the passages, or loses its citation."""
