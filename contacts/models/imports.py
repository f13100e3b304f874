"""A file of contacts that somebody brought in."""

from django.db import models

from contacts.models.contact import Group
from shout.models import Account, User


class Import(models.Model):
    """One imported file: where the people's consent comes from, and what became of its rows.

    `errors` holds the rows that somebody has to look at: [{"row": 7, "error": "…", "cells": [["Phone", "…"], …]}].
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="imports")
    file_name = models.CharField(max_length=200)
    consent_source = models.CharField(max_length=200)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, db_constraint=False, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    imported_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name
