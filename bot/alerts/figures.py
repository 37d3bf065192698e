"""Which figures name a thing ("Store 12", "port 443") and which measure, count or date one ("95 %", "12 errors"). Pure.

A name belongs to what an alert is about; a measure is another one next time, and none when the alert is over.
"""

from __future__ import annotations

import re

from bot.alerts import states

UNIT = (  # without a capture, so that it fits into other patterns
    r"(?:%|°\s?[cf]|[kmgtp]i?b(?:/s|ps)?|b/s|bps|ms|µs|us|ns|s|secs?|seconds?|segs?|segundos?|m|mins?|minutes?|minutos?"
    r"|h|hrs?|hours?|horas?|d|days?|dias?|weeks?|semanas?|months?|meses|years?|anos?|req/s|rps|qps|rpm|x|k|times?"
    r"|vezes|percent\w*|por\s?cento|pct|pp|bytes?|degrees?|graus|volts?|v|watts?|w|kw|hz|[mg]hz|amps?|db[im]?)"
)
_NAMED = re.compile(
    r"(?<![^\W_])([^\W\d_]{2,40})"
    r"(?:\s(?:id:?|number|num\.?|no\.|nr\.?|n[º°o]\.?|número)\s?(#?)|\s{0,2}(#)|\s{1,3})(\d{1,12})"
    rf"(?![\w%°/])(?!-\w)(?![.,:]\d)(?!\s?{UNIT}(?![\w-]))",
    re.IGNORECASE,
)
_CODE = re.compile(  # "HTTP 500 errors" names the trouble; "Shop is down: HTTP 500" says how it showed this time
    r"(?<![\w.:/-])(?:(http|https|error|erros?)\s)?([45]\d\d)(?![\w.,%-])(\s(?:errors?|erros?|responses?|respostas?"
    r"|rate|spikes?)\b)?",
    re.IGNORECASE,
)
_NEXT = re.compile(r"[\s)\]*_`]{0,4}([^\W\d_]+)?")
_RUN_ENDED = re.compile(r"\s(?:has\s|was\s)?(?:passed|failed|fixed|errored|succeeded|finished|started|broken)\b", re.I)
_RUN_SPOKEN_OF = re.compile(r"\b(?:builds?|pipelines?|workflows?|deploy\w*|releases?|jobs?|runs?|ci)\b", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THINGS = _words(  # they have numbers for names, whatever is said of them next
    """
    store shop loja filial branch agência agencia node nó server servidor host rack queue fila port porta shard replica
    réplica worker disk disco drive volume partition partição zone zona region região cluster instance instância
    instancia machine máquina maquina camera câmera sensor device pump bomba line linha unit unidade room sala floor
    andar building prédio gate portão lane terminal caixa pdv pos kiosk totem printer impressora router roteador switch
    link vlan circuit channel canal slot bay fan psu ups agent agente site interface tunnel túnel vm container pod
    table tabela tenant customer cliente account conta user order pedido invoice group grupo bucket topic broker
    member peer neighbor neighbour antenna elevator elevador tank tanque chamber câmara freezer fridge geladeira vehicle
    truck veículo bus turbine inverter module módulo section setor sector bank core cpu gpu lot lote warehouse armazém
    depósito estação station ring wing feed shed bed seed parking listing booking box crane robot membro warehouse
    """
)
_HELD = _words("messages mensagens msgs items itens events eventos")  # "Queue 500 messages" counts what is in it
_RUNS = _words(  # the next one is another number, and the trouble may be the same
    """
    build pipeline run execution deployment deploy release attempt try retry tentativa execução iteration occurrence
    version versão revision pid process thread time round take event seq sequence offset workflow commit page pr
    """
)
_MEASURES = _words(
    """
    temperature temperatura temp load carga latency latência latencia lag usage uso utilization utilisation memory
    memória ram heap swap traffic throughput depth length size tamanho count contagem total sum rate taxa score age
    idade value valor threshold limit limite max maximum min minimum avg average média mean median percentile delay
    atraso uptime downtime level nível severity priority prioridade sev tier free used left battery bateria voltage
    tensão humidity umidade speed velocidade weight ping rtt jitter response code código status state estado exit errno
    signal rc return backlog balance saldo revenue budget quota credit capacity space loss perda pressure pressão
    power pontuação nota duration duração window janela
    period interval since day dia week month year ano hour minute date data eta
    number id figure amount quantity qty ratio percentage current atual previous now last past first next top only just
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro fev abr mai ago set out dez
    """
)
_FILLING = _words(  # words of other kinds than nouns
    """
    is are was were be been am being at of in on to for from by with within without after before over under above below
    than and or but not no about around nearly almost up down off out more less least most between until till per every
    each all any some other only still yet now then again new old high low big small good bad great healthy full empty
    has have had having does do did done got get gets hit hits see sees saw seen say says said show shows took takes
    take went goes gone came come comes fell fall falls rose rise rises grew grow grows sank lost lose loses kept keep
    keeps left found find sent send sends made make makes gave give gives ran begun began reach reaches exceed exceeds
    return returns expect expects equals plus minus approximately roughly exactly average both half we you they it he
    she this that these those there here so very too just already another one two three approx circa ca via as if when
    é são está estão foi foram ser em de do da dos das no na nos nas ao aos à às para com sem por pelo pela após
    antes desde até há ha cerca quase mais menos acima abaixo entre sobre e ou mas não já só apenas agora ainda de novo
    tem têm teve chega atinge passa passou total nova novo alta alto baixa baixo
    """
)
_ENDINGS = ("ed", "ing", "ly", "ou", "iu", "eu", "ando", "endo", "indo", "mente", "aram", "eram", "iram")
_PLURAL = re.compile(r"(?:[^\Wsui]s|ies|ões)$")
_NO_PLURAL = _words("has does goes fails lags runs stays reports loses keeps looks gets needs stops crashes versus")


def joined(text: str) -> str:
    """The same text where a figure that names is one word with its noun: "Store 12 down" as "Store-12 down"."""
    return _CODE.sub(lambda found: _code(text, found), _NAMED.sub(lambda found: _name(text, found), text))


def is_address(word: str) -> bool:
    """Before a colon and a figure: a host and its port, and no measure and its value ("errors:12")."""
    return bool(re.search(r"[\d.-]", word)) or word in _THINGS or _is_noun(word)


def _name(text: str, found: re.Match[str]) -> str:
    noun, numbered, figure = found[1].casefold(), bool(found[2] or found[3]), found[4]
    after = (_NEXT.match(text, found.end()) or found)[1] or ""
    if noun in _RUNS or (numbered and noun not in _THINGS and _is_runs(text, found.end())):
        return found[0]
    if after.casefold() in _HELD or not (noun in _THINGS or numbered or (_is_noun(noun) and not _is_plural(after))):
        return found[0]
    return f"{found[1]}-{figure}"


def _is_runs(text: str, end: int) -> bool:
    """A number with `#` of a text on builds or jobs: "shop #12 failed", "shop #13 passed"."""
    return bool(_RUN_SPOKEN_OF.search(text) or _RUN_ENDED.match(text, end))


def _is_noun(word: str) -> bool:
    """A plain noun of which there may be several; what measures or says how something stands is none."""
    if word in _MEASURES or word in _FILLING or word.endswith(_ENDINGS) or _is_plural(word):
        return False
    return word not in {"http", "https"} and not states.is_state(word) and not states.is_level(word)


def _is_plural(word: str) -> bool:
    return bool(_PLURAL.search(word.casefold())) and word.casefold() not in _NO_PLURAL


def _code(text: str, found: re.Match[str]) -> str:
    """A status code is a name where errors are counted by it, or where nothing but a state stands before it."""
    before = re.findall(r"[^\W\d_]+", text[: found.start()][-200:].casefold())
    leads = found[1] and all(states.is_state(word) or states.is_level(word) for word in before)
    if not (found[3] or leads) or re.search(r"[<>=≥≤~]\s?$|\b(?:than|over|above|of)\s$", text[: found.start()]):
        return found[0]
    return f"http-{found[2]}{found[3] or ''}"
