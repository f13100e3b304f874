"""Plain language that asks for silence: what is heard, what is left to a person, what is ordinary talk (P8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.phrases import PARTS, labelled, measure
from contacts.phrases import RULES, Band, read, rule
from contacts.words import RESERVED
from shout.text import normalise
from tests.shout.test_text import AROUND

SAID = [each.text for part in PARTS for each in labelled(part)]


def band(body: str) -> Band | None:
    return reading.band if (reading := read(body)) else None


@pytest.mark.parametrize(
    "body",
    [
        "please stop texting me",
        "Stop. Thank you",
        "take me off this list",
        "no more texts",
        "unsubscribe me",
        "dont txt me anymore plz",
        "STOP TEXTING ME YOU ASSHOLES",
        "STPO",
        "SOTP",
        "STOPP",
        "SSTOP",
        "stopppp",
        "UNSUBSCRIBEE",
        "stop!!! stop please",
        "deja de escribirme",
        "ya no me manden mensajes",
        "ne m'envoyez plus de messages",
        "arrêtez de m'envoyer des sms svp",
        "stop all messages from all numbers",
        "STOP to both numbers",
        "stop txtng me",
        "stoptextingme",
        "i dont want to recieve these messages",
        "would you mind not texting me anymore",
        "take this # off your list",
        "STOP - Sent from my Galaxy",
        "stop Envoyé de mon iPhone",
        "STTOP",
        "SSTTOOPP",
        "Stop!1!",
        "STOP!!!11one",
        "S T O P please",
        "S.T.O.P. texting me",
        "5T0P",
        "stoop texting me",
        "Non, stop",
        "Non merci, stop",
    ],
)
def test_a_plain_request_is_automatic(body: str) -> None:
    assert band(body) == Band.AUTOMATIC


@pytest.mark.parametrize(
    ("body", "rule_id"),
    [
        ("wrong number", "en.wrong-number"),
        ("who is this? wrong person", "en.wrong-number"),
        ("número equivocado", "es.wrong-number"),
        ("mauvais numéro", "fr.wrong-number"),
        ("remove", "en.remove"),
        ("leave me alone", "en.leave-me-alone"),
        ("I'm not interested", "en.not-interested"),
        ("Stop Denny's", "en.stop-name"),
        ("Don't text this number, use my new one", "en.do-not-text-me.unsure"),
        ("no me interesa", "es.no-me-interesa"),
        ("plus de messages svp", "fr.plus-de-messages"),
        ("equivocado", "es.wrong-number"),
        ("U have the wrong #", "en.wrong-number"),
        ("This is not Maria", "en.wrong-number"),
        ("please no more", "en.no-more"),
        ("no contact", "en.no-more"),
        ("dont send me this", "en.no-more"),
        ("🛑🛑🛑", "en.stop-it"),
        ("STOP I don't know you", "en.stop-it"),
        ("My husband passed away please remove him", "en.remove"),
        ("reported to FCC", "en.complaint"),
        ("stop messaging my competitor", "en.stop-bothering-me"),
        ("You can take me off the list, I already picked up", "en.take-me-off.unsure"),
        ("delete me from the system and re-add me please", "en.take-me-off.unsure"),
        ("Non stop", "fr.stop.unsure"),
        ("non stop svp!", "fr.stop.unsure"),
        ("non - stop", "fr.stop.unsure"),
        ("no-stop", "en.stop.unsure"),
        ("non-stop texts!!", "en.complaint"),
        ("non stop les messages", "fr.arretez.unsure"),
        ("STOOP", "en.stop-slip"),
        ("stop1", "en.stop-slip"),
        ("stopit", "en.stop-it"),
        ("Stop it", "en.stop-it"),
        ("STOP to 12345", "en.stop-as-told"),
        ("Reply STOP to end", "en.stop-as-told"),
        ("stop or end", "en.stop-as-told"),
        ("STOP or CANCEL, please", "en.stop-as-told"),
        ("suspend sms? what is that", "en.stop-the-texts.unsure"),
    ],
)
def test_what_may_be_a_request_is_for_a_person_to_decide(body: str, rule_id: str) -> None:
    reading = read(body)
    assert reading is not None
    assert (reading.band, reading.rule) == (Band.REVIEW, rule_id)


@pytest.mark.parametrize(
    "body",
    [
        "can't stop laughing",
        "stop by the shop?",
        "we must STOP this bill",
        "Stopping by at 5",
        "don't stop",
        "bus stop",
        "I can't stop thinking about those tacos",
        "please don't stop texting me",
        "CANCEL my 3pm",
        "He won't stop texting me",
        'She said "stop texting me"',
        "why don't you text me anymore",
        "This is not fair",
        "no contact delivery please",
        "did you get the texts sent from my phone",
        "no dejes de escribirme",
        "n'arrêtez pas de m'envoyer vos offres",
        "non-stop",
        "Non-stop, please!",
        "NONSTOP",
        "It was non stop",
        "on the stoop",
        "stop 4",
        "stop to smell the roses",
        "Should I stop or end?",
        "can't s t o p laughing",
        "",
        "🛑",
    ],
)
def test_ordinary_talk_is_left_alone(body: str) -> None:
    assert read(body) is None


@pytest.mark.parametrize("part", PARTS)
def test_no_plain_request_in_twenty_is_missed_and_no_ordinary_text_in_a_thousand_is_stopped(part: str) -> None:
    figures = measure(labelled(part))
    assert figures.recall >= 0.95
    assert figures.false_automatic <= 0.001
    assert figures.false_review <= 0.1
    assert figures.wrong_numbers >= 0.8


def test_the_two_parts_share_no_text() -> None:
    assert len(SAID) == len(set(SAID))


def test_a_wrong_number_alone_is_never_automatic() -> None:
    found = {band(each.text) for part in PARTS for each in labelled(part) if each.label == "wrong_number"}
    plain = {band(f"{greeting}wrong number{end}") for greeting in ("", "Sorry, ") for end in ("", "!", " bud")}
    assert plain == {Band.REVIEW}
    assert Band.REVIEW in found


def test_every_rule_is_explained_and_found_by_its_id() -> None:
    assert [rule(each.id) for each in RULES] == list(RULES)
    assert len({each.id for each in RULES}) == len(RULES)
    for each in RULES:
        assert each.id.startswith(f"{each.language}.")
        assert each.explanation.endswith(".")


@given(
    st.one_of(
        st.text(), st.sampled_from(SAID).flatmap(lambda said: st.tuples(AROUND, st.just(said), AROUND).map("".join))
    )
)
def test_reading_is_total_and_sees_only_the_normal_form(body: str) -> None:
    reading = read(body)
    assert reading == read(normalise(body))
    assert reading is None or rule(reading.rule).band == reading.band


@given(st.sampled_from(SAID))
def test_case_and_width_do_not_matter(body: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in body)
    assert read(body.upper()) == read(body) == read(wide)


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_the_opposite_of_a_universal_word_is_no_request(word: str) -> None:
    assert band(f"don't {word}") is None
