"""The tenant, and who may do what in it."""

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from shout.models.user import User


class Account(models.Model):
    """One business: the tenant that every tenant row carries as `account_id`."""

    name = models.CharField(max_length=100)
    contact_details = models.CharField(max_length=200, blank=True, help_text="Phone or e-mail that a HELP text names.")
    own_stop_words = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def next_id(cls) -> int:
        """An id for an account that is about to be made: row-level security wants the context before the row."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('shout_account', 'id'))")
            return int(cursor.fetchone()[0])


class Role(models.TextChoices):
    """What a member may do: each role may all that the roles below it may."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    AGENT = "agent", "Agent"
    VIEWER = "viewer", "Viewer"

    def may(self, needed: "Role") -> bool:
        """Whether this role is `needed` or stands above it."""
        order = list(type(self))
        return order.index(self) <= order.index(needed)


class Membership(models.Model):
    """Gives a user a role in an account."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="one_membership_per_user")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    def may(self, needed: Role) -> bool:
        """Whether this member's role reaches `needed`."""
        return Role(self.role).may(needed)
