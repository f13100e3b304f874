"""Setting a number up at its carrier: the only place that tells a carrier where our webhooks are."""

from django.conf import settings
from django.utils.timezone import now

from contacts.models import Number
from messaging.carriers import CarrierError, errors, twilio
from messaging.delivery import credentials
from shout.tenancy import tenant


def connect_simulated(account_id: int) -> list[str]:
    """Connect an account's numbers on the carrier simulator, as far as it runs; what could not be done, in words."""
    with tenant(account_id):
        numbers = list(Number.objects.filter(account_id=account_id, carrier=Number.Carrier.SIMULATOR))
    complaints = []
    for number in numbers:
        try:
            connect(number)
        except CarrierError as error:
            complaints.append(f"{number.e164} cannot be texted yet: {error.reason} Start Shout with: make up")
    return complaints


def connect(number: Number) -> None:
    """Have the carrier post what people text to `number` to its webhook; harmless to repeat. Raises `CarrierError`.

    Call it outside a transaction: it waits for the carrier.
    """
    twilio.set_webhooks(
        credentials(number), number=number.e164, sms_url=number.sms_webhook_url, timeout=settings.CARRIER_TIMEOUT
    )
    with tenant(number.account_id):
        number.webhooks_set_at = now()
        number.save(update_fields=["webhooks_set_at"])


def explain(error: CarrierError) -> str:
    """What went wrong, for the person who asked for it."""
    return errors.meaning(error.code) or error.reason
