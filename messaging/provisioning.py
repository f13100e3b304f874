"""Setting a number up at its carrier: the only place that tells a carrier where our webhooks are."""

from django.conf import settings
from django.utils.timezone import now

from contacts.models import Number
from messaging.carriers import CarrierError, Pool, Verdict, errors, twilio
from messaging.delivery import credentials
from messaging.simulator.client import SimulatorError, simulator_at
from shout.tenancy import tenant


class SharedServiceError(CarrierError):
    """A number cannot be used because a STOP to it would also stop other numbers."""

    def __init__(self, pool: Pool) -> None:
        others = f"{pool.others} other number{'' if pool.others == 1 else 's'}"
        super().__init__(
            Verdict.FAILED,
            f"At Twilio this number is in the Messaging Service “{pool.name}” ({pool.sid}) together with {others}. "
            "Twilio takes a STOP to one number of a service as a STOP to all of them, but people must be able to stop "
            "each number alone. In the Twilio Console, move this number to a Messaging Service of its own; a US local "
            "number needs its 10DLC campaign there too. Then set up the carrier again.",
        )


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
    """Have the carrier post what people text to `number` to its webhook; harmless to repeat.

    The carrier simulator also learns who answers STOP, which at Twilio is set in its console.
    Raises `CarrierError`, and `SharedServiceError` for a number that people could not stop alone.
    Call it outside a transaction: it waits for the carrier.
    """
    check_service(number)
    twilio.set_webhooks(
        credentials(number),
        number=number.e164,
        sms_url=number.sms_webhook_url,
        service_sid=number.messaging_service_sid,
        timeout=settings.CARRIER_TIMEOUT,
    )
    if number.is_simulated and number.line != Number.Line.TOLL_FREE:
        _say_who_answers(number)
    with tenant(number.account_id):
        number.webhooks_set_at = now()
        number.save(update_fields=["webhooks_set_at"])


def _say_who_answers(number: Number) -> None:
    """Where Shout answers STOP the simulated carrier must not, or people would get two answers (P6).

    Shout always answers on an in-app line, behind which there is no carrier.
    """
    on = number.confirmed_by == Number.Confirmer.CARRIER and number.line != Number.Line.IN_APP
    try:
        simulator_at(settings.SIMULATOR_URL).carrier_replies(number.e164, on=on)
    except SimulatorError as error:
        raise CarrierError(Verdict.FAILED, str(error)) from error


def check_service(number: Number) -> None:
    """Remember which Messaging Service the number has to itself, if any; raises, and waits, as `connect` does.

    Texts leave by the number all the same: its service could only choose that one.
    """
    pool = twilio.pool_of(credentials(number), number=number.e164, timeout=settings.CARRIER_TIMEOUT)
    if pool and pool.others:
        raise SharedServiceError(pool)
    with tenant(number.account_id):
        number.messaging_service_sid = pool.sid if pool else ""
        number.save(update_fields=["messaging_service_sid"])


def explain(error: CarrierError) -> str:
    """What went wrong, for the person who asked for it."""
    return errors.meaning(error.code) or error.reason
