"""English: the only place for the English words and phrases that ask for silence."""

from contacts.phrases import english_words as spoken
from contacts.phrases.engine import Language, rules, table
from contacts.phrases.english_phrases import PHRASES
from contacts.phrases.form import joined, word_set

RULES = rules(
    "en",
    automatic={
        "stop": "Says STOP and nothing else but courtesy, anger or a slip of the finger.",
        "unsubscribe": "Asks to be unsubscribed or opted out.",
        "stop-texting-me": "Asks you to stop texting.",
        "stop-the-texts": "Asks you to end the texts.",
        "no-more-texts": "Says that no more texts are wanted.",
        "do-not-text-me": "Tells you not to text.",
        "do-not-want-texts": "Says that texts from you are not wanted.",
        "take-me-off": "Asks to be taken off a list.",
        "remove-me": "Asks for their number or name to be removed.",
        "consent-withdrawn": "Takes back the permission to be texted.",
        "cease": "Demands that you cease.",
    },
    review={
        "wrong-number": "Says that this is the wrong number or the wrong person.",
        "stop-bothering-me": "Asks you to stop something that may be the texting.",
        "stop-it": "Says to stop something that may be the texting.",
        "stop-slip": "Says STOOP or STOP1, which may be STOP with a slip of the finger, or the steps of a house, or a"
        " place on a route.",
        "stop-as-told": "Repeats how to stop: “STOP to 12345”, “STOP or END”.",
        "stop-name": "Says STOP and a word that may be your name.",
        "cancel-or-quit": "Says CANCEL, QUIT or END in other words, and may mean the texts.",
        "how-to-stop": "Asks how to stop the texts.",
        "already-asked": "Says that they have asked for this before.",
        "leave-me-alone": "Asks to be left alone.",
        "not-interested": "Is not interested.",
        "never-signed-up": "Says that they never signed up.",
        "complaint": "Complains about being texted, or threatens to report it.",
        "no-more": "Has had enough, and may mean the texts.",
        "remove": "Asks for something to be removed, and may mean themselves or somebody at this number.",
    },
)

_WHOLE = table(
    "en",
    {
        "stop": "stop|stop stop|stop stop stop|stop unsubscribe|stop end|stop cancel|stop quit|stop everything"
        "|no stop|stop no|stop cancel unsubscribe|stop unsubscribe quit|stop opt out|stop no more",
        "stop.unsure": "nostop",
        "unsubscribe": "unsubscribe|unsubscribe me|opt out|optout|opt me out|opting out|unsubscribe stop",
        "stop-the-texts": "stop text|stop texts|stop message|stop messages|stop sms|stop spam",
        "do-not-text-me": "dont text|dont contact|dont message|no texting",
        "remove-me": "remove me|remove number|remove my number|delete me|delete number|delete my number"
        "|remove my name|off list|remove from list|off the list|off your list|off this list|remove from the list"
        "|remove from your list",
        "cease": "cease|desist",
        "how-to-stop": "how to stop|how do i stop",
        "stop-slip": "stoop|stop1|stop11|stop111|stop 1",
        "stop-it": "stop it|stop this|stop that|stop these|stop those|stop them|make it stop|stop doing this"
        "|stop doing that|stop to end|text stop|reply stop|send stop|stopthis|stopthat"
        "|knock it off|cut it out|give it a rest|quit it|quit this|🛑",
        "cancel-or-quit": "cancel these|end these|stop subscription|terminate|cancel|quit|end|end this|cancel me"
        "|cancel this|end it|cancel everything|revoke|halt|discontinue|cancel subscription|cancel my subscription",
        "no-more": "no alerts|no notifications|no promotions|no promos|no ads|no contact|no more contact|enough texting"
        "|no more texting|no more|no anymore|enough|dont want|dont want it"
        "|dont want this|i dont want this|i dont want it|enough is enough",
        "remove": "remove|delete|remove my|delete my|lose my|remove this|unlist|take off",
        "leave-me-alone": "go away|leave alone|dont disturb|dont bother|dont call",
        "not-interested": "uninterested|no interest|no longer interested",
        "complaint": "dont call list|spam|blocked|block|block me|blocking you|reported|report|reported number"
        "|no soliciting"
        "|no solicitation|no solicitations|no spam",
        "wrong-number": "wrong|not me|wrong numbers",
    },
)

_JOINED = """a again alone all any anymore bothering contact contacting delete dont from get group i leave list me
    message messages messaging more my need never no not now number of off on opt out phone please pls quit receive
    remove send sending sms spam spamming stop take text texting texts the these this unsubscribe us want you your"""

LANGUAGE = Language(
    rules=RULES,
    triggers=word_set("""stop stoop stopit quit cease discontinue halt unsubscribe unsubscribed optout opt opting opted
        off system database chain removed remove delete deactivate unlist unenroll dont never text texts
        message messages texting messaging contact contacting sms spam spamming list number
        wrong alone away interested consent permission block blocked blocking report reporting
        reported cancel end more enough drop scratch lose refrain desist signed subscribed turn
        nobody named belong belongs soliciting solicitation revoke longer communication
        subscribe getting harassment rather uninterested cut knock sign isnt aint phone receive
        agree register request needs fcc ftc this alerts notifications promotions promos ads"""),
    spellings=spoken.SPELLINGS,
    idioms=spoken.IDIOMS,
    courtesy=spoken.COURTESY,
    openers=spoken.OPENERS,
    guards=spoken.GUARDS,
    doubts=spoken.DOUBTS,
    whole=_WHOLE,
    phrases=PHRASES,
    joined=joined(_JOINED),
)
