"""The only place that speaks to the simulator's handsets: for tests, benchmarks, the phone page
and the setting up of its numbers."""

from functools import cache
from typing import Any, NamedTuple, TypedDict

import requests

SECONDS = 10
LONGEST_WEBHOOKS = 90  # The simulator gives a webhook and its fallback 15 seconds each, twice.
NO_ANSWER = 504


class SimulatorError(Exception):
    """The simulator refused, or could not be reached; the message says why and how to mend it."""


class Delivery(NamedTuple):
    """A text handed to Shout, and the HTTP status with which its webhook answered.

    504 when it did not answer, 0 when the carrier did not call it.
    """

    sid: str
    webhook_status: int


class HandsetText(TypedDict):
    """A text seen from the handset: `inbound` goes to Shout; `carrier_reply` came from the carrier, not from Shout."""

    seq: int
    at: float
    direction: str
    handset: str
    number: str
    body: str
    media: list[str]
    sid: str
    status: str
    error_code: int | None
    carrier_reply: bool


class Simulator:
    """One simulator, by its base address. Safe to share between threads."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/") + "/simulator"
        self._session = requests.Session()
        # A proxy from the environment must not stand between two servers on one machine.
        self._session.trust_env = False
        self._session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=64))

    def text(
        self,
        from_: str,
        to: str,
        body: str,
        *,
        sid: str | None = None,
        media: list[str] | None = None,
        place: dict[str, str] | None = None,
    ) -> Delivery:
        """Text from a handset to a number; with the sid of an earlier text, deliver that one again.

        The carrier tells Shout the `place` (city, state, zip, country), or else the home of the handset's number.
        """
        asked = {"from": from_, "to": to, "body": body, "sid": sid, "media": media or [], "place": place or {}}
        return Delivery(**self._ask("POST", "/texts", json=asked, timeout=LONGEST_WEBHOOKS).json())

    def texts(
        self, handset: str | None = None, *, after: int | None = None, limit: int | None = None, wait: float = 0
    ) -> list[HandsetText]:
        """A handset's texts or everybody's, oldest first, at most 1000: those after a `seq`, or else the latest.

        While there are none, waits up to `wait` seconds (at most 25) for the first.
        """
        asked = {"handset": handset, "after": after, "limit": limit, "wait": wait}
        texts: list[HandsetText] = self._ask("GET", "/texts", params=asked, timeout=SECONDS + wait).json()
        return texts

    def numbers(self) -> list[dict[str, Any]]:
        """The numbers the carrier knows, with the addresses it calls for them."""
        numbers: list[dict[str, Any]] = self._ask("GET", "/numbers").json()
        return numbers

    def carrier_replies(self, number: str, *, on: bool) -> None:
        """Say whether the carrier itself blocks and answers on STOP, START and HELP for a number (at first it does)."""
        self._ask("PUT", f"/numbers/{number}", json={"carrier_replies": on})

    def service(
        self,
        *numbers: str,
        name: str = "",
        short_codes: list[str] | None = None,
        advanced_opt_out: dict[str, list[str]] | None = None,
    ) -> str:
        """Put an account's numbers into a new Messaging Service, out of any they were in; gives its sid.

        Advanced Opt-Out is on when its extra words are given, by STOP, START and HELP; an empty dict for none.
        """
        asked = {"numbers": numbers, "name": name, "short_codes": short_codes or []}
        answer = self._ask("POST", "/services", json=asked | {"advanced_opt_out": advanced_opt_out})
        return str(answer.json()["sid"])

    def behave(self, **settings: object) -> None:
        """Behave so from now on; what is not named returns to normal."""
        self._ask("PUT", "/behaviour", json=settings)

    def reset(self) -> None:
        """Forget every account, number and text, and behave."""
        self._ask("DELETE", "/state")

    def log(self) -> list[dict[str, Any]]:
        """Every create request in the order of arrival: at, monotonic, from, to, body, sid, accepted, outcome."""
        attempts: list[dict[str, Any]] = self._ask("GET", "/log").json()
        return attempts

    def _ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: dict[str, Any] | None = None,
        timeout: float = SECONDS,
    ) -> requests.Response:
        url = self._base_url + path
        try:
            answer = self._session.request(method, url, json=json, params=params, timeout=timeout)
        except requests.RequestException as error:
            raise SimulatorError("The carrier simulator does not answer. Start it with: make up") from error
        if not answer.ok and answer.status_code != NO_ANSWER:
            raise SimulatorError(answer.json()["error"])
        return answer


@cache
def simulator_at(base_url: str) -> Simulator:
    """The simulator at an address; one for all threads, since each keeps its connections."""
    return Simulator(base_url)
