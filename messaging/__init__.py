"""Texts in, texts out."""
