"""Symptoms: how people say that something is not as it should be. Fixed words and bounded gaps alone."""

from __future__ import annotations

import re

from bot.alerts import people_portuguese


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE | re.VERBOSE)


_PLAIN = _any(  # words that hardly anybody uses of what works
    r"""\b(?:outages? | unreachable | unresponsive | unavailable | inaccessible | crash(?:ed|es|ing)?
    | crash-?\ ?loop\w* | panick?(?:ed|ing|s)\b
    | kernel\ panic | segfault\w* | oom(?:\ ?-?kill\w*|ed|s|ing)?\b
    | out\ of\ (?:memory|disk|space|inodes?|sync|quota|connections|file\ descriptors|capacity)
    | no\ space\ left | fail(?:s|ed|ing|ures?)?\b(?!-?\ ?over) | broke(?:n)?\b | breaks\b | busted | borked | hosed
    | bricked | fubar
    | (?:50[0-9]|429)(?:s|'s|\ errors?)\b
    | (?:http|status|code|getting|seeing|throws?|throwing|returns?|returning|gives?|giving|a|with|of|many)\ (?:a\ |
    lots\ of\ )?(?:4\d\d|5\d\d|5xx|4xx)\b
    | 5xx | (?:40[1348]|4[12]\d)s\b | (?:returns?|returning|gives?)\ (?:nan|null|none|nil)\b
    | (?:buckets?|data|secrets?|ports?|databases?|dashboards?|admin)\b[^.\n]{0,30}\b(?:public|exposed
    |world[\s-]readable)\b
    | errors?\b | exceptions? | stack\ ?traces? | tracebacks? | time[ds]?\ ?-?outs? | timing\ out
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
    | (?:nothing|nobody|no\ one|none)\ (?:\w+\ ){0,4}?(?:loads?|works?|responds?|starts?|gets|can|is\ able|arrives?
    |moves|goes|comes)\b
    | (?:out\ of|running\ out\ of|ran\ out\ of)\ (?:ip\b|ips|addresses|threads|licen\w+|credits?|quota|tokens|workers
    |capacity|ports|handles)
    | unknown\ (?:ips?|address\w*|devices?|locations?|hosts?|users?|countr\w+|process\w*) | read[\s-]?only\b
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
    | falh(?:a|as|ou|ando)\b | ca(?:indo|[ií]ram)\b | parad[oa]s?\b(?=\W*(?:h[aá]|desde|de\ novo|de\ vez|[,.!?]|$))
    | par(?:ou|aram)\ de\b(?!\ (?:chover|chorar|rir|reclamar)) | zerad[oa]s?\b(?!\ de\b) | duplicad[oa]s?\b
    | em\ duplicidade | \w{3,20}ndo\ sem\ parar\b
    | (?:charged|billed|sent)\ (?:twice|double|two\ times) | duplicate\ (?:charges?|orders?|payments?|emails?)
    | (?:n[aã]o\ (?:consig\w+|conseg\w+|estou\ conseguindo|d[aá]\ (?:pra|para))|ningu[eé]m\ (?:\w+\ ){0,4}?conseg\w+)
      \ (?:mais\ )?(?:acessar|logar|entrar|abrir|emitir|finalizar|pagar|comprar|vender|conectar|salvar|carregar|enviar
      |receber|subir|baixar|gerar|usar|cadastrar|atualizar|consultar|processar|imprimir|sincronizar|fazer|fechar|ver\b)
    | n[aã]o\ (?:es)?t(?:[aá]|[aã]o)\ \w+ndo
    | nada\ (?:sendo|est[aá]\ sendo|funciona|carrega|abre|sai|chega) | fora\ desde
    | indispon[ií]ve(?:l|is) | erros?\b
    | n[aã]o\ (?:responde\w*|funciona\w*|abre\w*|carrega\w*|conecta\w*|sobe\w*)
    | (?:e-?mails?|mails|messages?)\ (?:\w+\ ){0,2}?bounc(?:e|es|ing)
    | (?:someone|somebody|accidentally)\ (?:\w+\ ){0,2}?(?:deleted|dropped|wiped|erased|truncated)
    | (?:disks?|volumes?|partitions?|filesystems?|queue|inbox|mailbox)\ (?:is\ |are\ )?full\b
    | (?:problem|issue|bug|incident)s?\ (?:is|are|came|comes|has\ come)\ back\b
    | none\ of\ (?:the|our)\ \w+\ (?:are|is|can|works?|gets?)\b | (?:does|do|doing)\ nothing\b
    | certificate\ (?:warning|mismatch)s? | (?:data|dashboards?|stock|prices?|cache|reports?|metrics)\b[^.\n]{0,40}?
      \b\d+\ (?:hours?|days?|min\w*)\ (?:old|behind|late)
    | rejects? | rejecting | (?:white|blank|black|empty)\ (?:screens?|pages?) | lo(?:sing|st)\ (?:\w+\ ){0,2}?(?:orders
    |sales|customers|money|revenue|traffic|transactions|payments|carts|connections?|access|power) | logged\ out\b
    | """
    + people_portuguese.SYMPTOMS
    + ")"
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
    | missing\b | stopped\b | halted\b | hammering | hammered | red\b(?=\ (?:for|since|on|again)) | on\ fire
    | melting | meltdown | tanking | tanked
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
      (?:go(?:ing)?\ (?:out|through|anywhere)|being\ \w+ed|work\w*|load\w*|respond\w*|start\w*|run\w*|ran|connect\w*
      |reach\w*|resolv\w*
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
    | can'?t\ (?!wait|complain|believe|make|attend|come|remember|join|tell|say|help|find|stress|think|decide|imagine
    |promise|wrap)\w{3,}
    | cannot\ (?:\w+\ ){0,2}?\w{3,} | unable\ to
    | not\ (?:working|responding|loading|reachable|healthy|available|running|receiving|sending|processing|syncing
    |scaling|resolving|able)
    | (?:no|zero|0)\ (?:data|metrics|logs|traffic|response|answer|orders?|sales|payments|requests|connections?
      |heartbeats?|signal|leader|backups?|events
    |messages|alerts?)\ (?:is\ |are\ |have\ |has\ )?(?:since|from|for|in|coming|arriving|available|at\ all|on|been|are
      |is
    |whatsoever|found|received|to)\b
    | stopped\ (?:\w+ing|work\w*|respond\w*|receiv\w*) | never\ (?:ran|started|finished|completed|arrived|came)
    | no\ longer\ (?:able|possible|available|receiv\w*|get\w*|com(?:e|ing)|arriv\w*|send\w*|process\w*|print\w*
      |work\w*|respond\w*|reach\w*|start\w*|load\w*|connect\w*)
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

_KINDS = (_PLAIN, _STATE, _CHANGE, _STANDSTILL)


def symptoms(sentence: str) -> int:
    """How many kinds of symptom it names."""
    return sum(bool(kind.search(sentence)) for kind in _KINDS)
