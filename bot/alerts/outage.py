"""Where people talk about incidents, most that is said of trouble is about one that is known. This tells the rest."""

from __future__ import annotations

import re

from bot.alerts import people_portuguese
from bot.alerts.message import Message
from bot.alerts.reports import is_report, meaning
from bot.alerts.symptoms import symptoms

_MOST = 1500  # characters; what is longer is a report on something, an update or a log, and no call for help
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_KNOWN = re.compile(  # talk of an incident that is being worked on
    r"""\b(?:inc-?\d+ | incident\ (?:\#?\d+|call|channel|bridge|is|was|has)
    | the\ (?:incident|outage|postmortem|root\ cause|fix|rollback|cause)
    | update: | status\ update | eta\b | mitigat\w* | investigat\w* | rolling\ back | rolled\ back | looking\ into
    | working\ on
    | same\ (?:issue|problem|thing|error)\ as | as\ (?:before|above|mentioned|discussed|said)
    | related\ to\ (?:the|that|this)
    | any\ (?:news|update|progress)
    | still\ (?:seeing|down|failing|broken|slow|investigating|happening|the\ same|no|not|getting|waiting)
    | (?:is|are|was|were)\ still | i\ think | maybe\ (?:it|the|we)\b | could\ (?:it\ )?be | might\ be
    | probably\ (?:the|a|because|due)
    | because\ (?:of|the|we) | caused\ by | (?:that's|this\ is|it's)\ (?:why|because) | turns\ out
    | it\ looks\ like\ the\ (?:fix|deploy|rollback)
    | hypothesis | theory | confirmed: | now,?\ (?:was|down\ from|up\ from) | can\ confirm | \+1 | me\ too
    | same\ here | agreed?\b ) |"""
    + people_portuguese.KNOWN,
    re.IGNORECASE | re.VERBOSE,
)
_OPENED = re.compile(  # words that open a matter, whatever else is said
    r"""\b(?:new\ (?:incident|outage|issue|problem) | major\ (?:incident|outage)
    | (?:declaring|opening|raising)\ (?:an?\ )?(?:incident|p[01]\b|sev)
    | something\ (?:is|'s)\ (?:wrong|broken|off)\ with | any(?:one|body)\ else\ (?:seeing|getting|having|noticing)
    | for\ any(?:one|body)\ else | is\ it\ just\ me | just\ started
    | started\ (?:about\ |around\ |just\ )?(?:\d|a\ few) | as\ of\ (?:now|\d)
    | since\ (?:~|about\ |around\ )?(?:\d|the\ (?:\S+\ )?(?:deploy|release|rollout|upgrade|migration))
    | out\ of\ nowhere | all\ of\ a\ sudden
    | suddenly | sev-?[012]\b | p[01]\b | (?:we|customers|users)\ (?:are|have)\ (?:an\ )?outage )""",
    re.IGNORECASE | re.VERBOSE,
)
_PRESENT = re.compile(  # a plain statement of what is the matter: "checkout is down", "nobody can log in"
    r"""(?:\b|')(?:s|is|are|went|just\ went|has\ gone|appears?|seems?\ to\ be)\ (?:completely\ |totally\ |all\ |
    currently\ |
    hard\ |now\ ){0,2}
      (?:down|offline|unreachable|unresponsive|unavailable|not\ (?:responding|reachable|working|loading)|dead
      |crash\w*|broken|failing|throwing|returning|refusing|timing\ out)
    | \b(?:nobody|no\ one|no\ customer|customers|users|everyone|clients|we)\ (?:can(?:'t|not)|can\b|are\ unable
    |is\ unable|aren't\ able)
    | \b(?:getting|seeing|returns|returning|throwing|throws|serving)\ (?:\S+\ ){0,4}?(?:5\d\ds?|5xx|errors|timeouts
    |exceptions)
    | \b(?:full\ |total\ |complete\ |partial\ )?outage\b | \bdata\ (?:loss|leak)\b | \bbreach | \bransomware
    | \bunder\ attack | \bcrash-?loop
    | \b(?:caiu|fora\ do\ ar|indispon[ií]vel)\b | \bout\ of\ (?:memory|disk|space)\b
    | \b(?:100|9\d)\ ?%(?:\ |,|$)
    | \b(?:s|is|are|keeps?|went|gets?)\ (?:\w+\ ){0,2}?(?:blank|empty|full|exhausted|stuck|frozen|locked\ out
      |logged\ out
      |rejected|declined|charged\ twice|expired|dying|restarting|rebooting|growing|overloaded|missing|gone)\b
    | \b(?:super|very|extremely|really|so|insanely)\ slow\b | \bslow\ (?:right\ now|for\ everyone|everywhere)
    | (?<!\bi\ )(?<!\byou\ )\b(?:can't|cannot|won't|doesn't|don't|isn't|aren't|didn't)\ (?:\w+\ ){0,2}?\w{2,}
    | \b(?:nobody|no\ one|nothing)\ (?:gets|works|loads|arrives|comes|can|consumes|responds)\b
    | \b(?:has|have|gives|gives\ back|shows|returns)\ no\ \w+ | \b(?:lost|losing)\ \w+ | \bran\ out\ of\b
    | \b(?:rejects|rejecting|crashes|expired|vanished|exploded|died)\b | \bstopped\ \w+ing\b | \b(?:down|broken)\ for\b
    | ^\W*(?:the\ )?[\w./-]{2,40}(?:\ [\w./-]{2,40})?\ (?:down|offline)\W*$ | \b(?:is|are)\ not\ (?:being|syncing)\b
    | \b(?:users|customers|clients|merchants|people)\ (?:report|complain|say)\w* | \b(?:half|most|all)\ (?:of\ )?\w+
      \ (?:time\ out|fail|are\ failing)\b | \b(?:white|blank)\ (?:screen|page)
    | """
    + people_portuguese.PRESENT,
    re.IGNORECASE | re.VERBOSE,
)


def reports_new_outage(message: Message) -> bool:
    """A person's message in the incidents channel that clearly reports trouble of which nobody there speaks yet.

    Stricter than reading an alerts channel: a doubt is left to a mention or a shortcut. False for replies in a thread.
    """
    text = message.text[:_MOST].strip()
    if message.is_reply or not message.by_person or len(message.text) > _MOST or not meaning(text).trouble:
        return False
    opened = bool(_OPENED.search(text))
    if _KNOWN.search(text) and not opened:
        return False
    reports = [sentence for sentence in _SENTENCE.split(text) if is_report(sentence)]
    return bool(reports) and (opened or any(_PRESENT.search(each) or symptoms(each) > 1 for each in reports))
