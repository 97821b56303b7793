"""Pictures of products: drawn from what the catalogue says of them, the same for the same product, whoever asks."""

from newretail.shopfront.art.draw import Subject, draw, draw_face

__all__ = ["Subject", "draw", "draw_face"]
