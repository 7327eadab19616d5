"""Collect evidence without a model: a typed walk over real tools, directed by the exemplar's pattern."""
