"""Contacts, their lists and labels, and numbers, as the REST API shows them."""
