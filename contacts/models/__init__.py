"""The tables of who may be texted, from which number, and why."""

from contacts.models.consent import Block, ConsentEvent, OptOut
from contacts.models.contact import Contact, ContactTag, Group, GroupMembership, Tag
from contacts.models.imports import Import
from contacts.models.number import Number

__all__ = [
    "Block",
    "ConsentEvent",
    "Contact",
    "ContactTag",
    "Group",
    "GroupMembership",
    "Import",
    "Number",
    "OptOut",
    "Tag",
]
