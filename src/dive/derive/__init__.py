"""Derive a question's tree from evidence without a model, and compile it into a proof."""
