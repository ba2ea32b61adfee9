"""Questions that the documents can answer, made from the documents themselves, each one checked."""
