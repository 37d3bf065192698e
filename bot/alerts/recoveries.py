"""How people say that trouble is over: fixed words and bounded gaps alone, in English and Portuguese. Pure."""

from __future__ import annotations

import re

from bot.alerts import frames, people_portuguese
from bot.alerts.symptoms import symptoms


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE | re.VERBOSE)


_TROUBLES = (  # nouns; of alerts and pages that stop it is not sure whether the trouble or the alerting has ended
    r"(?:(?:errors?|5xx|4xx|failure|timeout)(?:\ rates?)?|failures|timeouts|time-outs?"
    r"|crash(?:es)?|crash[\s-]?loops?(?:ing)?|exceptions|5\d\ds?"
    r"|4\d\ds|5xxs?|[45]\d\d\ errors|issues?|problems?|symptoms|spikes?|lag|restarts|oom\s?kills?|evictions|outages?"
    r"|flapping|packet\ loss|complaints|slowness|downtime|deadlocks|leaks?|drops|pressure|blips|glitch(?:es)?|hiccups)"
)
_BAD = (  # how a thing is while there is trouble
    r"(?:down|offline|unreachable|unavailable|unresponsive|fail\w*|broken|slow|stuck|full|crash\w*|timing\ out|erroring"
    r"|flapping|degraded|throwing|returning\ (?:5\w\w|errors)|dropping|restarting|overloaded|throttled|throttling"
    r"|hanging|lagging|behind|unhealthy|out\ of\ \w+|alerting|firing|swapping|leaking|locked|affected|impacted"
    r"|an?\ (?:issue|problem)|losing|rejecting|refusing|blocked|spiking|high|missing)"
)
_HAVING = r"(?:see(?:ing)?|get(?:ting)?|hav(?:e|ing)|receiv(?:e|ing)|observ(?:e|ing)|experienc(?:e|ing)|hit(?:ting)?)"
_ENOUGH = r"(?:anymore|any\ more|any\ longer|now|since|after|at\ the\ moment|right\ now|(?:in|for)\ the\ (?:last|past))"

_OVER = _any(
    r"""(?<!un)(?<!not\ )(?<!be\ )(?<!never\ )\bresolved\b(?!\?) | \brecovered\b
    | \bback\ (?:to\ normal|up|online|in\ business)\b
    | \b(?:is|are|it's|they're|comes?|came)\ back\b(?!\ (?:from|to\ (?!normal)|and\ forth|pressure|log))
    | \breturned\ to\ normal\b
    | \bnormal\ again\b | \b(?:up|working|healthy|stable|green|online|reachable|fast|fine|normal|available|responding
      |loading|running|passing|operational)\ again\b
    | \b(?:works|loads|runs|responds)\ (?:fine\ |well\ |normally\ |ok\ )?(?:again|now)\b
    | \ball\ clear\b | \bfixed\ (?:now|it|that|by|the|in|with|after)\b
    | \b(?:is|are|was|were|been|should\ be|all|got|now)\ fixed\b
    | ^\W*fixed\b | \b(?:errors?|alerts?|issues?|problems?|symptoms|spikes?|lag|backlog)\ (?:are|is|have|has)
      \ (?:all\ |now\ )?(?:gone|stopped|cleared|disappeared)\b | \bmitigated\b | \bsubsided\b
    | \bcleared\ (?:up|out|itself)\b | \bis\ over\b | \bclosing\ this\b
    | \b(?:no\ longer|stopped)\ (?:failing|erroring|crashing|firing|timing\ out|flapping|alerting)\b
    | \b(?:issue|incident|outage|alert|problem)\ (?:is\ |was\ |has\ been\ )?(?:now\ )?(?:closed|over|gone|resolved)\b
    | \bresolvid[oa]\b | \bvoltou\b(?!\ a\ (?:cair|falhar|dar)) | \bnormalizad[oa]\b | \bnormalizou\b
    | \bcorrigid[oa]\b
    | \bpar(?:ou|aram)\ de\ (?:falhar|cair|travar|alertar|apitar|disparar|reiniciar|dar\ (?:erro|timeout|falha))\b"""
)
_NO_LONGER = _any(  # what was there is denied now
    rf"""\bno\ longer\ (?:\w+\ )?{_BAD}\b
    | (?:\bno\ longer\ |\bstopped\ |(?:\bnot|n't
      |\bnever)\ (?:\w+\ )?){_HAVING}\ (?:any\ )?(?:more\ )?(?:of\ )?(?:the\ |those\ )?
      (?:\w+\ ){{0,2}}?{_TROUBLES}\b(?=(?:[^\n]{{0,60}}\b{_ENOUGH}\b)|\W*$)
    | \b(?:no\ longer|stopped)\ {_HAVING}\ (?:any\ )?(?:the\ |those\ )?(?:\w+\ ){{0,2}}?{_TROUBLES}\b
    | n't\ {_HAVING}\ any\ more\ (?:\w+\ ){{0,2}}?{_TROUBLES}\b
    | (?:\bnot|n't)\ (?:\w+\ )?{_BAD}\ (?:[\w-]+\ ){{0,3}}?(?:anymore|any\ more|any\ longer)\b
    | \b(?:nobody|no\ one|no\ (?:customers?|users?))\ (?:is\ |are\ )?(?:report|complain|see
      |affect)\w*\ (?:\w+\ ){{0,3}}?
      (?:anymore|any\ more|any\ longer|now)\b
    | \b(?:nothing|nobody|no\ one|none\ of\ \w+\ \w+)\ (?:is\ |are\ ){_BAD}\ (?:\w+\ )?(?:{_ENOUGH})\b
    | \bno\ (?:failed|failing|stuck|broken|crashing)\ \w+\ (?:\S+\ ){{0,4}}?{_ENOUGH}\b
    | (?:\bnot|n't)\ seen\ (?:a|any|one|another|a\ single)\ (?:\w+\ )?{_TROUBLES}\b
    | \bno\ signs?\ of\ (?:the\ |any\ )?(?:more\ )?(?:\w+\ )?{_TROUBLES}\b
    | \bno\ (?:more|further)\ (?:\w+\ ){{0,2}}?{_TROUBLES}\b
    | \b(?:no|zero|0|without)\ (?:new\ |any\ )?(?:\w+\ )?{_TROUBLES}\ (?:\w+\ ){{0,3}}?{_ENOUGH}\b"""
)
_ENDED = _any(  # the trouble as the subject, or the thing that is well now
    rf"""\b{_TROUBLES}\ (?:(?:on|in|from|for|at|with|of)\ (?:the\ |our\ )?[\w./-]{{1,30}}\ ){{0,2}}
      (?:(?:is|are|has|have|all|now|finally|just|completely)\ ){{0,3}}
      (?:gone(?!\ (?:up|from|over|through|wild|crazy|nuts|bad|past))|went\ away|stopped(?!\ (?:the|our|us|all)\b)
      |ceased|vanished|disappeared|cleared|ended|dried\ up|died\ (?:down|off|out)
      |(?:dropped|fell|down|went|back)\ (?:back\ |down\ )*to\ (?:zero|0\b(?!\.[1-9]\d)|none|normal|nothing
      |baseline))(?!\?)\b
    | \berror\ rates?\ (?:\w+\ ){{0,3}}?(?:back\ )?down\ to\ [01](?:\.\d+)?\ ?%
    | \b(?:is|are|'s|looks?|looking|seems?|all|everything)\ (?:\w+\ )?(?:fine|ok(?:ay)?|good|healthy|green|normal
      |stable
      |clean|clear|quiet|well)\ (?:again|now|since|after)\b
    | \b(?:working|responding|loading|running|behaving)\ (?:fine|ok|well|normally|as\ expected|properly|correctly)
      \ (?:again|now|since|after)\b
    | \b(?:can|able\ to)\ (?!not|see|reproduce|get|hear)(?:\w+\ ){{1,4}}again\b
    | \b(?:backlog|queues?|lag|consumers?|replicas?|replication|indexer|sync)\ (?:\w+\ ){{0,3}}?(?:(?:is|are|has
      |have)\ )?
      (?:now\ |fully\ )?(?:drained|caught\ up|cleared|empty\ (?:again|now)|back\ to\ (?:zero|0|normal))\b
    | \b(?:alert|alarm|it|issue|problem)\ (?:has\ )?cleared\b
    | \b(?:latency|load|cpu|memory|response\ times?|p9\d|lag|usage|traffic)\ (?:\w+\ ){{0,3}}?(?:back\ (?:down
      |to\ normal)
      |(?:went|dropped|came|is|are)\ back\ (?:down|to))\b
    | \b(?:usage|latency|cpu|memory|disk|load|lag|queue
      |backlog)\ (?:is\ |are\ |now\ )*(?:back\ )?down\ to\ \S{{1,12}}(?!\ ?\S?\ (?:free
      |left|available))(?=\s|$)
    | \b(?:works?|resolves|answers|serves|accepts|processes|prints|syncs|opens|connects|builds|deploys|passes|succeeds
      |flows)
      \ (?:for\ \w+\ |\w+ly\ )?again\b
    | \b{_TROUBLES}\ (?:is|are)\ (?:\w+\ )?(?:down|lower|fewer|less)\ (?:after|since|now|again|thanks)\b
    | \b(?:and|all|now)\ (?:succeeded|passed|completed)\b | \bthe\ (?:fix|rollback|restart)\ (?:has\ )?(?:worked
      |helped)\b
    | \b(?:we're|we\ are)\ good\ (?:now|again)\b | \ball\ (?:\w+\ ){{1,3}}are\ (?:healthy|green|up|normal
      |operational)\b
    | \bno\ (?:more\ )?(?:alerts?|pages)\ (?:firing\ )?(?:anymore|any\ more|any\ longer)\b
    | \b(?:was|has\ been|got)\ renewed\b | \b(?:was|has\ been|is)\ (?:fully\ )?restored\b"""
)
_RELAPSED = _any(  # it is the trouble that is back, or nothing that works
    rf"""\b{_TROUBLES}\ (?:(?:on|in|from|for|at|with|of)\ (?:the\ |our\ )?[\w./-]{{1,30}}\ ){{0,2}}
      (?:is|are|came|come|comes|has\ come|have\ come)\ (?:all\ )?back\b(?!\ (?:to|down|under|below|within))
    | \b(?:nothing|nobody|no\ one|none|neither)\ (?:\w+\ ){{0,3}}?(?:works|loads|runs|responds|working|can|able)\b
    | """
    + people_portuguese.RELAPSED
)
_STAYED_AWAY = _any(people_portuguese.STAYED_AWAY)
_IN_PORTUGUESE = _any(people_portuguese.OVER)
_ENDINGS = (_OVER, _NO_LONGER, _ENDED, _IN_PORTUGUESE)
_CONTRAST = re.compile(r"\b(?:but|however|although|mas|por[eé]m|s[oó] que|and now|e agora)\b|,\s*now\b", re.IGNORECASE)
_NOT_YET = _any(
    r"""\b(?:but|yet)\b.{0,80}\b(?:again|still|now)\b | \bnot\ (?:fixed|recovered|back)\b
    | \b(?:until|till|at[eé]\ que)\b
    | \bn[aã]o\ (?:voltou|voltaram|foi\ (?:resolvid|corrigid|normalizad))
    | \bn[aã]o\ (?:\w+\ )?(?:funcionando|respondendo|no\ ar|normal|operando|dispon)
    | (?:n't|\bnot)\ (?:\w+\ )?(?:working|responding|loading|running|behaving|fine|ok|healthy|good|green|back|available
      |up|able|normal|reachable|resolved)\b"""
)


def says_over(text: str) -> bool:
    """Some words of it say that trouble has ended."""
    return any(ending.search(text) for ending in _ENDINGS)


def is_over(sentence: str) -> bool:
    """A sentence that says that some trouble has ended, and not that other trouble is there now."""
    if _STAYED_AWAY.search(sentence):
        return True
    if not says_over(sentence) or _RELAPSED.search(sentence) or sentence.rstrip().endswith("?"):
        return False
    if frames.IF.search(sentence) or frames.GREETED_UP.search(sentence) or _NOT_YET.search(sentence):
        return False
    rest = _CONTRAST.split(sentence, maxsplit=1)[1:]
    return not any(symptoms(each) and not says_over(each) for each in rest)
