"""What a person means: does this sentence report trouble that is there now, say that it is over, or neither? Pure.

A report names a symptom in the present. Thanks, jokes, plans, reminders, questions about how things work, and talk of
what was, hold the same words and are no reports; so the frame of a sentence is looked at before its symptoms.
Every pattern is a choice of fixed words or bounded, so that time grows with the length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOST = 4000  # characters of a person's message that are looked at
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|\s+[—–]\s+|\s+-{1,2}\s+")
_QUOTED = re.compile(r"^(?:>|&gt;).*$", re.MULTILINE)
_CODE = re.compile(r"```|`")


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE | re.VERBOSE)


# -- frames: sentences that hold the words of trouble and report none ---

_COURTESY = _any(
    r"""^\W*(?:(?:many\ )?thanks?\b | thank\ you | thx | ty\b | tks | cheers | kudos | congrats | congratulations
    | nice\b | great\b | awesome | well\ done | good\ (?:job|work|catch|morning|evening|night|point|news|question)
    | lol\b | lmao | rofl | ha(?:ha)+ | hehe | happy\ (?:birthday|friday|monday) | welcome\b | hi\ all\W*$ | hello\W*$
    | bom\ dia | boa\ (?:tarde|noite) | obrigad[oa] | valeu | parab[eé]ns | kkk+ )"""
)
_JOKE = re.compile(
    r"\b(?:lol|lmao|rofl|ha(?:ha)+|jk|just kidding|joking|coffee machine|coffee|kettle|vending machine|printer|fridge"
    r"|"
    r"my (?:brain|diet|cat|dog|kids?|chair|back|knee|monday|motivation)|café|friday deploys?)\b|[😂🤣😜😉😅]|"
    r":(?:joy|rofl|laughing|stuck_out_tongue|wink|sweat_smile|smile|grin|coffee|beers?):",
    re.IGNORECASE,
)
_REMINDER = _any(
    r"""^\W*(?:(?:friendly\ |quick\ |gentle\ |small\ )?reminder\b
    | heads[\s-]?up\W+(?:we|i|the\ team)?\W*(?:will|'ll|are\ going|plan)
    | don'?t\ forget | please\ remember | remember\ (?:to|that) | save\ the\ date | lembrete | psa\b
    | (?:agenda|minutes|notes)\ (?:for|of|from)\b | todo\b | action\ items? )"""
)
_PLAN = _any(
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
_PAST = _any(
    r"""\b(?:yesterday'?s? | (?:earlier\ )?this\ morning'?s
    | last\ (?:week|month|quarter|year|monday|tuesday|wednesday|thursday
      |friday|saturday|sunday|sprint|time)(?:'s)? | last\ night'?s
      | (?:a\ few\ |two\ |three\ |\d+\ )(?:days|weeks|months)\ ago
    | post-?\ ?mortems? | retro(?:spective)?s? | root\ cause | rca\b | lessons\ learn\w*
    | incident\ (?:review|report|call)
    | on\ (?:mon|tues|wednes|thurs|fri|satur|sun)day\ (?:was|were|got|is\ now|has\ been)\b | (?:was|were)\ caused\ by
    | back\ then | at\ the\ time | used\ to\ (?:be|have|fail|crash) | ontem | semana\ passada | m[eê]s\ passado )\b"""
)
_SINCE = _any(r"\b(?:since|desde|until\ now|still|again|ainda|de\ novo)\b")  # it lasts: what began then is there now
_ASKED = _any(
    r"""^\W*(?:(?:hey|hi|hello|ok|so|and|btw|quick\ question|question|ol[aá]|oi)\W+(?:all\W+|team\W+|folks\W+
    |everyone\W+|pessoal\W+)?)?
    (?:how\b | what(?:'s|\ is|\ does|\ are|\ do|\ would|\ should|\ happens|\ was|\ did|\ kind|\ time)\b
    | where(?:'s|\b) | who(?:'s|\b)
    | which\b | when(?:'s|\b) | (?:can|could|would|will)\ (?:you|someone|anyone|anybody|somebody|we|i)\b
    | (?:does|do)\ (?:any(?:one|body)|somebody|we|you|i)\ (?:know|have|remember|need|want|still|ever)\b
    | (?:does|do|is)\ (?:the|an?|our|this|that)\ (?:\w+\ ){0,3}?(?:alert|rule|runbook|bot|monitor|check|threshold
    |supposed|expected)\b | should\ (?:we|i)\b | shall\ we | do\ you | did\ (?:you|we|anyone|someone)
    | have\ (?:you|we) | has\ any(?:one|body)
    | is\ there\ (?:a|an|any|some)\b | are\ there\ (?:any|some)\b | (?:was|were)\b | may\ i
    | any\ (?:plans|idea\ how|docs|news|updates?)
    | como\b | onde\b | quem\b | quando\b | qual\b | algu[eé]m\ (?:sabe|tem|pode) )"""
)
_ASKED_NOW = _any(  # questions that are reports: they ask whether others see it too, or why it is so now
    r"""\b(?:any(?:one|body)\ else | someone\ else | only\ me | just\ me | is\ it\ (?:me|just)
    | every(?:one|body)\ else
    | algu[eé]m\ mais | s[oó]\ (?:eu|comigo) )\b
    | ^\W*(?:any\ idea\ )?(?:why\b | what(?:'s|\ is)\ (?:wrong|up|happening|going\ on)\ with | por\ ?que\b)
    | ^\W*(?:can|could)\ (?:some|any)(?:one|body)\ (?:\w+\ ){0,3}?(?:look|check|help|investigate)\b"""
)
_IF = _any(r"^\W*(?:if|in\ case|when(?:ever)?|once|unless|suppose|imagine|what\ if|se\b|caso\b)\b")
_WORK = _any(  # work on something, its review, its documents: not the thing itself
    r"""\b(?:pr\b | prs\b | pull\ requests? | merge\ requests? | code\ review | reviewers? | ticket\ (?:for|to|about)
    | jira | backlog\ (?:grooming|refinement|item) | runbooks?\ (?:for|about|on|to) | docs?\ (?:for|about|on)
    | documentation | wiki | blog\ ?post | article | talk\ (?:about|on) | meeting | stand-?up | workshop | training
    | interview | dashboards?\ (?:for|with|that|to)
    | (?:new|nice|updated|wrote|writing|added|adding)\ (?:an?\ |the\ )?(?:\w+\ )?
      (?:dashboard|alert|runbook|metric|graph|panel|test|doc|docs|script|rule)s? | unit\ tests?
      | (?:on|in)\ my\ (?:laptop|machine|branch)
    | locally\b | local\ (?:env\w*|machine|build) | staging\ only | threshold\ (?:of|for|to) | feature\ request
    | error\ budgets? | my\ (?:keyboard|laptop|mouse|screen|monitor|phone|headset|bike|car|vpn\ client)\b
    | (?:after|since|thanks\ to)\ the\ (?:optimi[sz]ation|tuning|cleanup|improvement)s?
    | (?:fix|patch|workaround|improvement)\ (?:for|to|of)\ (?:the|that|this) )\b"""
)
_LEFT_ALONE = _any(
    r"""\b(?:false\ (?:alarm|positive) | (?:please\ |you\ can\ |can\ be\ )ignored?
    | ignore\ (?:the|that|this|those|these|my)
    | never\ ?mind | nvm\b | nothing\ to\ worry | no\ action\ (?:needed|required)
    | not\ an?\ (?:incident|issue|problem|outage)
    | expected\ behaviou?r | (?:that|this)\ (?:is|was|'s)\ (?:me|expected|us|just\ me|just\ a\ test)
    | just\ testing | (?:only|just)\ a\ test
    | (?:test|testing)\W*(?:please\ )?ignore | alarme\ falso | pode\ ignorar )\b"""
)
_FINE = _any(
    r"""\b(?:no\ (?:more\ )?(?:errors?|issues?|problems?|alerts?|incidents?|failures?|outages?|complaints?|impact)\b
    | (?:all|everything|things?|it|that|looks?|looking)\ (?:is\ |are\ |seems?\ |looks?\ )?(?:good|fine|green|quiet
    |calm|stable|ok(?:ay)?)\b
    | quiet\ (?:night|shift|weekend|day) | without\ (?:any\ )?(?:errors?|issues?|problems?|incidents?)
    | (?:went|ran)\ (?:fine|smoothly|well)
    | tudo\ (?:certo|bem|ok|normal) )"""
)

# -- it is over ---

_OVER = _any(
    r"""(?<!un)(?<!not\ )(?<!be\ )(?<!never\ )\bresolved\b(?!\?) | \brecovered\b
    | \bback\ (?:to\ normal|up|online|in\ business)\b
    | \b(?:is|are|it's|they're|comes?|came)\ back\b(?!\ (?:from|to\ (?!normal)|and\ forth|pressure|log))
    | \breturned\ to\ normal\b
    | \bnormal\ again\b | \b(?:up|working|healthy|stable|green|online|reachable|fast|fine)\ again\b
    | \bworks\ (?:again|now)\b
    | \ball\ clear\b | \bfixed\ (?:now|it|that|by|the|in|with|after)\b
    | \b(?:is|are|was|were|been|should\ be|all|got|now)\ fixed\b
    | ^\W*fixed\b | \b(?:errors?|alerts?|issues?|problems?|symptoms|spikes?|lag|backlog)\ (?:are|is|have
    |has)\ (?:all\ |now\ )?(?:gone|stopped|cleared|disappeared)\b | \bmitigated\b | \bsubsided\b
    | \bcleared\ (?:up|out|itself)\b | \bis\ over\b | \bclosing\ this\b
    | \b(?:no\ longer|stopped)\ (?:failing|erroring|crashing|firing|timing\ out|flapping|alerting)\b
    | \b(?:issue|incident|outage|alert|problem)\ (?:is\ |was\ |has\ been\ )?(?:now\ )?(?:closed|over|gone|resolved)\b
    | \bresolvid[oa]\b | \bvoltou\b(?!\ a\ (?:cair|falhar|dar)) | \bnormalizad[oa]\b | \bnormalizou\b
    | \bcorrigid[oa]\b"""
)

# -- symptoms ---

_PLAIN = _any(  # words that hardly anybody uses of what works
    r"""\b(?:outages? | unreachable | unresponsive | unavailable | inaccessible | crash(?:ed|es|ing)?
    | crash-?\ ?loop\w* | panick?(?:ed|ing|s)\b
    | kernel\ panic | segfault\w* | oom(?:\ ?-?kill\w*|ed|s|ing)?\b
    | out\ of\ (?:memory|disk|space|inodes?|sync|quota|connections|file\ descriptors|capacity)
    | no\ space\ left | fail(?:s|ed|ing|ures?)?\b(?!-?\ ?over) | broke(?:n)?\b | breaks\b | busted | borked | hosed
    | bricked | fubar
    | (?:50[0-9]|429)(?:s|'s|\ errors?)\b
    | (?:http|status|code|getting|seeing|throws?|throwing|returns?|returning|a|with|of|many)\ (?:a\ |
    lots\ of\ )?(?:4\d\d|5\d\d|5xx|4xx)\b
    | 5xx | errors?\b | exceptions? | stack\ ?traces? | tracebacks? | time[ds]?\ ?-?outs? | timing\ out
    | refus(?:ed|ing) | reset\ by\ peer
    | dead\ ?lock\w* | split[\s-]?brain | corrupt\w* | data\ loss
    | lost\ (?:data|writes|messages|connection|quorum|packets)
    | losing\ (?:data|packets|writes|messages|connection\w*)
    | packet\ loss | dropped\ (?:packets|connections|messages|requests)
    | dropping\ (?:packets|connections|messages|requests|calls)
    | throttled | throttling | rate[\s-]?limited
    | hit(?:ting)?\ (?:the|our|a|an)\ (?:\w+\ ){0,4}?(?:limit|quota|cap)\b
    | saturated | exhausted | overload(?:ed|ing)? | overwhelmed | maxed(?:\ out)? | pegged | pinned\ at | swapping
    | thrashing
    | degraded | degrading | flapping | leak(?:s|ing|ed|age)?\b | breach\w* | hacked | compromised | ransomware
    | malware | phish\w*
    | ddos\w* | brute[\s-]?forc\w*
    | (?:failed|suspicious|unauthori[sz]ed)\ (?:log-?ins?|access|attempts?|ssh|requests?|traffic)
    | (?:under|an)\ attack | sql\ injection | intrusion | exfiltrat\w*
    | exposed\ (?:secrets?|keys?|credentials?|bucket)
    | not\ ?ready | pods?\ (?:are\ |is\ |stuck\ )?(?:pending|evicted|restarting) | evicted | imagepullbackoff
    | backoff
    | fill(?:ed|s|ing)\ up | declined | rejected | bouncing | vanished | disappear\w*
    | (?:fell|dropped|falling|dropping)\ (?:off|out)\b
    | (?:scanning|hammering|scraping|flooding|spamming)\ (?:us|our|the)\b | \d+\ (?:login\ )?attempts\ from\b
    | (?:returns?|returning|gives?|giving|shows?|showing)\ (?:no|zero|empty|nothing|blank|wrong|the\ wrong|old
    |stale)\b
    | (?:same|identical)\ (?:score|answer|prediction|result|output|response)\w*\ (?:for|to|on)\ (?:every|all|each|any)
    | (?:iowait|steal)\ (?:is\ |at\ )?[3-9]\d\ ?% | (?:is|are|goes|went|going)\ (?:crazy|nuts|insane|bananas|wild)
    | (?:nothing|nobody|no\ one|none)\ (?:\w+\ )?(?:loads?|works?|responds?|starts?|gets|can|is\ able|arrives?|moves
    |goes|comes)\b
    | (?:out\ of|running\ out\ of|ran\ out\ of)\ (?:ip\b|ips|addresses|threads|licen\w+|credits?|quota|tokens|workers
    |capacity|ports|handles)
    | unknown\ (?:ips?|address\w*|devices?|locations?|hosts?|users?|countr\w+|process\w*) | read-?only\b
    | chei[oa]\b | lotad[oa]\b
    | (?:unusual|suspicious|weird|strange|abnormal|unexpected|odd)\ (?:\w+\ ){0,2}?(?:traffic|logins?|requests?
    |activity|spikes?|behaviou?r|connections?|processes|load|errors?)
    | through\ the\ roof | sealed\b | exit(?:s|ed)\ (?:with\ )?(?:status\ |code\ )?[1-9]\d{0,2}\b
    | lost\ (?:a|the|one|two|another|all|our|half)\b
    | (?:pushed|committed|leaked|posted)\ (?:\w+\ ){0,3}?(?:credentials?|secrets?|keys?|passwords?|tokens?)\b
    | load\ average\ (?:\S+\ ){0,4}?\d{2,}
    | stuck | hang(?:s|ing)\b | hung\b | frozen | freez(?:es|ing)\b | wedged | dead\b | died\b | dying\b | defunct
    | zombie
    | garbage\ (?:answers|output|results|data)
    | (?:answers?|output|results?|responses?|predictions?)\ (?:\w+\ ){0,3}?(?:garbage|nonsense|wrong|gibberish|empty
    |off)
    | hallucinat\w* | stale\b | drift(?:ed|ing)?\b | split\ traffic
    | certificate\ (?:\w+\ ){0,7}?(?:expire[sd]?|invalid|expiring)
    | cert\ (?:\w+\ ){0,7}?(?:expire[sd]?|invalid|expiring) | expired\b
    | expir(?:es|ing)\ (?:in|today|tomorrow|tonight|on|soon|this) | not\ secure\b
    | caiu | fora\ do\ ar | travad[oa]s? | travou | travando | quebrad[oa] | quebrou | lent[oa]s?\b | lentid[aã]o
    | falh(?:a|as|ou|ando)\b
    | indispon[ií]ve(?:l|is) | erros?\b
    | n[aã]o\ (?:responde\w*|funciona\w*|abre\w*|carrega\w*|conecta\w*|sobe\w*) )"""
)
_STATE = _any(  # states that say something of a thing: "is down", "looks slow", "went flat"
    r"""\b(?:(?:is|are|was|were|'s|'re|went|goes|going|looks?|looking|seems?|feels?|appears?|got|getting|gone|been
    |still|keeps?|again|all|just|now
      |completely|totally|entirely|partially|super|very|really|extremely|crazy|so|too|quite|pretty|awfully|insanely
      |dog|unusually|suspiciously)
      \ +(?:\w+\ +){0,2}?
      (?:down|offline|slow|sluggish|laggy|lagging|flat|empty|blank|full|missing|gone|red|stale|wrong|weird|off|behind
      |delayed|unstable|flaky
      |unhealthy|high|hot|huge|massive|spiking|spiky|climbing|growing|rising|falling|dropping|piling|dark|toast
      |garbage|nuts|insane|bad|unusable)\b
    | down\b(?=\W*(?:for|again|since|in|on|right|atm|\?|!|$)) | offline\b | slow(?:ness|er|ed)?\b | sluggish
    | laggy | not\ great\b
    | lag(?:ging)?\b | latenc(?:y|ies)\ (?:\w+\ ){0,4}?(?:high|up|spik\w*|crazy|through|doubled|tripled|bad
    |increas\w*|went|jumped|over|above)
    | backlogs? | back(?:ed|ing)\ up\b | pil(?:ing|ed|es)\ up
    | queue\w*\ (?:\w+\ ){0,4}?(?:grow\w*|full|behind|stuck|draining|deep|explod\w*)
    | missing\b | stopped\b | halted\b | hammering | hammered | on\ fire | melting | meltdown | tanking | tanked
    | plummet\w* | skyrocket\w*
    | high\ (?:cpu|load|memory|latency|error|disk|io|iowait|temperature|usage|traffic|replication|consumption
    |error\ rate) | spik(?:e|es|ing|ed|y)\b
    | error\ rate | alarm\ (?:is\ )?on\b | alerts?\ (?:is\ |are\ )?(?:firing|going\ off)
    | pag(?:ed|ing)\ (?:for|about) )"""
)
_CHANGE = _any(  # figures that moved or stand at an extreme
    r"""\b(?:dropped|fell|down|drops|falling|sank|plunged|declined|decreased|dipped)\ (?:by\ |to\ |from\ |almost\ |
    nearly\ |about\ |~\ ?){0,3}(?:\d|zero\b|half\b|nothing\b)
    | \b(?:went|jumped|rose|climbed|increased|grew|up|shot\ up|spiked|doubled|tripled|gone)\ (?:up\ )?(?:from|to|by
    |over|past)\ (?:\S{1,20}\ to\ )?~?\d
    | \b(?:at|is|over|above|hit|reached|around|nearly|almost|sitting\ at)\ (?:only\ |about\ |around\ |already\ |now\ |
    nearly\ |almost\ |~){0,2}(?:9\d|100)(?:\.\d)?\ ?%
    | \band\ (?:still\ )?(?:growing|rising|climbing|counting|increasing|falling|getting\ worse|going\ up)
    | \bgetting\ worse\b | \bkeeps?\ (?:on\ )?\w{3,20}ing\b
    | \b(?:thousands|hundreds|tons|loads|lots|millions|\d+k|\d{4,})\ (?:of\ )?(?:\w+\ ){0,3}?(?:errors|failures
    |failed|messages|retries|requests|alerts|logins|tickets|complaints|restarts|pending)
    | \b\d+\ (?:pods?|nodes?|hosts?|jobs?|replicas?|instances?|servers?|consumers?
    |shards?)\ (?:\w+\ ){0,2}?(?:pending|down|missing|gone|failed|behind|stuck|unhealthy|offline|restarting)
    | \b(?:cpu|memory|mem|ram|disk|swap|heap|load|iowait|gpu|vram|inodes?|usage|utili[sz]ation|partition
    |volume)\b[^.\n]{0,30}?\b(?:9\d|100)(?:\.\d)?\ ?%
    | \btemperature\b[^.\n]{0,40}\b(?:rising|high|\d{2,3}\ ?°?c)\b
    | \b(?:p9[59]|p50|latency|response\ times?|load\ times?)\b[^.\n]{0,60}\b\d+(?:\.\d+)?\ ?(?:s|ms|sec|seconds|min
    |minutes)\b
    | \b(?:took|takes|taking|takes\ up\ to)\ (?:over\ |more\ than\ |about\ |around\ |~)?\d+\ ?(?:s|sec|secs|seconds
    |min|mins|minutes|hours|h)\b"""
)
_STANDSTILL = _any(  # what should happen and does not
    r"""\b(?:(?:is|are|was|were|does|do|did|has|have|had|can|could|wo|would)(?:n't|nt|\ not)\ (?:\w+\ ){0,2}?
      (?:going\ (?:out|through|anywhere)|work\w*|load\w*|respond\w*|start\w*|run\w*|ran|connect\w*|reach\w*|resolv\w*
      |open\w*|deploy\w*|sync\w*|updat\w*|scal\w*|drain\w*|process\w*|deliver\w*
      |arriv\w*|receiv\w*|send\w*|sent|log\w*|sign\w*|pay\w*|check\w*|place\w*|order\w*|complet\w*|finish\w*
      |return\w*|answer\w*|keep\w*|com(?:e|ing)|got(?:ten)?|get\w*|see\w*|seen|had
      |ssh\w*|push\w*|pull\w*|login|boot\w*|mount\w*|writ\w*|read\w*|replicat\w*|renew\w*|recover\w*|schedul\w*
      |elect\w*|reachable|available|healthy|accessible|up\b|there\b|happen\w*|succeed\w*|build\w*|catch\w*|fir(?:e
      |ing)\b|trigger\w*|show\w*|download\w*|upload\w*|access\w*|find\w*|use\w*|create\w*|save\w*|submit\w*|add\w*
      |view\w*|play\w*|render\w*|train\w*|predict\w*|classif\w*)
    | can'?t\ (?:\w+\ ){0,2}?(?:connect|reach|log|sign|place|pay|open|access|ssh|deploy|load|see|get|write|read|push
    |pull|start|use|checkout|check\ out|find|send|upload|download|resolve|create|save|submit|talk|order|buy|search
    |join|scale|schedule|mount|keep)
    | cannot\ (?:\w+\ ){0,2}?\w{3,} | unable\ to
    | not\ (?:working|responding|loading|reachable|healthy|available|running|receiving|sending|processing|syncing
    |scaling|resolving|able)
    | no\ (?:data|metrics|logs|traffic|response|answer|orders?|connection|heartbeats?|signal|leader|backups?|events
    |messages|alerts?)\ (?:is\ |are\ |have\ |has\ )?(?:since|from|for|in|coming|arriving|at\ all|on|been|are|is
    |whatsoever|found|received|to)\b
    | stopped\ (?:\w+ing|work\w*|respond\w*|receiv\w*) | never\ (?:ran|started|finished|completed|arrived|came)
    | no\ longer\ (?:work\w*|respond\w*|reach\w*|start\w*|load\w*|connect\w*)
    | refuses\ to | keeps?\ (?:on\ )?(?:restarting|rebooting|crashing|failing|dying|dropping|disconnecting|getting
    |falling|timing|returning|throwing|flapping|spinning)
    | (?:customers?|users?|clients?|people|support|merchants?|tenants?)\ (?:are\ |is\ |keep\ |have\ been\ |started\ |
    can'?t\ |cannot\ |all\ ){0,3}(?:report\w*|complain\w*|see(?:ing)?|say\w*|unable|get(?:ting)?|getting|locked)
    | locked\ out | last\ (?:good|successful)\ (?:backup|dump|snapshot|run|build)\b[^.\n]{0,60}\b(?:old|ago|days?
    |hours?|weeks?)\b | didn'?t\ (?:run|start|finish|complete|fire|happen|work|arrive|come)
    | (?:half|part|some|most|one\ third|all)\ (?:of\ )?(?:the\ |our\ )?(?:fleet|nodes|pods|hosts|requests|users
    |customers|servers|instances|workers|calls|traffic)\ (?:\w+\ ){0,3}?(?:on\ the\ old|fail\w*|down|broken|gone|time
    |timing|slow|error\w*|affected|lost|stuck) )"""
)
_SYMPTOMS = (_PLAIN, _STATE, _CHANGE, _STANDSTILL)

_GREETED_UP = _any(
    r"\b(?:dashboard|docs?|page|site|article|post|recording|slides|video|survey|form)\ (?:is|are)\ (?:now\ )?(?:up"
    r"|live|out)\b"
)
_OWN_WORK = _any(
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
_STILL_SEEN = _any(r"\b(?:but|still|and\ now|again|however|now\ it|since\ then|mas|ainda)\b")


@dataclass(frozen=True)
class Meaning:
    """Of one message: it reports trouble, says that some is over, both (then the later sentence counts) or neither."""

    trouble: bool
    over: bool


def meaning(text: str) -> Meaning:
    """What a person's words report."""
    said = _CODE.sub(" ", _QUOTED.sub(" ", text[:_MOST])).replace("’", "'").strip()
    if not said or _LEFT_ALONE.search(said):
        return Meaning(False, bool(said) and bool(_OVER.search(said)))
    opening = said[:300]
    if _REMINDER.search(opening) or _JOKE.search(said):
        return Meaning(False, False)
    thanked = bool(_COURTESY.search(opening))
    trouble = over = False
    for sentence in _SENTENCE.split(said):
        if thanked and not _STILL_SEEN.search(sentence):
            continue
        if is_over(sentence):
            trouble, over = False, True
        elif is_report(sentence):
            trouble, over = True, False
    return Meaning(trouble, over)


def is_over(sentence: str) -> bool:
    """A sentence that says that some trouble has ended."""
    return (
        bool(_OVER.search(sentence))
        and not sentence.rstrip().endswith("?")
        and not _IF.search(sentence)
        and not _GREETED_UP.search(sentence)
        and not re.search(r"\b(?:but|yet)\b.{0,80}\b(?:again|still|now)\b|\bnot (?:fixed|recovered|back)\b", sentence)
    )


def is_report(sentence: str) -> bool:
    """A sentence that names a symptom which is there now."""
    if not symptoms(sentence):
        return False
    asks_now = bool(_ASKED_NOW.search(sentence))
    if _PLAN.search(sentence) or _IF.search(sentence) or (_ASKED.search(sentence) and not asks_now):
        return False
    if _PAST.search(sentence) and not _SINCE.search(sentence) and not asks_now:
        return False
    if _WORK.search(sentence) or (_OWN_WORK.search(sentence) and not _STILL_SEEN.search(sentence)):
        return False
    return not (_FINE.search(sentence) and symptoms(sentence) < 2 and not _STILL_SEEN.search(sentence))


def symptoms(sentence: str) -> int:
    """How many kinds of symptom it names."""
    return sum(bool(kind.search(sentence)) for kind in _SYMPTOMS)
