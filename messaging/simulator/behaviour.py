"""The only place for how badly the simulated carrier behaves: slowness, refusals, lost texts and callbacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from random import Random

FATES = ("429", "500", "accepted_then_500", "accepted_then_reset", "hang")
RATES = ("lose_callbacks", "duplicate_callbacks", "lose_webhooks")


@dataclass(frozen=True)
class Behaviour:
    """Times in milliseconds, rates from 0 to 1. The defaults are a carrier that does everything right at once.

    `reject` gives the rates of bad answers to a create request: 429 and 500 refuse the text, `accepted_then_500` and
    `accepted_then_reset` take it and then answer badly, `hang` never takes it and never answers.
    `lose_webhooks` is the rate of texts from handsets that stay in the carrier's log and are never posted.
    `list_lag_ms` keeps a new text out of lists that long; `log_lists_enabled` off answers lists with 503.
    """

    latency_ms: float = 0
    latency_jitter_ms: float = 0
    reject: Mapping[str, float] = field(default_factory=dict)
    lose_callbacks: float = 0
    duplicate_callbacks: float = 0
    lose_webhooks: float = 0
    callback_delay_ms: float = 0
    list_lag_ms: float = 0
    log_lists_enabled: bool = True
    seed: int = 0

    @classmethod
    def parse(cls, given: object) -> "Behaviour":
        """Read decoded JSON; raises ValueError that names the first thing wrong with it."""
        if not isinstance(given, dict):
            raise ValueError("Send a JSON object.")
        known = {f.name for f in fields(cls)}
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"There is no setting {name}. The settings are {', '.join(sorted(known))}.")
            _check(name, value)
        return cls(**given)


def _check(name: str, value: object) -> None:
    if name == "reject":
        _check_reject(value)
    elif name == "log_lists_enabled":
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false.")
    elif name == "seed":
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{name} must be a whole number.")
    elif not _between(value, 1 if name in RATES else 600_000):
        raise ValueError(f"{name} must be a number from 0 to {1 if name in RATES else 600_000}.")


def _check_reject(value: object) -> None:
    if not isinstance(value, dict) or not set(value) <= set(FATES):
        raise ValueError(f"reject must be an object with rates for {', '.join(FATES)}.")
    if not all(_between(rate, 1) for rate in value.values()) or sum(value.values()) > 1:
        raise ValueError("Each rate in reject must be a number from 0 to 1, and all together at most 1.")


def _between(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


class Dice:
    """The chances of one behaviour. With one seed, the nth create request meets the same fate in every run."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._requests = Random(behaviour.seed)
        self._callbacks = Random(behaviour.seed + 1)
        self._webhooks = Random(behaviour.seed + 2)

    def request(self) -> tuple[str, float]:
        """The fate of a create request (empty = answered properly) and the seconds until its answer."""
        drawn, jitter = self._requests.random(), self._requests.random()
        latency = (self._behaviour.latency_ms + jitter * self._behaviour.latency_jitter_ms) / 1000
        for fate in FATES:
            drawn -= self._behaviour.reject.get(fate, 0)
            if drawn < 0:
                return fate, latency
        return "", latency

    def callbacks(self) -> int:
        """How many times one status callback is posted: 0, 1 or 2."""
        lost = self._callbacks.random() < self._behaviour.lose_callbacks
        twice = self._callbacks.random() < self._behaviour.duplicate_callbacks
        return 0 if lost else 2 if twice else 1

    def webhook_is_lost(self) -> bool:
        """Whether a text from a handset is never posted."""
        return self._webhooks.random() < self._behaviour.lose_webhooks
