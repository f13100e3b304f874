"""English words: how they are spelt in texts, and which of them change nothing; the only place for both."""

from itertools import product

from contacts.phrases.form import misspellings, whole_words, word_set

# What may stand around a request without making it another one: courtesy, anger, haste.
COURTESY = word_set("""please kindly just now right immediately asap already again ever forever permanently anymore
        thanks sir maam madam guys folks people dude bro man buddy pal hi hello hey yo ok okay k
        alright well nope nah sorry so very really seriously omfg wtf ffs smh jesus christ god
        sake fuck shit ass bitch bitches asshole assholes idiot idiots moron morons jerk jerks
        bastard bastards scum creep creeps loser losers scammer scammers spammer spammers stupid
        then all fucker fuckers bye goodbye , . cheers regards appreciate""")
# Where a new thought begins, and the request before it is complete.
OPENERS = word_set("""i im ive ill id you youre youve we were weve our my this these it its or and but because bc cuz
        since thank before he she they there not no never take remove unsubscribe stop leave get
        who what why how wrong""")
# Words that turn a phrase round or give it to somebody else, and how far before it they do.
GUARDS = {
    word: distance
    for distance, words in {
        99: '"',
        3: "he she him her they them everyone everybody someone somebody",
        2: """dont cant wont couldnt wouldnt never not didnt doesnt havent isnt arent wasnt hasnt aint
        shouldnt unable hard nobody without did should would if when until said says told
        accidentally mistakenly keeps kept does was will mom dad ex brother sister boyfriend
        girlfriend nothing""",
    }.items()
    for word in words.split()
}
# Jokes, and other ways to be reached: with one of them around it a request is for a person to decide on.
DOUBTS = word_set("""lol lmao lmfao rofl haha hahaha hahahaha hehe jk jks lolol instead except only use unless until
        typo never call email better maybe""")

_REAL_WORDS = word_set("""testing tenting sending lending bending mending spending remote removes removed remover
        messages messaged message massage massages numbers lumber numbed subscribe contacts contracts
        contract contrast wring wrung rung pleas lease pleased release texting contacting
        contracting massaging shop stoop step top sop strop stomp quiet quite cancels stops slop
        stow unsubscribes unsubscribed contracted contacted assaging seeding feeding vending
        ending pending sanding standing sealing number remove umber
        received receiver receives deceive relieving deceiving""")
_SPELT = {
    "stop": "astop stpp dtop wtop stip stlp st0p stol srop syop stopo stopl stopm stopstop stopnow stopall "
    "ustop stop2end stop2quit stop2stop 5top 5t0p",
    "please": "pls plz plez pleez plis pleeze",
    "texting": "txting txtin textin texing txing txtn txtg txng textn",
    "text": "txt",
    "texts": "txts txtmsgs textmsgs",
    "message": "msg mssg",
    "messages": "msgs mssgs messeges",
    "messaging": "msging msgng msgin messeging messagin",
    "contacting": "contactin",
    "thanks": "thx thnx tnx tks ty tysm thankyou thank",
    "you": "u ya yall",
    "your": "ur yr yur",
    "are": "r",
    "dont": "dnt dunt donot dotn dontt",
    "number": "num nbr numbr",
    "unsubscribe": "unsub unsubs unsuscribe unsubcribe unsubscibe unsuscribed unsubscribing unsubscription",
    "cant": "cannot",
    "list": "lsit lists",
    "signed": "signd singed",
    "reported": "reportd",
    "sms": "mms smss",
    "optout": "optouts",
    "from": "frm",
    "remove": "rmv",
    "want": "wanna wnat wnt wantt",
    "with": "w",
    "immediately": "immediatly imediately",
    "interested": "intrested intersted interseted",
}
_SLIPPERY = word_set(
    "stop quit please texting messaging contacting message messages sending remove number unsubscribe wrong"
    " txting receive receiving anymore"
)
# STTOP, SSTTOOPP; but a stoop is a word of its own.
_DOUBLED = {"".join(letters) for letters in product(*((letter, letter * 2) for letter in "stop"))} - {"stop", "stoop"}
_PLAIN = {spelling: word for word, spellings in _SPELT.items() for spelling in spellings.split()}
_PLAIN |= dict.fromkeys(_DOUBLED, "stop")
SPELLINGS = {
    slip: _PLAIN.get(word, word)
    for word in sorted(_SLIPPERY)
    for slip in (word, *misspellings(word, real_words=_REAL_WORDS))
} | _PLAIN

_CURSES = (
    "fucking|fking|fuckin|fing|fn|fkn|fckn|fcking|effing|goddamn|goddam|damn|damned|dammit|damnit|bloody|freaking"
    "|frickin|friggin|freakin|f ing|god damn|for the love of god|for gods sake|the fuck|the hell|f"
)
_I_SAID = (
    "(?:i|we|ive|weve)(?: have)?(?: already| just)? (?:said|say|repeat|(?:told|asked|ask|want|need"
    "|beg) you(?: all| guys)? to|(?:asked|ask|demand|request) that you|asked you \\w+ times to"
    "|told you(?: \\w+)? times to)|(?:im|we are) (?:asking|telling|begging) you to"
    "|id (?:really )?(?:appreciate it if you(?: would)?|like (?:for )?you to)"
)
_WILL_YOU = (
    "(?:can|could|will|would|may) you(?: all| guys| people| just| kindly)*|you were (?:told|asked) to|you(?: all"
    "| guys| people)? (?:really )?(?:need|have|better|ought|got) to|you (?:must|better)|you (?:can"
    "|may)(?= (?:stop texting|stop sending|stop messaging|stop now))|go ahead and"
    "|i wish you(?: would)?|it would be (?:great|nice|good) if you(?: would| could)?|why (?:wont|cant"
    "|dont) you(?: just)?|(?:once again|for the last time|one more time|last time|final warning|be so kind (?:and"
    "|as to))|how many times do i (?:have|need) to (?:tell you to|tell you|ask you to|say)"
)
# Leave to do it is no order to, if it comes of having been served.
_LEAVE = (
    "(?:you (?:can|may|could|might)(?: just| also| now| please| go ahead and)*|feel free to)"
    "(?= (?:take|remove|delete|cancel|drop|unsubscribe) )"
)
_COMING_BACK = (
    "(?<!dont )(?<!never )(?<!not )(?:re ?add|re ?subscribe|re ?enroll|re ?join|(?:then|and) (?:re )?add"
    "|(?:re )?add (?:me|us)(?! (?:on |to )?(?:the |your )?(?:dont|no) )|(?:put|sign|add) (?:me|us) (?:back|up)"
    "|(?:re ?)?start again|start over)"
)
_SERVED = "picked (?:(?:it|them|mine|one) )?up|(?:got|found) (?:one|mine|another)(?! of)"
# Other ways of saying what the phrases say plainly; whatever leads up to a request becomes "please".
IDIOMS = tuple(
    (whole_words(pattern), plain)
    for pattern, plain in [
        ("(?:fuck|piss|f|screw|bugger|buzz|eff|sod|kiss) off|get lost|go to hell|go fuck yourself", "go away"),
        (f"(?:{_CURSES})(?! you )", ""),
        ("thanks you(?: (?:so|very) much)?|thanks (?:so|very) much|thanks a lot|thanks in advance", "thanks"),
        ("(?:right|straight) away", "now"),
        ("do not|don t", "dont"),
        ("did not", "didnt"),
        ("can not", "cant"),
        ("will not", "wont"),
        ("i am", "im"),
        ("i would|i d", "id"),
        ("any more", "anymore"),
        ("(?:phone|cell|cell phone|mobile) number", "number"),
        ("no mas", "no more"),
        ("un subscribe", "unsubscribe"),
        ("\\d{3} \\d{3} \\d{4}|\\d{10,11}", "this number"),
        ("(?:he|she|they|\\w+)(?: has| have| is| just)? (?:died|deceased|dead|passed away|passed on)", "."),
        ("i mean it|im serious|im not (?:kidding|joking)|not (?:kidding|joking)|period", ""),
        ("text message", "text"),
        ("text messages", "texts"),
        ("(?:dont|didnt|never|cant|not) (?:\\w+ ){1,3}to(?= (?:stop|quit|end|unsubscribe|opt|be removed) )", "dont"),
        ("(?:would|do|could) (?:you|it) (?:be possible to )?mind (?:not|never)", "dont"),
        ("(?:would|do) you mind stopping", "please stop"),
        ("(?:would|do) you mind (?:taking|removing|deleting)", "please remove"),
        (_LEAVE, "maybe please"),
        (f"{_I_SAID}|{_WILL_YOU}", "please"),
        ("please not(?= (?:text|message|contact|send|call|spam) )", "dont"),
        (_COMING_BACK, "instead"),
        (_SERVED, "instead"),
        ("(?:what does (?:that|this|it|those) mean|what is that|whats that|meaning|huh)(?= [$.,]?)", "instead"),
        ("please stopped", "please stop"),
        ("(?:stoop|top)(?= (?:texting|messaging|contacting|spamming|sending) (?:me|us|this|these) )", "stop"),
        ("stopit", "stop it"),
        ("(?:knock it off|cut it out|give it a rest|enough) with", "stop"),
    ]
)
