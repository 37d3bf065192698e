"""What a tool's sentence says of trouble, whatever the tool: signs, from the plainest to the faintest. Pure.

A recovery's text names the trouble that is over, and a failure's the success that did not come. So what ends trouble is
looked for first, unless it is denied; then what is but a note; then trouble.
"""

from __future__ import annotations

import re

from bot.alerts import limits, portuguese, states
from bot.alerts.emoji import bare
from bot.model import AlertStatus

FIRING, RESOLVED, INFO = AlertStatus.FIRING, AlertStatus.RESOLVED, AlertStatus.INFO


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE | re.VERBOSE)


_BRACKETS = re.compile(r"[\[【〔(]\s*([^\[\]【】〔〕()\n]{1,80}?)\s*[\]】〕)]")
_LEAD = re.compile(r"^[\W_]*((?:[^\W_][\w-]*)(?:[ _][A-Za-z][\w-]*)?)")
_AFTER_LEAD = re.compile(
    r"^\s*(?:$|[:|!•·/(#,\[]|[-–—]+(?=\s|$)|\d+\s*[-–—:]|(?:for|in|on|at"
    r"|after)\b)",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?:\bis|\bare|\bnow|\bstate|\bstatus|[-–—:|=(\[>])\s*[*`_\"']*([A-Z]{2,}(?:[ _-][A-Z]+)?)[*`_\"'\])!.]*\s*(?:$"
    r"|[.(,;:|–—]|-\s|for\s|on\s|at\s|after\s|since\s)"
)

_DENIED = _any(
    r"""\bunresolved | \b(?:not|never|n't|cannot|fail\w{0,3}\ to|unable\ to|yet\ to|waiting\ to
    |could\ not\ be)\ (?:yet\ |been\ |be\ |fully\ |automatically\ )*
      (?:resolv\w*|recover\w*|clear\w*|fix\w*|healthy|ok\b|up\b|back\b|restor\w*|complet\w*|succe\w*|finish\w*
      |start\w*|responding|running|reachable|available
      |operational|normal|ready|pass\w*|check\w*)
    | \b(?:0\ ?/\ ?\d+|none?(?:\ of)?)\ (?:\w+\ ){1,3}(?:is|are)\ (?:available|ready|healthy|up|running|reachable
    |responding)
    | \b(?:nobody|no\ one|not|never)\ (?:has\ |have\ |been\ |yet\ )*acknowledged
    | \bexpected\b[^.\n]{0,30}\b(?:got|but)\b
    | \bhas(?:n't|\ not)\ (?:been\ seen|reported|checked|pinged|completed|run)
    | \bre-?trigger\w* | \bre-?opened | \bre-?fired | \bre-?alert\w* | \bre-?notif\w* | \bregress(?:ed|ion)\b
    | \breactivated
    | \bstill\ (?:failing|down|firing|critical|open|alerting|active|unhealthy|unavailable|not|in\ alarm|breach\w*
    |above|below|degraded|an?\ issue)
    | \bno\ longer\ (?:ok\b|healthy|up\b|respond\w*|reachable|available|running|reporting|receiving|online|responds
    |operational|ready|passing)
    | \b(?:failed|failing|failure)\ again | \brecovery\ (?:has\ )?failed
    | \bhas\ not\ (?:been\ seen|reported|checked|pinged|completed|run)
    | """
    + portuguese.DENIED
)
_RECOVERED = _any(
    r"""(?<!if\ )(?<!when\ )(?<!until\ )(?<!once\ )(?<!be\ )(?<!to\ be\ )(?<!un)(?<!after\ )(?<!as\ )\bresolved\b
      (?!\ (?:by\ )?(?:address|host|ip|in\ dns|dependenc|an?\ comment|the\ (?:comment|thread)))
    | \brecovered\b(?!\ (?:data|file|key|pass)) | \brecovery:?\ (?:notice|alert|notification|message)\b
    | \bhas\ recover\w*
    | \bback\ (?:to\ (?:normal|ok|green|healthy|up|operational|good)|up\b(?!\ ?(?:job|s\b|fail|the|to\ (?!date)
    |of\b))|online|in\ (?:service|business|range)|within|above|below|under|over)
    | \b(?:is|are|it's|came|comes|now)\ back\b(?!\ (?:to\ (?:front|the)|up\ (?:the|to)|pressure|log|off))
    | \breturn(?:ed|s|ing)?\ to\ (?:an?\ |its\ |the\ )?(?:normal|ok|healthy|operational|green|service|good|acceptable
    |expected|baseline|up)\b
    | \b(?:is|are|now|state|status|looks?|became|becomes|turned)\ (?:now\ |again\ |currently\ |back\ |
    all\ ){0,2}(?:ok|okay|healthy|normal|operational|online|reachable
      |accessible|stable|passing|cleared?|available|responding|restored|fixed|recovered|resolved|closed|good
      |succeeding|reporting|alive|within\ (?:the\ )?(?:limits?|thresholds?|bounds|range|slo))\b
      (?!\ (?:but|slower|in\ version|for\ (?:download|upgrade|testing)|as\ of))
    | \b(?:is|are)\ (?:now\ |back\ |again\ )?up\b(?!\ (?:by|to|from|for\ (?!\d)|about|against|over|~?\d|next)
    |\s*[+\d~])
    | \b(?:up|ok|healthy|online|connected|working|works|working\ fine|responding|reachable|available|running|passing
    |reporting|operational|checking\ in|succeeding|normal)\ (?:now\ |state\ )?again\b
    | \b(?:alerts?|alarms?|incidents?|issues?|problems?|events?|tickets?|cases?|triggers?|outages?|violations?
    |conditions?|anomal(?:y|ies)|errors?|downtime|outage|disruption|degradation|threat)
      \ (?:\S{1,40}\ ){0,4}?(?:is\ |are\ |was\ |were\ |has\ |have\ |been\ |now\ |auto-?|automatically\ |
      manually\ )*(?:closed|cleared|ended|over(?!\ (?:~?\d|the\b|an?\b|its\b|limit))|fixed|resolved|solved
      |gone|recovered|deactivated|subsided|finished|mitigated)\b
    | \b(?:closed|cleared|ended|solved|recovered|deactivated)\ (?:the\ |an?\ |this\ )?(?:alert|alarm|incident|issue
    |problem|event|violation|case)\b
    | \bmarked\ (?:\S{1,80}\ ){0,3}?as\ (?:resolved|fixed|closed|done)\b
    | \bno\ longer\ (?:fail\w*|down|firing|critical|alert\w*|active|in\ alarm|unhealthy|unreachable|unavailable
    |degraded|breach\w*|violat\w*|above|below|over|high|an?\ (?:issue|problem)|detected|present|stuck|overdue|late
    |missing|exceed\w*|flapping|expired|triggered)
    | \ball[\s-]clear\b | \b(?:has|have|been|was|is)\ (?:now\ )?(?:cleared|fixed|restored)\b
    | \b(?:service|services|connection|connectivity|connections|access|availability|power|network|link|communication
    |replication|functionality|operations?|traffic)\ (?:\w+\ ){0,2}?(?:restored|re-?established|resumed|recovered
    |normalized)\b
    | \b(?:connection|connectivity|probe|ping|health\s?check|status|resource\ limit|icmp|port|checksum|heartbeat
    |content|size|link|uptime)\ (?:test\ )?(?:succeeded|passed|ok)\b
    | \b(?:came|comes|went|gone)\ (?:back\ )?up\b(?!\ (?:by|to|with|from|against))
    | \b(?:received|receiving|available|reachable|seen|arriving|below|under|within)\b[^.\n]{0,60}\bagain\b
    | \bin\ (?:the\ |an?\ )?(?:ok|normal|healthy|up)\ (?:state|status)\b | \ball\ (?:\w+\ ){1,3}(?:are\ |is\ )?ready\b
    | \brecovered\ after\b | \bafter\ passing\b | \bmitigated\b | \bsubsided\b
    | \b(?:was|had\ been)\ (?:down|offline|unavailable|unreachable|failing)\ for\b | \bdowntime\ (?:was|lasted|:)
    | \bdown\ for\ [^.\n]{1,40}\band\ is\ (?:now\ )?up | \b(?:outage|downtime|incident|alert)\ duration\b
    | \bnormalized\b
    | \b(?:down|warning|error|unusual|alert|outage|downtime)\ ended\b | \bnow:\ up\b | \breconnected\b
    | \bback\ on\ (?:mains|line|utility|grid|ac)\b | \bdelisted\b
    | \bremoved\ from\ (?:\w+\ )?(?:blacklist|blocklist|rbl)s?\b
    | \b(?:neighbou?r|interface|link|port|peer|tunnel|session|adjacency)\ (?:[\w./:-]{0,40}\d\S{0,20}\ )?up
      (?!\ (?:to|for|time|at|by|\d))\b
    | """
    + portuguese.OVER
)
_UPPER_OK = re.compile(
    r"(?:^|[\s\[(:>|*_\"'`-])(?:OK|RESOLVED|RECOVERED|RECOVERY|CLEARED|CLEAR|HEALTHY|UP)(?=$|[\s\])!.,;:|*_\"'`)-])"
)

_JOBS = (
    r"back-?\ ?ups? | snapshots? | dumps? | deploy(?:s|ment|ments|ing)? | releases? | roll-?outs? | builds?"
    r"| pipelines? | workflows? | jobs? | syncs?"
    r" | sync\ operation | migrations? | upgrades? | updates? | installs? | installation | scans? | restores?"
    r"| imports? | exports? | batch(?:es)? | cron\w* | tasks? | runs?"
    r" | tests? | test\ suite | checks\ on | plan | apply | renewals? | provisioning | replication\ job"
    r"| reindex\w* | etl | dag | ingestion | training | retrain\w* | compaction"
    r" | cleanup | vacuum | archiv\w* | rotations? | patch(?:es|ing)? | merge | publish\w* | stage | step | crawl"
    r"| terraform | ansible | playbook | flow | canary | promotion | quality\ gate"
    r"| " + portuguese.JOBS
)
_DONE = (
    r"completed? | completes | finished | succeeded | succeeds | successful(?:ly)? | success | done | passed"
    r"| started | starting | starts | begun | began | begins | in\ progress"
    r" | running | queued | scheduled | triggered\ by | promoted | created | merged | ready | live | published"
    r"| rolled\ out | kicked\ off | initiated | verified | ok | fixed\ version"
    r" | deployed | applied | uploaded | approved | canceled | cancelled | skipped | " + portuguese.DONE
)
_OBJECTS = (  # of a cluster: that one is made or changed is no news
    r"pods? | deployments? | services? | config\ ?maps? | secrets? | ingress(?:es)? | statefulsets? | daemonsets?"
    r" | replicasets? | namespaces? | cronjobs?"
)
_NOTE = _any(
    rf"""\b(?:{_JOBS})\b[^.\n]{{0,120}}?\b(?:{_DONE})\b | \b(?:{_DONE})\b[^.\n]{{0,60}}?\b(?:{_JOBS})\b
    | \#\d+\ (?:has\ )?(?:passed|succeeded|finished|started)
    | \bsuccess(?:ful|fully)?\b(?!\ (?:rate|ratio|percent)) | \bdeployed\b
    | \bdeploying\b | \brolled\ out\b | \brolling\ out\b | \breleased\b
    | \bnew\ (?:version|release|deployment|build)\b | \bsynced\b | \bup\ to\ date\b
    | \bpromoted\b | \bprovisioned\b | \bscaled\ (?:up|down|out|in|from|to)\b | \b\d+\ (?:tests?\ )?passed\b
    | \b(?:{_OBJECTS})\b[^.\n]{{0,60}}\b(?:created|updated|deleted)\b | \b(?:configured|unchanged)\W*$
    | \b(?:restarted|rebooted)\b[^.\n]{{0,60}}\bby\ (?!the\b|itself|kube\w*|oom|kernel|watchdog|supervisor|systemd
    |monit|liveness|health|an?\b)\w+\W*$ | \brenewed\b | \bwas\ renewed\b
    | \bhas\ been\ (?:created|added|updated|installed|enabled|renewed)\b"""
)
_EXIT = (  # with any code but zero
    r"(?:exit(?:ed)?|return(?:ed)?|terminou|saiu|retornou)\ (?:with\ |com\ )?(?:code|status|c[oó]digo)[\s:=]*-?[1-9]\d*"
)
_BUT_FAILED = _any(
    rf"""\b(?:fail(?:s|ed|ing|ure|ures)? | errors?\b(?!\s*[:=]\s*0\b) | errored | unsuccessful\w* | abort\w*
    | timed\ ?out | timeout | broken? | crash\w* | not\ (?:be\ )?complet\w*
    | incomplete | partial(?:ly)? | with\ (?:\d+\ )?(?:warnings?|problems|issues|errors) | rolled\ back
    | rollback\ (?:started|triggered|initiated) | degraded | unhealthy | missing | missed | late | overdue
    | stuck | did\ not | didn't | could\ not | cannot | denied | rejected | vulnerabilit\w+ | older\ than
    | too\ old | last\ (?:successful|good) | exceeded | exceeds
    | corrupt\w* | unable | problem | evicted | {portuguese.FAILED} | {_EXIT} )\b"""
)
_NONE_FAILED = _any(
    r"""\b(?:no|0|zero|without(?:\ any)?)\ +(?:(?!(?:is|are|in|has|have|was|were)\b)\w+\ ){0,2}?
    (?:errors?|failures?|failed|failing|fail|problems?|issues?|warnings?|alerts?|incidents?|trouble|outages?
    |timeouts?|crash\w*|anomal\w+|vulnerabilit\w+|missing|drift|throttl\w+|threats?|violations?|malware
    |rejected|duplicates?|(?:critical|high)(?:\ \w+)?)\b
    | \b(?:failed|failures?|errors?|warnings?|problems|failing)\s*[:=]\s*0\b | \b(?:failed|failing|errors?)\ +0\b
    | """
    + portuguese.NONE_FAILED
)
_ACKNOWLEDGED = _any(
    r"""^\W*(?:ack(?:nowledged?|nowledgement|ed)?|assigned|snoozed|muted|silenced|suppressed|commented|note)\b
    | \b(?:was|has\ been|is|been|were)\ (?:ack(?:nowledged|ed)|assigned|reassigned|snoozed|muted|silenced|suppressed
    |claimed)
    | \b(?:acknowledged|acked|snoozed|reassigned|claimed)\ (?:by|the|this|it|alert|incident|until|for|\#|<|@|\[|\")
    | \b(?:alert|alerts|incident|problem|issue|event)\ (?:\S{1,60}\ ){0,6}?(?:acknowledged|acked|snoozed|assigned\ to
    |muted|silenced) | \bis\ (?:now\ )?(?:working\ on|investigating)\b | \badded\ (?:a\ )?(?:note|comment)
    | \b(?:monitor|check|alert|alerting|alarm|notifications?|rule)s?\ (?:\S{1,40}\ ){0,2}?(?:has\ been\ |was\ |is\ |
    been\ )*(?:created|paused|resumed|disabled|enabled|updated|edited|deleted|added|started\ monitoring)\b
    | \bsilence\ (?:created|expired|started|ended) | \bflapping\ ?stop\w* | \bdowntime\ ?(?:start|end|cancel)\w*
    | \bcustom\ notification | \breconhec(?:eu|id[oa])\b | \bassumiu\ o\b"""
)
_ROUTINE = _any(
    r"""\b(?:daily|weekly|monthly|nightly|hourly|morning|evening|end[\s-]of[\s-]day
    |quarterly)\ (?:\w+\ ){0,4}?(?:report|summary|digest|status|overview|recap|stats|statistics|review|roundup
    |briefing|update|check|health)\b
    | \bdigest\b | \b(?:summary|report|stats|statistics|recap)\ (?:of|for)\b
    | \b(?:status|health|uptime|slo|sla|usage|cost|activity)\ (?:report|summary|digest|overview)\b
    | \bno\ (?:new\ |open\ |active\ |current\ |known\ |ongoing\ |critical\ |unresolved\ ){0,3}(?:alerts?|alarms?
    |incidents?|issues?|problems?|errors?|trouble|outages?|anomal\w+|failures?|vulnerabilit\w+|warnings?)\b
    | \bpost-?\ ?(?:mortem|incident) | \bnothing\ to\ (?:report|see|worry|do)\b
    | ^\W*(?:\w+\W+){0,4}(?:report|summary|digest|recap|overview|statistics|stats)\W*$
    | \b(?:this\ is\ (?:only\ |just\ )?a\ test | test\ (?:alert|notification|message|event|page|incident)\b
    | (?:webhook|slack|integration|notification)s?\ (?:test|is\ working|works|configured|connected|set\ up
    |successfully) | testing\b)
    | \b(?:scheduled|planned|upcoming|routine)\ (?:\w+\ ){0,2}?(?:maintenance|downtime|outage|work|upgrade|reboot
    |restart)\b | \bmaintenance\ (?:\w+\ ){0,3}?(?:window|started|starts|begins|began|ended|ends|completed|complete
    |scheduled|mode|in\ progress|over|is\ over|finished|reminder|cancelled)\b | \bunder\ maintenance\b
    | \b(?:on-?call\ (?:shift|rotation|schedule|handoff|handover)|is\ (?:now\ )?on[\s-]call|shift\ (?:starts|started
    |ends|ended)) | \breminder\b
    | \b(?:logged\ in|signed\ in|joined|opened\ a\ (?:pull|merge)\ request|pushed\ (?:\d+|to|new|a)|commented\ on
    |new\ (?:comment|user|signup|customer|subscriber|sale|order|star|pull\ request|merge\ request|feature|blog|post
    |article))\b
    | """
    + portuguese.ROUTINE
)
_ALL_WELL = _any(
    r"""\b(?:all|everything)\ (?:\w+\ ){0,3}?(?:is\ |are\ )?(?:ok|operational|healthy|normal|green|passing|passed|good
    |fine|well|quiet|up\b|running|clear\b) | \bsystems?\ (?:are\ |is\ )?(?:operational|nominal|healthy|normal)"""
)
_CODE_TALK = _any(
    r"""\b(?:pull\ request|merge\ request|pr)\ (?:\S{1,60}\ ){0,6}?(?:opened|merged|approved|closed|created|review)\b
    | \b(?:opened|merged|approved|closed|created|reviewed)\ (?:an?\ |the\ |your\ |this\ )?(?:new\ |draft\ )?(?:pull
    |merge)\ request\b
    | \bpushed\ (?:\d+|a|to|new)\b
    | \b(?:resolved|added|left|replied\ to)\ (?:an?|the|\d+)\ (?:new\ )?(?:comments?|threads?|conversation)\b
    | \b(?:commented|replied)\ (?:on|to|in)\b | \bnew\ (?:comment|reply|replies)\ (?:on|to|in|from)\b
    | \bcomentou\ (?:em|no|na)\b"""
)
_TROUBLE = _any(
    rf"""\b(?:down | outage | offline | unreachable | inaccessible | unavailable | not\ (?:respond\w* | reachable
    | available | ready | healthy | running | found | ok | working | synced | receiv\w* | seen | reporting
    | checked | completed)
    | unresponsive | no\ (?:response|answer|heartbeat|ping|data|route|quorum|leader|master|backup|space|metrics
    |traffic|checkin|check-in|signal|available|healthy|recent)\b | crash\w* | panic\w* | hang(?:s|ing) | hung
    | stuck | stalled | fail(?:s|ed|ing|ure|ures)? | broken
    | \w*errors? | \w*exceptions? | errored | erroring | exceptions? | 5xx | locked\ out
    | (?<!max\ )(?<!limit\ )(?<!of\ )5(?:0\d|1[01]|2\d)s?(?!\ (?!responses\b|pages\b)\w+s\b)
    | 4\d\d\ error\w*
    | time[ds]?[\s-]?outs? | timing\ out | refused | denied | slow\w* | latency | lag(?:ging|s)?
    | out\ of\ (?:memory|disk|space|sync|range|service|inodes|bounds|stock)
    | oom\w* | full | filling | high | low\ (?:disk|memory|space|battery|free|credit|balance) | critical | crit\b
    | firing | alerts? | alarms? | triggered | problems? | incidents? | unhealthy | degrad\w*
    | expir(?:e|es|ed|ing)\b | corrupt\w* | leak\w* | breach\w*
    | attack\w* | unable\ to | warnings? | warn\b | saturat\w* | exhaust\w* | restart(?:ed|ing|s)\b | rebooted
    | terminated\ unexpectedly | killed | evicted | exceed\w* | above | below | threshold | violat\w* | anomal\w*
    | unusual\w* | suspicious | unauthori[sz]ed | malicious | malware
    | vulnerabilit\w* | intrusion\w* | threat\w* | cve-\d+ | compromised | lost | loss | missing | missed | late\b
    | overdue | spik\w* | surg\w* | drop(?:ped|s)?\b | dropping | unstable | flapping
    | (?:fell|fallen|falling|dropping|dropped|decreased|declined)\ (?:to|by|below|under|from)
    | (?:increased|rose|jumped|climbed)\ (?:to|by|above|from) | backlog | throttl\w*
    | overload\w* | long[\s-]running | older\ than | too\ old | outdated | stale | banned | deadlock\w* | blocked
    | invalid | mismatch\w* | drift\w*
    | unexpected(?:ly)? | urgent | emergency | fatal | severe | disaster | page\b | escalat\w* | investigating
    | identified | disrupt\w* | regress\w* | insufficient | unknown | usage\ (?:is\ )?(?:at|over|above)
    | pending\ (?:for|too) | crashloop\w* | imagepull\w* | backoff | notready | did(?:n't|\ not) | could\ not | cannot
    | does\ not\ exist | \w*operational[\ _](?:issue|problem)s?
    | (?:shell|process|terminal)\ (?:was\ )?(?:spawned|attached) | spawned\ a\ shell | reverse\ shell
    | sensitive\ (?:file|mount)s? | (?:un|non-?)trusted\ \w+ | privilege\ escalation | crypto-?\ ?min\w+
    | (?:needs?|requires?)\ (?:your\ )?attention
    | disconnect\w* | stopped\ \w+ing | skew\w* | unreadable | uncorrect\w+ | bad\ (?:sectors?|blocks?)
    | on\ battery | (?:disk|memory|pid)\ ?pressure | (?:max\w*|limit|quota|capacity)\ (?:\w+\ ){{0,2}}(?:reached|hit)
    | (?:reached|hit)\ (?:the\ |its\ )?(?:max\w*|limit|quota)
    | blacklisted | blocklisted | listed\ on\ [^.\n]{{0,20}}\b(?:rbls?|blacklists?|blocklists?)
    | fail-?over\ (?:started|initiated|triggered|in\ progress) | failing\ over
    | (?:0|no|zero)\ (?:active\ |running\ |available\ |healthy\ )?(?:consumers?|workers?|endpoints?)(?!\ \w+ing)
    | {_EXIT} | {portuguese.TROUBLE} )\b
    | \bis\ active\b | \b9\d(?:\.\d+)?\ ?% | \b100\ ?%"""
)


def plain_sign(headline: str) -> AlertStatus | None:
    """What a title says in so many words: where a change ends, a state at its start, end or in brackets, a recovery."""
    text = _COUNTED_ZERO.sub(" ", bare(headline)).strip()
    if (moved := states.transition(text)) is not None:
        return moved
    if _STILL_SOME.search(text):
        return FIRING
    if (_ROUTINE.search(text) or _is_all_well(text)) and not _states(_ALL_WELL.sub(" ", text)):
        return None
    if _DENIED.search(text):
        return FIRING
    found = _states(_ALL_WELL.sub(" ", text) if _ROUTINE.search(text) else text)
    for status in (RESOLVED, FIRING):
        if status in found and not (status is FIRING and _RECOVERED.search(text)):
            return status
    return RESOLVED if _ends_well(text) and not _BACK_DOWN.search(text) else None


def _ends_well(text: str) -> bool:
    """A recovery in words, a run that passed (its job failed before, or nothing is open), a last word that says it."""
    if _RECOVERED.search(text) or _UP_LAST.search(text) or _CLOSED_LAST.search(text):
        return True
    return bool(_RUN_PASSED.search(text)) and not _BUT_FAILED.search(_NONE_FAILED.sub(" ", text))


_RUN_PASSED = _any(r"\#\d+\b[^\n]{0,120}?\b(?:passed|fixed|succeeded|green\ again)\b")
_UP_LAST = re.compile(  # "Ping (db-1) Up", and not "Weekly Round Up"
    r"(?:^|\s)(?!(?i:back|set|sign|scaled?|follow|round|wrap|start|clean|stand|catch|write|heads|speed|power|roll|grown|line"
    r"|made?|mark|warm|sum|check|pop|level|listen|pick|look)[\s-])[^\s]{1,80}\s{1,3}Up\W{0,10}$"
)
_CLOSED_LAST = _any(r"[-–—:|(\[>]\s*(?:closed|resolved)\W*$ | [-–—]\ exists\b")
_COUNTED_ZERO = _any(  # "Resolved: 0, Firing: 3" tells of what fires alone
    r"\b(?:firing|resolved|alerting|critical|warning|ok|down|up|open|closed)\ *[:=]\ *0\b"
    r"|\b(?:0|no)\ (?:firing|resolved|alerting|critical|down|open)\b"
)
_STILL_SOME = _any(r"\b[1-9]\d*\ (?:\w+\ )?firing\b")  # of several alerts in one message
_IS = re.compile(r"\b(?:is|are)\s+(?:now\s+|back\s+)?([A-Za-z]+)\W*$")
_NAMED_TROUBLE = re.compile(r"^\W*(?:problem|alert|alarm|error|failure|warning|critical)\b", re.IGNORECASE)
_BACK_DOWN = _any(r"\b(?:is|went|gone)\ (?:back\ )?down\ again | \bagain\ (?:down|failing)\b")
_KUBERNETES_EVENT = re.compile(r"^\W*(?:Normal|Warning):? [A-Z][a-z]+[A-Z]")  # its type says nothing of a state
_WEAK = {
    "alert",
    "alarm",
    "problem",
    "error",
    "errors",
    "failure",
    "open",
    "active",
    "new",
    "fire",
    "unknown",
    "created",
}
_GREETING_ENDS = {"SLO", "API", "CPU", "HTTP", "HTTPS", "TLS", "SSL", "DNS", "RAM", "DB"}


def _states(text: str) -> set[AlertStatus]:
    """The states in brackets, at the start and at the end; a word that names any alert whatever is none."""
    given = [each[1] for each in _BRACKETS.finditer(text[:300])]
    found: set[AlertStatus] = set()
    for part in given:
        counted = re.split(r"[,|/]", part)
        for piece in counted[:4]:
            word = re.split(r"[:\s]", piece.strip(), maxsplit=1)[0].casefold()
            if (
                states.is_state(word)
                and word not in _WEAK
                and not (word == "normal" and re.search(r"\d", piece))  # "(normal: 3 s)" names what it should be
                and (len(piece.split()) <= 2)
                and (status := states.state_of(piece)) is not None
            ):
                found.add(status)
        if counted and found:
            break
    stripped = _BRACKETS.sub(" ", text[:300]).strip() if given else text[:300]
    lead = _LEAD.match(stripped)
    if lead and not _KUBERNETES_EVENT.match(stripped):
        for words in (lead[1], lead[1].split()[0].split("_")[0]):
            rest = stripped[lead.start(1) + len(words) :]
            if words.casefold() not in _WEAK and states.is_state(words) and _AFTER_LEAD.match(rest):
                found.add(states.state_of(words) or INFO)
                break
    if (ends := _IS.search(stripped)) and states.is_state(ends[1]):
        found.add(states.state_of(ends[1]) or INFO)
    for each in _ENDING.finditer(stripped):
        word = each[1].split()[0]
        if states.is_state(word) and word not in _GREETING_ENDS:
            found.add(states.state_of(word) or INFO)
    return found


def routine_sign(text: str) -> bool:
    """A digest, a planned maintenance, a test of the channel: what follows in it is no news."""
    said = bare(text)
    return bool(_ROUTINE.search(said) or _is_all_well(said)) and not _BUT_FAILED.search(_NONE_FAILED.sub(" ", said))


def _is_all_well(text: str) -> bool:
    """All is well and was: no recovery is spoken of beside it."""
    return bool(_ALL_WELL.search(text)) and not _RECOVERED.search(_ALL_WELL.sub(" ", text))


def acknowledged_sign(title: str) -> bool:
    """A title by which a tool says that somebody has taken the alert: its colour is still that of the trouble."""
    return bool(_TAKEN.search(bare(title))) and not _DENIED.search(title)


_TAKEN = _any(r"\b(?:acknowledge(?:d|ment(?!\ (?:tim|miss|overdue|expir)))|acked|reconhecid[oa])\b")


def note_sign(text: str) -> bool:
    """A note that reports no trouble: a job done or begun, an acknowledgement, a digest, a test of the channel."""
    said = _NONE_FAILED.sub(" ", bare(text))
    if states.transition(said) is INFO:
        return True
    if _ACKNOWLEDGED.search(said) or _CODE_TALK.search(said):
        return True
    if (_ROUTINE.search(bare(text)) or _is_all_well(bare(text))) and not _BUT_FAILED.search(said):
        return True
    return bool(_NOTE.search(said)) and not _BUT_FAILED.search(said)


def word_sign(text: str) -> AlertStatus | None:
    """What the words say where nothing says it plainly."""
    said = bare(text)
    if _DENIED.search(said):
        return FIRING
    if _RECOVERED.search(said) or (_UPPER_OK.search(said) and not _NAMED_TROUBLE.match(said)):
        return RESOLVED
    if note_sign(text):
        return INFO
    left = _NONE_FAILED.sub(" ", said)
    return FIRING if _TROUBLE.search(left) or _TROUBLE.search(states.apart(left)) or limits.is_over(left) else None
