"""French: the only place for the French words and phrases that ask for silence."""

from contacts.phrases.engine import Language, phrase, rules, table
from contacts.phrases.form import misspellings, whole_words, word_set

RULES = rules(
    "fr",
    automatic={
        "stop": "Says STOP or ARRÊT and nothing else but courtesy or anger.",
        "arretez": "Asks you to stop writing.",
        "n-ecrivez-plus": "Tells you not to write.",
        "plus-aucun-message": "Says that no more texts are wanted.",
        "ne-veux-plus": "Says that texts from you are not wanted.",
        "desabonnement": "Asks to be unsubscribed.",
        "retirez-moi": "Asks to be taken off a list, or for their number to be removed.",
    },
    review={
        "wrong-number": "Says that this is the wrong number or the wrong person.",
        "plus-de-messages": "Says “plus de messages”, which may mean no more of them.",
        "ca-suffit": "Has had enough, and may mean the texts.",
        "laissez-moi": "Asks to be left alone.",
        "pas-interesse": "Is not interested.",
    },
)

_STOP = "(?:arrete[rsz]?|arretes|stop|stopper|stoppez?|cesse[rz]?|cesses)"
_TO_WRITE = "(?:envoyer|envoye|envoyez|ecrire|ecrir|texter|contacter|spammer|solliciter|relancer|harceler|message[rz])"
_WRITE = (
    "(?:envoi[es]*|envoye[rsz]?|ecri[stv]e?[sz]?|ecrivez|contacte[rsz]?|texte[rsz]?|sollicite[rsz]?|relance[rsz]?"
    "|spamme[rsz]?)"
)
_TEXTS = (
    "(?:messages?|msgs?|sms|textos?|textes|mails?|notifications?|pubs?|publicites?|promos?|promotions|offres"
    "|spams?|alertes|rien)"
)
_DET = "(?:(?:de|d|des|vos|ces|les|tes|la|cette|tous|toutes|ce|autres|aucun|aucune|un|seul|plus|votre) ){0,4}"
_ME = "(?:me|m|nous)"
_LIST = (
    "(?:(?:la|votre|vos|cette|ta|tes|les|ces|toutes|tous|ce|l) )*(?:listes?|base(?: de donnees)?|fichiers?"
    "|contacts|envois|diffusion|messages|sms|groupe|repertoire)(?: (?:de|d) \\w+)?"
)
_TAKE = "(?:retire[rz]?|enleve[rz]?|supprime[rz]?|efface[rz]?|raye[rz]?|radie[rz]?|ote[rz]?|sort(?:ez|s)|vire[rz]?)"
_UNTIL = "avant quand si tant jusqu pendant la le l les ca ce cela ton votre encore trop de d"

_PHRASES = [
    phrase("fr.arretez", f"{_STOP} (?:de |d )?{_ME} {_TO_WRITE}(?: {_DET}{_TEXTS})?"),
    phrase("fr.arretez", f"{_STOP} (?:avec )?{_DET}{_TEXTS}|{_STOP} (?:de |d ){_TO_WRITE} {_DET}{_TEXTS}", after="de"),
    phrase(
        "fr.n-ecrivez-plus",
        f"(?:ne |n )?{_ME} {_WRITE} (?:surtout )?(?:plus|pas|jamais)(?: jamais)?(?: {_DET}{_TEXTS})?",
        before="tu vous il elle on ils elles je pourquoi ne n",
        after=_UNTIL,
    ),
    phrase(
        "fr.n-ecrivez-plus",
        "(?:merci |priere |svp |veuillez |de |a )*(?:bien vouloir )?ne (?:plus|pas"
        f"|jamais) (?:{_ME} )?{_TO_WRITE}(?: {_DET}{_TEXTS})?",
        after=_UNTIL,
    ),
    phrase(
        "fr.plus-aucun-message", f"plus (?:aucun|aucune|un seul|jamais(?: de)?) {_TEXTS}", before="ai a avons recois"
    ),
    phrase(
        "fr.ne-veux-plus",
        "(?:je |j |nous )?(?:ne |n )?(?:veux|souhaite|desire|voudrais|accepte|aimerais|voulons"
        f"|souhaitons)(?: plus| pas)+(?: (?:recevoir|avoir|etre sur|que vous {_ME} (?:envoyiez|ecriviez"
        f"|contactiez)))? (?:{_DET}{_TEXTS}|etre (?:contacte|derange|sollicite)e?s?)",
    ),
    phrase(
        "fr.desabonnement",
        "(?:je (?:veux|souhaite|voudrais|desire|demande|aimerais) )?(?:a )?(?:me |m |nous |etre |se )?(?:desabonn"
        f"|desinscri|desincri)\\w*(?: (?:moi|nous|mon numero))?(?: (?:de|d|des|a) {_LIST})?",
    ),
    phrase(
        "fr.retirez-moi",
        f"{_TAKE} (?:moi|nous|(?:mon|ce|notre) (?:numero|nom|tel|telephone|contact))(?: (?:de|d|des|du) {_LIST})?",
        after="un une du le la",
    ),
    phrase("fr.retirez-moi", f"{_ME} {_TAKE} (?:de|d|des|du) {_LIST}"),
    phrase(
        "fr.wrong-number",
        "(?:mauvais|faux) (?:numero|num|destinataire)|mauvaise personne|erreur de (?:numero|destinataire"
        "|personne)|tromp\\w+ de (?:numero|personne|destinataire)|pas le bon (?:numero|destinataire)",
        guarded=False,
        before="ai",
    ),
    phrase(
        "fr.laissez-moi",
        "laisse[sz]? (?:moi|nous) tranquilles?|(?:foutez|fichez|fous|fiche) (?:moi|nous) la paix"
        "|lache[sz]? (?:moi|nous)(?: la grappe)?",
        guarded=False,
    ),
    phrase(
        "fr.pas-interesse",
        "(?:je )?(?:ne )?(?:suis |sommes )?(?:pas|plus) interesse\\w*|(?:ca )?(?:ne )?m interesse (?:pas|plus)",
        strict=True,
        guarded=False,
    ),
    phrase(
        "fr.ca-suffit",
        f"(?:ca suffit|marre|assez|fini|stop)(?: (?:avec|de|des|les|vos|ces|d))* {_TEXTS}",
        guarded=False,
    ),
    phrase(
        "fr.plus-de-messages",
        f"plus (?:de|d) {_TEXTS}",
        before="ai a avons recois moi envoyez envoyer recevoir voudrais veux encore",
        strict=True,
    ),
]

_WHOLE = table(
    "fr",
    {
        "stop": "stop|arret|arret sms|stoppez|stopper",
        # "Non stop" without a comma is mostly an adverb, in French as in English.
        "stop.unsure": "nonstop stop",
        "plus-aucun-message": "plus aucun|plus rien|plus jamais|plus de sms stop",
        "desabonnement": "desabonnement|desinscription|desabonner|desinscrire|resilier",
        "ca-suffit": "arrete|arretez|arreter|arretez ca|arrete ca|stop ca|assez|ca suffit|fin|cessez|ne veux plus",
        "laissez-moi": "degagez|degage|barrez vous",
    },
)

LANGUAGE = Language(
    rules=RULES,
    triggers=word_set("""stop arret arrete arreter arretez arretes stopper stoppez stoppe cesse cesser cessez
        plus pas ne
        n jamais suffit marre assez mauvais faux mauvaise erreur trompez tromper trompes trompe
        numero tranquille tranquilles paix interesse resilier sortez sors lachez lache fin"""),
    stems=(
        "desabonn",
        "desinscri",
        "desincri",
        "retire",
        "enleve",
        "supprim",
        "efface",
        "raye",
        "radie",
        "ote",
        "vire",
        "tromp",
    ),
    spellings=dict.fromkeys(misspellings("messages", real_words=["message", "massages"]), "messages")
    | dict.fromkeys(("aretez", "arettez", "arrettez", "arretter", "areter"), "arretez")
    | {
        "nenvoyez": "n envoyez",
        "menvoyer": "m envoyer",
        "menvoyez": "m envoyez",
        "mecrire": "m ecrire",
        "mecrivez": "m ecrivez",
    }
    | {"stp": "svp", "desole": "merci", "desolee": "merci"},
    idioms=(
        (
            whole_words(
                "s il (?:vous|te) plait|sil vous plait|svp|merci de bien vouloir|(?:pouvez|pourriez) vous"
                "|je vous (?:prie|demande) (?:de|d)|veuillez"
            ),
            "please",
        ),
        (whole_words("tout de suite|immediatement|des maintenant|une fois pour toutes"), "maintenant"),
        (whole_words("non(?= stop )"), "nonstop"),
        (whole_words("bonne journee|bonne soiree"), "merci"),
    ),
    courtesy=word_set("""please merci beaucoup bonjour bonsoir salut madame monsieur messieurs maintenant deja enfin
        bordel merde putain connard connards cordialement , . non de d avance"""),
    openers=word_set("je j c ce ca mon nous vous il et mais car parce sinon merci ou"),
    guards=dict.fromkeys(word_set("n ne pas jamais il elle ils elles sans dit quand si lui leur"), 2) | {'"': 99},
    doubts=word_set("mdr ptdr lol haha xd"),
    whole=_WHOLE,
    phrases=_PHRASES,
)
