"""Frames: sentences that hold the words of trouble and report none, by how people begin and turn them."""

from __future__ import annotations

import re


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE | re.VERBOSE)


COURTESY = _any(
    r"""^\W*(?:(?:many\ )?thanks?\b | thank\ you | thx | ty\b | tks | cheers | kudos | congrats | congratulations
    | nice\b | great\b | awesome | well\ done | good\ (?:job|work|catch|morning|evening|night|point|news|question)
    | lol\b | lmao | rofl | ha(?:ha)+ | hehe | happy\ (?:birthday|friday|monday) | welcome\b | hi\ all\W*$ | hello\W*$
    | bom\ dia | boa\ (?:tarde|noite) | obrigad[oa] | valeu | parab[eé]ns | kkk+ )"""
)
JOKE = re.compile(
    r"(?:^|\n)\W*(?:\w+\W+){0,2}?(?:jokes?|fun fact|trivia|riddle|piada|curiosidade|meme)"
    r"(?: of the day| do dia)?\W*[:–-]"
    r"|\bjoke of the day\b|\bdad joke|\bknock,? knock\b|\brs(?:rs)+\b|\bcafeteira\b"
    r"|\b(?:lol|lmao|rofl|ha(?:ha)+|jk|just kidding|joking|coffee machine|coffee|kettle|vending machine|printer|fridge"
    r"|"
    r"my (?:brain|diet|cat|dog|kids?|chair|back|knee|monday|motivation)|café|friday deploys?)\b|[😂🤣😜😉😅]|"
    r":(?:joy|rofl|laughing|stuck_out_tongue|wink|sweat_smile|smile|grin|coffee|beers?):",
    re.IGNORECASE,
)
REMINDER = _any(
    r"""^\W*(?:(?:friendly\ |quick\ |gentle\ |small\ )?reminder\b
    | heads[\s-]?up\W+(?:we|i|the\ team)?\W*(?:will|'ll|are\ going|plan)
    | don'?t\ forget | please\ remember | remember\ (?:to|that) | save\ the\ date | lembrete | psa\b
    | (?:agenda|minutes|notes)\ (?:for|of|from)\b | todo\b | action\ items? )"""
)
PLAN = _any(
    r"""\b(?:(?:planned|scheduled|upcoming|announced|routine)\ (?:maintenance|downtime|outage|work|upgrade|reboot
    |restart
      |migration|failover|switchover|release|deploy\w*|window)
    | maintenance\ (?:window|tonight|tomorrow|on|at|from|between|starts?|begins?|planned|scheduled)
    | manuten[cç][aã]o\ (?:programada|planejada|agendada)
    | (?:will|'ll|is\ going\ to|are\ going\ to|gonna|we're\ going\ to|i'm\ going\ to|plan(?:ning|s)?\ to|about\ to
    |aim(?:ing)?\ to
      |intend\ to|scheduled\ to|due\ to\ be|want\ to|would\ like\ to|vamos|vou)\ (?:be\ )?(?:briefly\ |temporarily\ )?
      (?:fail\ ?over|upgrad\w*|migrat\w*|restart\w*|reboot\w*|deploy\w*|releas\w*|ship\w*|roll\w*|switch\w*|mov\w*
      |replac\w*|updat\w*
      |patch\w*|test\w*|run\w*|drain\w*|rotat\w*|resiz\w*|scal\w*|tak\w*|stop\w*|shut\w*|turn\w*|kill\w*|delet\w*
      |remov\w*
      |down|offline|unavailable|paused|atualizar|reiniciar|migrar|subir)
    | (?:game\ ?day|fire\ drill|failover\ (?:test|drill|exercise)|load\ test|chaos\ (?:test|day|experiment)
    |dr\ (?:test|drill))
    | expect\ (?:a\ |some\ |brief\ |short\ )*(?:failover|downtime|blips?|noise|errors|alerts|restarts?|interruptions?)
    | no\ (?:impact|downtime|action|interruption)\ (?:is\ )?(?:expected|needed|required) )\b"""
)
DISCUSSED = _any(
    r"""\b(?:post-?\ ?mortems? | retro(?:spective)?s? | root\ cause | rca\b | lessons?\ (?:learn\w*|from)
    | incident\ (?:review|report|call) | (?:was|were)\ caused\ by )\b"""
)
PAST = _any(
    r"""\b(?:yesterday(?:'s)? | (?:earlier\ )?this\ morning'?s
    | last\ (?:week|month|quarter|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday|sprint|time)(?:'s)?
    | last\ night'?s | (?:a\ few\ |two\ |three\ |\d+\ )(?:days|weeks|months)\ ago | back\ then | at\ the\ time
    | on\ (?:mon|tues|wednes|thurs|fri|satur|sun)day\ (?:was|were|got|has\ been)
    | used\ to\ (?:be|have|fail|crash) | in\ the\ (?:old|early)\ days
    | (?:of|in|from)\ (?:19|20)\d\d | ontem | semana\ passada
      | m[eê]s\ passado )\b"""
)
PRESENT = _any(  # it lasts: what began then is there now
    r"""\b(?:since|desde|until\ now|still|again|ainda|de\ novo|is|are|isn't|aren't|keeps?|can't|cannot|won't|now)\b
    | \b(?:backup|job|c[oó]pia|rotina|fechamento|carga|build|deploy)\ de\ ontem\b
    | \b(?:yesterday|last\ night)'?s\ (?:\w+\ )?(?:backup|dump|job|run|build|snapshot|sync|import|export)\b"""
)
ASKED = _any(
    r"""^\W*(?:(?:hey|hi|hello|ok|so|and|btw|quick\ question|question|ol[aá]|oi)\W+(?:all\W+|team\W+|folks\W+
    |everyone\W+|pessoal\W+)?)?
    (?:how\b | what(?:'s|\b)(?!\ (?:a|an|the\ (?:hell|heck|fuck))\b)
    | where(?:'s|\b) | who(?:'s|\b)
    | which\b | when(?:'s|\b) | (?:can|could|would|will)\ (?:you|someone|anyone|anybody|somebody|we|i)\b
    | (?:does|do|did|should|shall|would|may|might)\b | (?:is|are|can|could)\b[^\n]{0,200}\b(?:if|when
      |whenever)\b[^\n]{0,200}\?\W*$
    | is\ (?:\S{1,30}\ ){1,4}?(?:supposed|expected|meant|allowed)\ to\b(?!\ be\ (?:this|so|that|like))
    | is\ it\ (?:normal|expected|ok|okay|possible|known|fine|true)\b
    | is\ (?:the|an?|our|this|that)\ (?:\w+\ ){0,3}?(?:alert|rule|runbook|bot|monitor|check|threshold
    |supposed|expected)\b | have\ (?:you|we)
    | any(?:one|body)\ (?:remember|know|knows|got|have|has|using|used|familiar|want|wants)\b | has\ any(?:one|body)
    | is\ there\ (?:a|an|any|some)\b | are\ there\ (?:any|some)\b
    | (?:was|were)\ (?:the|it|that|this|there|any|you|we|they|our)\b | may\ i
    | any\ (?:plans|idea\ how|docs|news|updates?)
    | como\b | onde\b | quem\b | quando\b | qual\b | quais\b | quant[oa]s?\b | o\ que\ (?!est[aá]\ acontecendo)
    | algu[eé]m\ (?:sabe|tem|pode|lembra|conhece|testou|viu\ (?:se|como|o\ doc))
    | ser[aá]\ que\b | (?:temos|tem|existe|h[aá]|devemos|dever[ií]amos|podemos|precisamos)\b[^\n]{0,200}\?\W*$
    | (?:a\ gente|n[oó]s)\ (?:alerta|avisa|monitora|tem)\b[^\n]{0,200}\?\W*$ )"""
)
ASKED_NOW = _any(  # questions that are reports: they ask whether others see it too, or why it is so now
    r"""\b(?:any(?:one|body)\ else | someone\ else | only\ me | just\ me | is\ it\ (?:me|just)
    | every(?:one|body)\ else
    | algu[eé]m\ mais | s[oó]\ (?:eu|comigo) )\b
    | ^\W*(?:any\ idea\ )?(?:why\b | what(?:'s|\ is)\ (?:wrong|up|happening|going\ on)\ with | por\ ?que\b)
    | ^\W*(?:can|could)\ (?:some|any)(?:one|body)\ (?:\w+\ ){0,3}?(?:look|check|help|investigate)\b"""
)
IF = _any(r"^\W*(?:if|in\ case|when(?:ever)?|once|unless|suppose|imagine|what\ if|se\b|caso\b)\b")
WORK = _any(  # work on something, its review, its documents: not the thing itself
    r"""\b(?:pr\b | prs\b | pull\ requests? | merge\ requests? | code\ review | reviewers? | ticket\ (?:for|to|about)
    | jira | backlog\ (?:grooming|refinement|item) | runbooks?\ (?:for|about|on|to) | docs?\ (?:for|about|on)
    | documentation | wiki | blog\ ?post | article | talk\ (?:about|on) | meeting | stand-?up | workshop | training
    | interview | dashboards?\ (?:for|with|that|to)
    | (?:new|nice|updated|wrote|writing|added|adding)\ (?:an?\ |the\ )?(?:\w+\ )?
      (?:dashboard|alert|runbook|metric|graph|panel|test|doc|docs|script|rule)s? | unit\ tests?
      | (?:on|in)\ my\ (?:laptop|machine|branch)
    | demo\ (?:of|for) | (?:is|are)\ (?:the|our)\ (?:error|failure|outage)\ (?:page|message|log|banner)s?
    | (?:reading|watching|listening)\ (?:about|to|on)\b | (?:idea|proposal|suggestion|next\ sprint|roadmap)(?=\W*:)
    | review\ (?:my|the|this|our|of)\b | (?:outage|incident|failure|crash)\ (?:reports?|reviews?)\b | deadline
    | (?:we|i|you)\ need\ (?:better|more|new|an?)\ (?:\w+\ )?(?:alert|dashboard|monitoring|test|doc|metric|log
      |runbook)\w*
    | the\ (?:word|string|term|phrase)\ \w+ | vamos\ (?:revisar|discutir|melhorar|criar|documentar|escrever)
      | doc\ (?:de|do|da)
    | (?:went|goes|gone)\ down\ (?:well|badly|a\ treat) | (?:broke|breaks|breaking)\ (?:the|a
      |all)\ (?:\w+\ )?(?:records?|ice|news)
    | (?:this|last|next)\ (?:quarter|fiscal\ year) | \bq[1-4]\ (?:results|numbers|targets?)
    | let'?s\ (?:add|write|create|document|build|make)\b
    | (?:what\ to\ do|o\ que\ fazer|how\ to|como)\ (?:\w+\ )?(?:when|if|quando|se)\b
    | (?:updat\w*|writ\w*|wrote|review\w*|improv\w*|add\w*|fix\w*)\ (?:the\ |our\ |some\ )?(?:docs?|documentation
      |readme
    |runbooks?)\b | (?:interesting|good|great|nice|must|worth\ a)\ (?:read|article|post|talk|paper|video)\b
    | documenta[cç][aã]o
    | (?:atualizei|escrevi|criei|adicionei|revisei|vou\ (?:escrever|criar|adicionar|revisar))\b
    | locally\b | local\ (?:env\w*|machine|build) | staging\ only | threshold\ (?:of|for|to) | release\ notes
    | change\ ?log | error\ (?:pages?|messages?|handling)\ (?:design|text|copy|wording|layout|are|is)
    | (?:from|by|was|were)\ my\ \w+ | (?:let\ me|tell\ me|let\ us)\ know | keep\ an\ eye | watch\ out
    | if\ (?:you|any(?:one|body)|some(?:one|body))\ (?:see|notice|get|have|need|want|find)s?\b | feature\ request
    | error\ budgets? | my\ (?:keyboard|laptop|mouse|screen|monitor|phone|headset|bike|car|vpn\ client)\b
    | (?:after|since|thanks\ to)\ the\ (?:optimi[sz]ation|tuning|cleanup|improvement)s?
    | (?:fix|patch|workaround|improvement)\ (?:for|to|of)\ (?:the|that|this)
    | reuni[aã]o
    | (?:precisamos|dev[ií]amos|devemos|temos\ que|dever[ií]amos|poder[ií]amos|seria\ bom|vale\ a\ pena)
      \ (?:\w+\ )?(?:melhor|ajust|cri|adicion|revis|document|rever|troc|mud|diminu|aument|escrev|automatiz)\w*r
    | (?:we|you|i|they)\ (?:should|could|need\ to|ought\ to|must)\ (?:really\ |also\ |probably\ |just\ )?
      (?:improv|reword|rewrit|document|automat|rethink|redesign|add\ an?\ (?:alert|test|check|metric))\w* )\b"""
)
LEFT_ALONE = _any(
    r"""\b(?:false\ (?:alarm|positive) | (?:please\ |you\ can\ |can\ be\ )ignored?
    | ignore\ (?:the|that|this|those|these|my)
    | never\ ?mind | nvm\b | nothing\ to\ worry | no\ action\ (?:needed|required)
    | not\ an?\ (?:incident|issue|problem|outage)
    | expected\ behaviou?r | (?:that|this)\ (?:is|was|'s)\ (?:me|expected|us|just\ me|just\ a\ test)
    | just\ testing | (?:only|just)\ a\ test
    | (?:test|testing)\W*(?:please\ )?ignore | alarme\ falso | pode\ ignorar )\b"""
)
FINE = _any(
    r"""\b(?:no\ (?:more\ )?(?:errors?|issues?|problems?|alerts?|incidents?|failures?|outages?|complaints?|impact)\b
    | (?:all|everything|things?|it|that|looks?|looking)\ (?:is\ |are\ |seems?\ |looks?\ )?(?:good|fine|green|quiet
    |calm|stable|ok(?:ay)?)\b
    | quiet\ (?:night|shift|weekend|day) | without\ (?:any\ )?(?:errors?|issues?|problems?|incidents?)
    | (?:went|ran)\ (?:fine|smoothly|well)
    | tudo\ (?:certo|bem|ok|normal) )"""
)

GREETED_UP = _any(
    r"\b(?:dashboard|docs?|page|site|article|post|recording|slides|video|survey|form)\ (?:is|are)\ (?:now\ )?(?:up"
    r"|live|out)\b"
)
OWN_WORK = _any(
    r"""^\W*(?:just\ |finally\ |now\ |currently\ )?(?:merged|shipped|shipping|deployed|deploying|fixed|fixing
    |rolling\ out|rolled\ out|released
      |releasing|upgrading|upgraded|restarting|restarted|migrating|migrated|testing|updating|updated|added|adding
      |removed|cleaned|silenced|acked)\b
    | ^\W*(?:i|we|i've|we've|i'm|we're|im|@\w+)\W+(?:'?ve\ |have\ |am\ |are\ |just\ |already\ |also\ |now\ |
    currently\ |will\ |'?ll\ )*
    (?:fix\w*|add\w*|rais\w*|lower\w*|chang\w*|updat\w*|wrote|writ\w*|merg\w*|ship\w*|deploy\w*|roll\w*|restart\w*
    |upgrad\w*|clean\w*|renew\w*|mov\w*|improv\w*|document\w*
    |tun\w*|silenc\w*|ack\w*|open\w*|creat\w*|bump\w*|investigat\w*|look\w*|check\w*|work\w*|read\w*|review\w*
    |prepar\w*|test\w*|on\ it\b)\b"""
)
STILL_SEEN = _any(r"\b(?:but|still|and\ now|again|however|now\ it|since\ then|mas|ainda)\b")

AWAY = _any(  # of people's own day: the way to work, meals, health, the office
    r"""\b(?:stuck\ (?:in|on|at)\ (?:(?:the|a|an|my)\ )?(?:traffic|meetings?|calls?|line|elevator|lift|train|bus
      |subway|airport|customs|queue\ at)
    | (?:my|the)\ (?:train|flight|subway|metro|tram|uber|taxi|plane|elevator|lift|dishwasher|microwave|toilet
      |air\ con\w*
      |heating|doorbell)\ (?:\w+\ ){0,2}?(?:is|are|was|got|broke|has|had|stopped|failed|doesn't|won't)
    | my\ (?:bus|train|flight|head|internet|power|wifi|connection|stomach|kid\w*|son|daughter|husband|wife|doctor
      |dentist)
    | (?:team\ )?(?:lunch|breakfast|dinner|pizza|cake)\b(?!\ (?:api|service|app|orders\ (?:api|service)))
    | (?:out|off|home|called\ in)\ sick | sick\ (?:today|day) | feeling\ (?:sick|ill|bad|unwell) | day\ off
      | on\ vacation
    | (?:i'm|i\ am|i'll\ be|i\ will\ be|will\ be)\ (?:\w+\ ){0,2}?(?:late|offline|afk|away|behind\ on)
    | at\ home | (?:i|he|she)\ (?:broke|hurt|injured)\ (?:my|his|her) | weather | (?:ac|a/c|heating|toilet|door|chair
      |light)s?\ (?:in|at|of)\ the\ office | bus\ broke\ down
      | elevador | at\ the\ (?:gym|dentist|doctor|airport) | standup\ late | (?:meeting
      |stand-?up|demo|all-?hands|interview
      |workshop)\ (?:is\ |was\ |got\ |has\ been\ )?(?:delayed|moved|late|behind)
    | tr[aâ]nsito | almo[cç]o | jantar | meu\ (?:voo|[oô]nibus|trem|filho|carro|celular|notebook)
      | minha\ (?:cabe[cç]a|filha
      |internet|casa) | (?:em|de)\ casa\b | chego\ (?:atrasad[oa]|mais\ tarde) | no\ m[eé]dico | de\ f[eé]rias )\b"""
)
_JOINED = re.compile(r"\b(?:but|and|mas)\b", re.IGNORECASE)


def beside_own_day(sentence: str) -> list[str]:
    """The parts of a sentence that do not speak of one's own day: "I'm stuck in traffic and checkout is down"."""
    return [part for part in _JOINED.split(sentence) if not AWAY.search(part)]
