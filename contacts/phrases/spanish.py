"""Spanish: the only place for the Spanish words and phrases that ask for silence."""

from contacts.phrases.engine import Language, phrase, rules, table
from contacts.phrases.form import misspellings, whole_words, word_set

RULES = rules(
    "es",
    automatic={
        "stop": "Says STOP and nothing else but courtesy or anger.",
        "deje-de-escribir": "Asks you to stop writing.",
        "no-me-escriba": "Tells you not to write.",
        "no-mas-mensajes": "Says that no more texts are wanted.",
        "no-quiero-mensajes": "Says that texts from you are not wanted.",
        "quiteme-de-la-lista": "Asks to be taken off a list, or for their number to be removed.",
        "baja": "Asks to be unsubscribed.",
    },
    review={
        "wrong-number": "Says that this is the wrong number or the wrong person.",
        "basta": "Has had enough, and may mean the texts.",
        "dejeme-en-paz": "Asks to be left alone.",
        "no-me-interesa": "Is not interested.",
    },
)

_TO_WRITE = "(?:escri[bv]ir|en[bv]iar|embiar|mandar|mensajear|te[xs]tear|contactar|spamear)"
_WRITE = "(?:escri[bv]a[sn]?|en[bv]ie[sn]?|embie[sn]?|mande[sn]?|mensajee[sn]?|te[xs]tee[sn]?|contacte[sn]?)"
_TEXTS = (
    "(?:mensajes?|mensajitos|textos?|sms|msjs?|msgs?|correos|notificaciones|promociones|publicidad|anuncios|spam"
    "|propaganda|ofertas|alertas|comunicaciones)(?: de (?:ustedes|usted|ti))?"
)
_DET = (
    "(?:(?:mas|sus?|tus?|estos?|esos?|los|las|mis|tantos|tantas|otros|ningun|de|texto|a|ustedes|este|mi|numero"
    "|ya) ){0,5}"
)
_MORE = "(?: (?:mas|nada|nunca|otra vez|por aqui|a este numero|a mi (?:numero|telefono|celular)))*"
_STOP = "(?:deja|deje|dejen|dejad|dejar|para|pare|paren|parad|cesa|cesen|cese|eviten?)(?: ya)?(?: de)?"
_OFF = (
    "(?:quit[ae]n?|quite|sac[ae]|saquen?|borr[ae]n?|elimin[ae]n?|remuev[ae]n?|retir[ae]n?|tach[ae]n?|excluyan?"
    "|sacar|quitar|borrar|eliminar)"
)
_LIST = (
    "(?:(?:su|sus|tu|tus|la|las|esta|esa|este|el|los|estos|todas?|todos?) )*(?:lista|listas|base de datos|base"
    "|sistema|contactos|grupo|mensajes|textos|registros|directorio|aqui|esto)(?: de \\w+)?"
)
_UNTIL = "hasta cuando mientras si todavia aun la el lo un una eso esto antes tan"

_PHRASES = [
    phrase("es.deje-de-escribir", f"{_STOP} (?:estar )?{_TO_WRITE}(?:me|nos|le|les)(?: {_DET}{_TEXTS})?{_MORE}"),
    phrase("es.deje-de-escribir", f"{_STOP} (?:estar )?{_TO_WRITE}(?:me|nos|le|les)? {_DET}{_TEXTS}{_MORE}"),
    phrase("es.deje-de-escribir", f"{_STOP} (?:me|nos) (?:estar )?{_TO_WRITE}{_MORE}", strict=True),
    phrase(
        "es.no-me-escriba",
        f"(?:ya )?(?:no|nunca|jamas) (?:me|nos) (?:vuelva[sn]? a )?(?:{_WRITE}|{_TO_WRITE}) {_DET}{_TEXTS}{_MORE}",
    ),
    phrase(
        "es.no-me-escriba",
        f"(?:ya )?(?:no|nunca|jamas) (?:me|nos) (?:vuelva[sn]? a )?(?:{_WRITE}|{_TO_WRITE}){_MORE}",
        after=_UNTIL,
    ),
    phrase(
        "es.no-me-escriba",
        "(?:ya )?no (?:quiero que )?(?:me |nos )?(?:sigan?|sigas|vuelvan?|vuelvas"
        f"|quiero)(?: que)? a? ?(?:me )?(?:{_TO_WRITE}(?:me|nos)|{_WRITE}){_MORE}",
    ),
    phrase("es.no-me-escriba", f"(?:ya )?no (?:{_WRITE}|{_TO_WRITE})(?:me|nos)? {_DET}{_TEXTS}{_MORE}"),
    phrase("es.no-me-escriba", f"(?:ya )?no (?:{_WRITE}|{_TO_WRITE}) a (?:este|mi) (?:numero|telefono|celular)"),
    phrase("es.no-me-escriba", f"(?:ya )?no {_WRITE} mas", strict=True),
    phrase(
        "es.deje-de-escribir", f"{_STOP} (?:estar )?(?:mandando|enviando|escribiendo)(?:me|nos)?(?: {_DET}{_TEXTS})?"
    ),
    phrase(
        "es.no-mas-mensajes",
        f"(?:ya )?no mas {_DET}{_TEXTS}|basta(?: ya)? (?:de|con) {_DET}{_TEXTS}",
        after="para como",
    ),
    phrase(
        "es.no-quiero-mensajes",
        "(?:yo )?(?:ya )?no (?:quiero|queremos|deseo|deseamos|quisiera|necesito|autorizo"
        "|acepto)(?: mas)?(?: (?:recibir|seguir recibiendo|tener|que me (?:manden|envien|escriban"
        f"|contacten)))? {_DET}{_TEXTS}{_MORE}",
        after="de",
    ),
    phrase(
        "es.no-quiero-mensajes",
        "(?:ya )?no (?:quiero|deseo) (?:que me (?:contacten|escriban|texteen)|ser contactad[oa])(?: mas)?",
    ),
    phrase(
        "es.quiteme-de-la-lista",
        f"{_OFF}(?:me|nos)? (?:(?:mi|este) (?:numero|telefono|celular|nombre) )?(?:de|del) {_LIST}",
    ),
    phrase("es.quiteme-de-la-lista", f"{_OFF} (?:mi|este) (?:numero|telefono|celular|nombre)", after="de del"),
    phrase("es.quiteme-de-la-lista", f"{_OFF}(?:me|nos)", strict=True),
    phrase(
        "es.baja",
        "(?:quiero |deseo |quisiera |me pueden |me puede |pueden )?(?:dar|de|den|da|deme|denme|dame|darme"
        "|dar)(?:me)? de baja(?: de \\w+(?: \\w+)?)?",
    ),
    phrase("es.baja", "(?:quiero |deseo |quisiera |como )?(?:me )?desuscri[bv]\\w*|(?:quiero )?desinscri[bv]\\w*"),
    phrase(
        "es.baja",
        "(?:quiero |deseo |favor de )?cancel(?:ar|en|e|a) (?:mi |la |los |mis |sus |estos |las )*(?:suscripcion"
        f"|{_TEXTS})(?: de {_TEXTS})?",
    ),
    phrase(
        "es.wrong-number",
        "(?:numero|persona|telefono) (?:equivocad[oa]|incorrect[oa]|erronea?o?)|equivoc\\w+ de (?:numero|persona)",
        guarded=False,
    ),
    phrase(
        "es.wrong-number",
        "(?:este )?(?:ya )?no es (?:el|su|mi) (?:numero|telefono|celular) de|no (?:soy|conozco a) [a-z]+(?= [$.,]?)",
        guarded=False,
        strict=True,
        after="para en con",
    ),
    phrase(
        "es.dejeme-en-paz",
        f"dej[ae]n?(?:me|nos)? (?:mi numero )?en paz|{_STOP} (?:molest|llam|acos)(?:ar|ando)(?:me|nos)?|no (?:me "
        "|nos )?molest(?:en|es|e|ar)(?: mas)?",
        guarded=False,
    ),
    phrase(
        "es.no-me-interesa",
        "no (?:me|nos) interesan?(?: (?:nada|sus? \\w+))?|(?:ya )?no quiero nada(?: de (?:ustedes|usted|ti))?"
        "|no estoy interesad[oa]",
        strict=True,
        guarded=False,
    ),
    phrase("es.basta", f"(?:ya )?basta (?:de|con) {_DET}{_TEXTS}|(?:ya )?(?:paren|basta)", strict=True),
]

_WHOLE = table(
    "es",
    {
        "stop": "stop|parar|detener|detenganse|desuscribir",
        "no-mas-mensajes": "no mensajes|no textos|ni un mensaje mas",
        "baja": "darme de baja|dar de baja|desuscribirme|desuscribirse",
        "wrong-number": "equivocado|equivocada|esta equivocado|esta equivocada|estas equivocado|estas equivocada"
        "|se equivoco|te equivocaste|se ha equivocado|te has equivocado|estan equivocados|se equivocaron",
        "basta": "alto|basta|pare|paren|para|cancelar|salir|baja|no mas|fin|terminar|paren eso|ya no|ya no mas"
        "|borrar|eliminar",
    },
)

LANGUAGE = Language(
    rules=RULES,
    triggers=word_set("""deja deje dejen dejad dejar para pare paren parad cesa cesen cese evite eviten no ya
        nunca jamas
        basta alto baja stop parar detener cancelar cancelen cancele equivocado equivocada
        numero persona paz molesten dejame dejeme dejenme"""),
    stems=(
        "desuscri",
        "desinscri",
        "equivoc",
        "quit",
        "saqu",
        "sac",
        "borr",
        "elimin",
        "remuev",
        "retir",
        "tach",
        "excluy",
    ),
    spellings=dict.fromkeys(misspellings("mensajes", real_words=["mensaje"]), "mensajes")
    | {"porfa": "porfavor", "xfa": "porfavor", "xfavor": "porfavor", "plis": "porfavor", "q": "que", "pf": "porfavor"},
    idioms=(
        (
            whole_words(
                "por favor|porfavor|se lo pido|les pido|le pido|te pido|favor de|hagan el favor de|podrian|pueden"
            ),
            "please",
        ),
        (whole_words("de una vez(?: por todas)?|inmediatamente|ahora mismo"), "ya"),
    ),
    courtesy=word_set("""please gracias muchas ya ahora hola buenas buenos tardes dias noches buen dia senor senora
        senores senorita amigo amiga carajo mierda cabron cabrones pendejo pendejos puta putos
        joder jamas nunca favor , . que siempre"""),
    openers=word_set("yo no ni pero porque y es son esto este me ya voy mi estoy gracias quien si o"),
    guards=dict.fromkeys(word_set("no nunca jamas ella ellos quien sin ex dijo dice dijeron cuando"), 2) | {'"': 99},
    doubts=word_set("jaja jajaja jajajaja jeje lol"),
    whole=_WHOLE,
    phrases=_PHRASES,
)
