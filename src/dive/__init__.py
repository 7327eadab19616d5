"""DIVE: training tasks for tool-using models, each with an executable proof."""

__version__ = "0.1.0"
