"""Groups and tags as somebody types them in."""

from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from contacts.forms.fields import check_name
from contacts.models import Group, Tag
from shout import text
from shout.models import Account

Name = TypeVar("Name", Group, Tag)


class NameForm(forms.ModelForm[Name]):
    """A name that may be taken once in the account, whatever its case and spaces."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.instance.account = account

    def clean_name(self) -> str:
        """The name, if it can be seen and is free."""
        name, model = self.cleaned_data["name"], type(self.instance)
        check_name(name)
        same = model.objects.filter(account=self.instance.account, name_key=text.fold(name))
        taken = same.exclude(pk=self.instance.pk).first()
        if taken:
            raise ValidationError(f"There is a {model._meta.verbose_name} “{taken}” already. Choose another name.")
        return str(name)


class GroupForm(NameForm[Group]):
    """A group."""

    class Meta:
        model = Group
        fields = ["name", "description"]
        help_texts = {
            "name": "As your customers know it, for example VIP.",
            "description": "What its members have agreed to, for your team.",
        }
        error_messages = {"name": {"required": "Enter a name for the group."}}


class TagForm(NameForm[Tag]):
    """A tag."""

    class Meta:
        model = Tag
        fields = ["name"]
        help_texts = {"name": "A short label, for example NOVIP."}
        error_messages = {"name": {"required": "Enter a name for the tag."}}
