"""The fields that every contact has a column for: the only place that says what they can hold. Pure."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# The columns of a contact that may be set by name, with their lengths.
OWN_FIELDS = {"first_name": 100, "last_name": 100, "email": 254, "postal_code": 12}


def fits(name: str, value: str) -> bool:
    """Whether a field of this name can hold the value: an e-mail address is one, and no column gets more than it holds.

    Custom fields hold anything, and every field may be empty.
    """
    try:
        if name == "email" and value:
            validate_email(value)
    except ValidationError:
        return False
    return len(value) <= OWN_FIELDS.get(name, len(value))
