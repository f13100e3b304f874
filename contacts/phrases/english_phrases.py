"""English phrases: the only place for the patterns that ask for silence in English."""

from contacts.phrases.engine import phrase

_STOP = "(?:stop|quit|cease|discontinue|halt)(?: (?:all|with|ever))*"
_STOP_WORD = "(?:stop|end|quit|cancel|unsubscribe|opt out|optout|revoke)"
_ME = "(?:me|us|my (?:phone|number|cell|cellphone|mobile)|(?:to )?this (?:phone|number|cell|line|device))"
_OTHERS = "(?:my \\w+(?: s)?(?: phone| number| cell)?|our \\w+|here)"
_TEXTING = "(?:texting|messaging|contacting|spamming|soliciting|notifying|smsing|text|message|contact|harassing)"
_DET = (
    "(?:(?:all|any|the|these|those|this|that|your|my|such|of|further|future|more|anymore|additional|political"
    "|marketing|promotional|campaign|automated|automatic|unwanted|unsolicited|annoying|stupid|dumb|constant|daily"
    "|weekly|random|spam|junk|ridiculous|text|sms|kind|type|other|from|you|me|us|group|mass|calls|emails|and"
    "|or) ){0,6}"
)
_TEXTS = "(?:texts|messages|sms|spam|communications?|solicitations?|blasts|mailings|text subscription)"
_NOTICES = (
    "(?:alerts|notifications|promos|promotions|ads|advertisements|advertising|reminders|newsletters|crap|shit|junk)"
)
_ANY_TEXTS = f"(?:{_TEXTS}|{_NOTICES}|emails|updates|offers|deals|coupons|text|message|calls|bullshit)"
_THESE = "(?:these|this|those|them|it|everything)"
_LIST = (
    "(?:(?:all|any|this|that|your|the|these|those|every|future|further|political|stupid|our|of|a) )*(?:(?:text"
    "|texting|mailing|contact|contacts|call|calling|phone|sms|marketing|distribution|email|message|messaging"
    "|messages|spam|subscriber|subscription|campaign|send|texts|group|mail|notification|alert|promo|customer"
    "|voter) )?(?:list|database|data base|db|system|records|contacts|texts|text|messages|texting|messaging"
    "|mailings|subscriptions?|thread|campaign|notifications|alerts|promotions|group text|group chat|chain|program"
    "|text chain|message chain)"
)
_HERE = "(?:this|these|here|everything|all)"
_NUMBER = "(?:cell |phone |mobile |home )?(?:numbers?|names?|phone|info|information|contact info|contact|cell|line)"
_MY_NUMBER = f"(?:me|us|myself|(?:my|our) {_NUMBER}|(?:this|the) (?:phone|cell|number))"
_REMOVE = "(?:take|remove|delete|drop|scratch|strike|pull|get|cut|kick|erase|scrub|exclude|unlist|unenroll|clear|wipe)"
# Somebody else, where a request would end or name its sender.
_SOMEBODY = "(?:my|our|his|her|their|the|these|those|them|him|it|this(?! (?:is|isnt|aint|was) ))"
_EVERY = "(?:(?:all|both|any|every|each|either|these|this|those|your|my|of|the|two) )+"
_ON_NUMBERS = f"(?: (?:from|to|on|for|at) (?:you|{_EVERY}(?:numbers?|phones?|lines?)))?"
_CONDITION = "until till when while if unless before after back at about during"
_NOT_YOU = "you i we they he she who people why and"
_I = "(?:(?:i|we|but|and) ){0,2}(?:(?:really|just|have) )?"
# What follows STOP in everyday talk, and is nobody's name.
_NO_NAME = (
    "(?:by|at|in|on|over|for|off|the|a|an|it|that|this|these|those|sign|signs|light|lights|there|here|after"
    "|before|when|where|what|who|and|or|to|from|with|if|me|him|her|them|us|watch|motion|bath|loss|order|orders"
    "|payment|payments|work|auto|war|bill|violence|cruelty|abuse|hunger|hate|crime|racism|cuts|animal|gun|climate"
    "|my|your|our|so|then|now|please|being|time|action|prop|hb|sb|traffic|valve|button|bus|train|car|is|was|ou"
    "|one|two|back|through|up|down|yes|no|not|pls|\\w+ing|\\d+|you|i)"
)
# What "this is not" leads to and is nobody's name.
_NO_STRANGER = (
    "(?:good|fair|ok|okay|right|true|funny|cool|fun|easy|hard|real|really|great|bad|nice|how|enough|acceptable|allowed|open"
    "|\\w+able|\\w+ed|\\w+ful|\\w+ly|\\w+al|\\w+ous|\\w+ant|\\w+ent|\\w+ble|safe|spam|mine|yours|his|hers|ours|theirs|possible|clear"
    "|about|just|only|even|very|too|new|free|food|love|life|art|news|worth|urgent|correct|wrong|like|as|any|all|some|such"
    "|much|more|that|helpful|help|why|because|ready|done|over|fake|legit|legal|legally|necessary|an|of|always|anymore)"
)


_AUTOMATIC = [
    phrase(
        "en.stop-texting-me",
        f"{_STOP} (?:calling (?:(?:me )?and |(?:me )?or )?)?{_TEXTING} (?:(?:or|and) calling )?{_ME}",
    ),
    phrase("en.stop-texting-me", f"{_STOP} (?:calling (?:and |or )?)?{_TEXTING}(?! {_SOMEBODY} )", strict=True),
    phrase("en.stop-texting-me", f"{_STOP} send(?:ing|s)?(?: {_ME})? {_DET}{_ANY_TEXTS}{_ON_NUMBERS}"),
    phrase(
        "en.stop-texting-me",
        f"{_STOP} send(?:ing)?(?: {_ME})?(?: {_THESE}| anything| stuff)?(?! {_SOMEBODY} )",
        strict=True,
    ),
    phrase("en.stop-texting-me", f"{_STOP} send(?:ing)? {_ME}"),
    phrase(
        "en.stop-texting-me",
        f"{_I}(?:id )?(?:want|like|wish|need|ask|asking) to {_STOP} (?:getting|receiving|seeing"
        f"|being sent) (?:{_DET}{_ANY_TEXTS}|{_THESE})",
    ),
    phrase("en.stop-texting-me", f"(?:refrain|desist) from (?:ever )?(?:{_TEXTING}|sending|calling)(?: {_ME})?"),
    phrase(
        "en.stop-the-texts",
        f"(?:{_STOP}|end|disable|deactivate|cancel|turn off|terminate|suspend|pause)(?! of) "
        f"{_DET}(?:{_TEXTS}|every (?:text|message)|{_NOTICES}){_ON_NUMBERS}",
        after="about from for in on of to",
    ),
    phrase("en.stop-the-texts", f"{_STOP} (?:receiving|getting) {_DET}{_TEXTS}", strict=True),
    phrase("en.stop-the-texts", f"make {_DET}(?:{_TEXTS}|{_NOTICES}) stop", strict=True),
    phrase(
        "en.no-more-texts",
        f"(?:no|enough)(?: (?:more|further|additional|future|anymore|of|with))* {_DET}(?:texts|messages|sms|ads"
        f"|promos|promotions|alerts|notifications|solicitations|communications?){_ON_NUMBERS}"
        "(?! from | this (?:week|month|year|morning|afternoon|evening|weekend|time) )",
        before="got get getting have received receiving there see seeing why are had were was is",
        after="yet today tonight tomorrow received sent left for about",
    ),
    phrase(
        "en.do-not-text-me",
        f"(?:dont|never) (?:ever |you dare |you ever |please )?(?:call (?:or |and ))?(?:{_TEXTING}|sms"
        f"|spam)(?: (?:or|and) (?:call|contact|message|email))? {_ME}",
        before=_NOT_YOU,
        after=_CONDITION,
    ),
    phrase(
        "en.do-not-text-me",
        f"(?:dont|never) (?:ever |please )?(?:call (?:or |and ))?(?:{_TEXTING})(?: (?:or|and) (?:call|email))?",
        before=_NOT_YOU,
        after=f"{_CONDITION} and or my our the a your his her it these those them him",
        strict=True,
    ),
    phrase(
        "en.do-not-text-me",
        f"(?:dont|never) (?:ever |please )?send(?:ing)?(?: {_ME})? (?:{_DET}{_ANY_TEXTS}|anything(?: else)?)",
        before=_NOT_YOU,
        after=f"{_CONDITION} to",
    ),
    phrase("en.do-not-text-me", f"(?:dont|never) send(?:ing)?(?: {_ME})? anymore", before=_NOT_YOU, strict=True),
    phrase(
        "en.do-not-want-texts",
        f"{_I}(?:dont|no longer|not|never|didnt) (?:really |even |ever )?(?:want|wish|need|care|interested in"
        "|wishing|wanting)(?: (?:to )?(?:get|getting|receive|receiving|be getting|be receiving|see|hear|have"
        f"|for))? (?:{_DET}(?:{_TEXTS}|text|ads|promos|promotions|alerts|notifications)"
        "|anything(?: else)? from you)",
        before="they he she you who if",
    ),
    phrase(
        "en.do-not-want-texts",
        f"{_I}(?:dont|no longer|not) (?:want|wish|care|like)(?: you)? to (?:be (?:contacted|texted|messaged"
        f"|bothered|spammed|solicited|subscribed|called or texted|(?:on|in|part of) {_LIST})|hear from (?:you"
        f"|this)|(?:get|receive) {_THESE})",
    ),
    phrase(
        "en.do-not-want-texts",
        f"{_I}(?:id |would )?(?:rather|prefer|like|want|wish)(?: to)? not (?:to )?(?:get|receive"
        f"|be sent) (?:{_DET}{_TEXTS}|{_THESE})",
        guarded=False,
    ),
    phrase("en.take-me-off", f"{_REMOVE} {_MY_NUMBER} (?:off|from|out)(?: of| from)? {_LIST}"),
    phrase(
        "en.take-me-off", f"{_REMOVE} {_MY_NUMBER} (?:off|from|out)(?: of)? {_HERE}|remove from {_LIST}", strict=True
    ),
    phrase("en.take-me-off", f"{_I}(?:want|like|need) (?:to get )?(?:off|out)(?: of)? {_LIST}"),
    phrase(
        "en.take-me-off",
        f"(?:add|put) {_MY_NUMBER} (?:on|to) (?:your |the )?(?:dont|no) (?:call|text|contact)(?: list)?",
    ),
    phrase(
        "en.remove-me",
        f"(?:remove|delete|deactivate|unenroll|unlist) {_MY_NUMBER}(?! (?:from|off|of|on) (?:the|our|my|tonights|it) )",
        after="on",
    ),
    phrase("en.remove-me", f"take {_MY_NUMBER} off|(?:lose|drop|erase) (?:my|this) {_NUMBER}", strict=True),
    phrase(
        "en.remove-me",
        f"{_I}(?:id )?(?:(?:can|could|may) (?:i|we)(?: please)?|want|like|ask|asking|wish|request|need|have me"
        "|demand)(?: to)?(?: be)? (?:removed|taken off|deleted|unsubscribed|opted out)(?: (?:from|of"
        f"|off)(?: of)? {_LIST})?",
    ),
    phrase(
        "en.unsubscribe",
        f"{_I}(?:(?:id |im )?(?:want|like|wish|trying|need|please|going) to )?(?:unsubscribe|opt out|optout"
        f"|opting out)(?: (?:{_MY_NUMBER}|myself))?(?: (?:of|from) (?:receiving |getting )?(?:{_DET}{_ANY_TEXTS}"
        f"|{_LIST}))?",
        before="the an a that their you they did i can no my",
        after="of from link button page option rate rates in email feature",
    ),
    phrase(
        "en.unsubscribe",
        f"opt {_MY_NUMBER} out(?: (?:of|from) (?:receiving |getting )?(?:{_DET}{_ANY_TEXTS}|{_LIST}|{_THESE}))?",
        after="of",
    ),
    phrase(
        "en.consent-withdrawn",
        f"{_I}(?:hereby )?(?:revoke|withdraw|rescind|retract|revoking|withdrawing)(?: (?:my|all|any|the"
        "|prior))* (?:consent|permission|authorization|opt in)|(?:consent|permission) (?:is "
        "|has been )?(?:revoked|withdrawn)",
    ),
    phrase(
        "en.consent-withdrawn",
        "(?:i |you )?(?:dont|no longer|not|never|didnt) (?:have|give|gave|given|grant|consent"
        "|authorize)(?: you)?(?: (?:my|any))*(?: (?:consent|permission|authorization))? to (?:text|contact"
        "|message|send|receiving|receive|be texted|be contacted)",
        guarded=False,
    ),
    phrase("en.cease", "cease and desist(?! (?:letter|order|from the))", before="a the sent another"),
    phrase(
        "en.no-more-texts",
        "no (?:more|further|future|additional) (?:contact|correspondence)",
        strict=True,
        after="with",
    ),
    phrase("en.stop", f"(?<=^ )(?:please )?(?:stop|unsubscribe) (?:from|to|on|for) {_EVERY}numbers?", strict=True),
    phrase("en.cease", f"cease {_DET}(?:communications?|contact|texts|messages)"),
]

_REVIEW = [
    phrase(
        "en.wrong-number",
        "(?:the |a )?wrong (?:number|person|phone|guy|lady|man|woman|dude)(?! (?:of|on|for|in|earlier|here))",
        before="dialed put gave typed wrote entered texted called used given has had",
        guarded=False,
    ),
    phrase(
        "en.wrong-number",
        "(?:this|thats?|its?)(?: number| phone)? (?:is not|isnt|aint|not|is no longer) (?:my )?"
        "(?:\\w+s|his|her|their)(?: old)? (?:number|phone|cell)"
        "|this was (?:my )?(?:\\w+s|his|her|their) old (?:number|phone|cell)",
    ),
    phrase(
        "en.wrong-number",
        "(?:no one|noone|nobody|not anyone)(?: is)?(?: here)? (?:by that name|named|by the name)",
        guarded=False,
    ),
    phrase("en.wrong-number", "(?:there is|theres) no(?: one)?(?: named)? \\w+ (?:here|at this number)", guarded=False),
    phrase(
        "en.wrong-number",
        "(?:doesnt|no longer|dont) belongs? to|(?:doesnt|dont|no longer) (?:has|have|own|use) this number",
    ),
    phrase("en.wrong-number", "i (?:just |recently )(?:got|have) this (?:new )?number", guarded=False),
    phrase("en.wrong-number", "(?:have|got|is|at|texted|texting|reached) (?:the |a )?wrong(?= (?:$|[.,]))"),
    phrase(
        "en.wrong-number",
        f"(?<=^ )(?:hi )?this (?:is not|isnt|aint)(?: (?!(?:{_NO_NAME}|{_NO_STRANGER}) )[a-z]+){{1,2}}",
        strict=True,
    ),
    phrase("en.wrong-number", "(?:i )?dont know (?:any|a) \\w+", strict=True),
    phrase(
        "en.how-to-stop",
        "how (?:do|can|to|would|should) (?:i |you |we |one )?(?:unsubscribe|opt out|optout|(?:stop|cancel|end"
        f"|turn off) {_DET}(?:{_ANY_TEXTS}|{_THESE})|get (?:off|out of|removed from) {_LIST}|(?:be|get) removed"
        f"|turn {_THESE} off|make {_THESE} stop|stop (?:getting|receiving))|(?:cant|unable to"
        "|trying to) (?:unsubscribe|opt out)",
        guarded=False,
    ),
    phrase(
        "en.already-asked",
        "(?:already|previously|have|ive) (?:asked to be (?:removed|taken off)|opted out|unsubscribed|said stop"
        "|texted stop|replied stop|sent stop)|(?:asked|asking) to be (?:removed|taken off)",
    ),
    phrase(
        "en.how-to-stop",
        "(?:can|may|could|am) i (?:please |able to )*(?:unsubscribe|opt out)",
        guarded=False,
        after="of from",
    ),
    phrase(
        "en.stop-it",
        "(?:stop|dont (?:text|contact|message))(?= $)",
        before=f"{_NOT_YOU} bus next last full truck pit first the a one non every rest each my your final to 2"
        " and or must it will could",
    ),
    phrase("en.stop-it", "stop", strict=True, after="and or the it its this these to before by at my no not never i"),
    phrase(
        "en.stop-it",
        "stop(?: [.,])?(?= (?:i|we) (?:dont (?:know (?:you|who|this|any)|want|need|use)|never (?:signed|asked|gave)"
        "|didnt (?:sign|ask|agree|subscribe|request)|(?:no longer|already|have|am not) ))",
        strict=True,
    ),
    phrase(
        "en.stop-as-told",
        f"(?<=^ )(?:please )?(?:(?:text|send|reply) )?(?:stop (?:to|2) (?:\\d{{3,8}}|{_STOP_WORD})"
        f"|{_STOP_WORD}(?: (?:and|or) {_STOP_WORD})+)(?= $| please | now | thanks | [,.] )",
    ),
    phrase("en.stop-it", f"(?:turn|shut) (?:{_THESE} off|off {_DET}{_ANY_TEXTS})|make {_THESE} stop", strict=True),
    phrase(
        "en.stop-bothering-me",
        f"{_STOP} (?:calling|bothering|pestering|bugging|annoying|harassing|disturbing|stalking|asking|writing"
        f"|emailing|mailing|pinging|begging|bombarding|hitting up|blowing up) {_ME}|dont (?:bother|disturb|harass"
        f"|annoy) {_ME}",
    ),
    phrase(
        "en.stop-bothering-me",
        f"{_STOP} (?:calling|soliciting|begging|asking for \\w+|using this number|hitting (?:me|my phone)(?: up)?)",
        strict=True,
    ),
    phrase("en.stop-bothering-me", f"{_STOP} (?:{_TEXTING}|sending) (?:{_OTHERS}|so much|so many|so often)"),
    phrase("en.leave-me-alone", "leave (?:me|us|my family) alone", after="to with for in at"),
    phrase(
        "en.not-interested",
        "(?:im |we are |were )?(?:not|no longer|never) (?:at all |really |even )?interested(?: in (?:receiving"
        f"|getting|{_DET}{_ANY_TEXTS}|your|any))?",
        after="in",
        guarded=False,
    ),
    phrase(
        "en.never-signed-up",
        "(?:i |we )?(?:never|didnt|dont)(?: remember| recall| ever| even)? (?:signed|sign|signing|subscribed?"
        "|opted|opt|register(?:ed)?|agreed?|consent(?:ed)?|request(?:ed)?|ask(?:ed)?)(?: (?:up|in))?(?: (?:for|to"
        f"|with)(?: (?:get|receive))? (?:{_DET}{_ANY_TEXTS}|(?:(?:any|all|some) of )?{_THESE}"
        "|you))?",
        strict=True,
        guarded=False,
    ),
    phrase(
        "en.complaint",
        "(?:report|reporting|reported|block|blocking|blocked|sue|suing) (?:you|this number|your|as spam|as junk"
        "|this as|this to)|(?:been|being|are) (?:reported|blocked)|(?:this|that) is (?:spam|harassment)"
        "|(?:you are|youre) (?:spamming|harassing)|(?:on|to) (?:the |a )?(?:national |federal )?(?:dont call"
        "|dnc)(?: list| registry)?|to (?:the |your |my )?(?:fcc|ftc|attorney general)"
        "|report(?:ed|ing)?(?: \\w+){0,2} to (?:the |my |your )?(?:authorities|carrier|better business bureau)"
        "|(?:fcc|ftc) (?:complaint|report)",
        guarded=False,
    ),
    phrase(
        "en.complaint",
        "(?:why (?:do|are)|still|keep) you (?:still |keep |all )?(?:texting|messaging|contacting|spamming"
        "|bothering|calling|sending)|(?:text|contact|message|call) (?:me|us|this number) again",
        guarded=False,
        after="when if at tomorrow later in on next with once back",
    ),
    phrase(
        "en.complaint",
        f"(?:(?:too|so) many|nonstop) {_DET}(?:texts|messages|notifications|alerts)|text (?:me )?(?:way |far )?too"
        f" (?:much|often)|(?:tired|sick|done|annoyed) (?:of|with|by) {_DET}(?:texts|messages|texting|messaging|spam)"
        f"|out of {_DET}(?:texts|messages)|(?:texts|messages) (?:are|is) (?:so |very |really |getting "
        "|too )?(?:annoying|unwanted|harassment|unsolicited|spam)",
        guarded=False,
    ),
    phrase(
        "en.complaint",
        f"(?:{_DET}(?:texts|messages)|{_THESE}) (?:needs?|has|have|must|got) (?:to )?(?:stop|end)",
        guarded=False,
    ),
    phrase(
        "en.complaint",
        f"why (?:am|do|are) (?:i|we) (?:still |keep |always )?(?:get|getting|receive|receiving) (?:{_DET}{_TEXTS}"
        f"|{_THESE})|(?:block|blacklist) (?:me|my number|this number)",
        guarded=False,
    ),
    phrase(
        "en.no-more",
        f"{_I}(?:dont|no longer|never)(?: (?:want|need|like|wish|care))(?: (?:to (?:get|receive|see|have)|for))?"
        f"(?: (?:any|more|anymore|all|of)){{0,3}} {_THESE}",
        strict=True,
        before=_NOT_YOU,
    ),
    phrase(
        "en.no-more",
        f"(?:dont|never) send(?:ing)?(?: {_ME})? (?:(?:any|more|anymore|of) ){{0,3}}"
        f"(?:{_THESE}|stuff|more|any)(?: to {_ME})?",
        strict=True,
        before=_NOT_YOU,
    ),
    phrase("en.no-more", "no need to (?:text|message|contact) (?:me|us)", after="when if until till back"),
    phrase(
        "en.cancel-or-quit",
        "(?:stop|end|cancel|quit) (?:my |the |this |all |your )*(?:text )?subscriptions?",
        after="box for",
    ),
    phrase(
        "en.cancel-or-quit",
        f"(?:quit|leave|exit) (?:this|the|your) {_LIST}",
        strict=True,
        before="i you he she they we",
    ),
    phrase("en.remove", "remove", strict=True, after="the a my this that it"),
    phrase("en.remove", f"(?:remove|delete|take) (?:him|her|them|my \\w+) (?:off|from)(?: of)? {_LIST}"),
    phrase("en.remove", "(?:remove|delete|take) (?:him|her|them)(?: off)?", strict=True),
    phrase("en.remove", f"(?:remove|delete|take) (?:his|her|their|my \\w+) {_NUMBER}"),
    phrase("en.stop-name", f"(?<=^ )stop(?: ,)?(?: (?!{_NO_NAME} )[a-z]+){{1,2}}(?= $)"),
]

PHRASES = (*_AUTOMATIC, *_REVIEW)
