"""Texts, sent or only tried out, as the REST API shows them."""
