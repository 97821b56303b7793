"""newretail: web shop, store, till and corner shop as one market."""

__version__ = "0.1.0"
