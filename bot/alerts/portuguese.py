"""What tools say in Portuguese: parts of the patterns in signs.py, written as those are (spaces are escaped). Pure."""

from __future__ import annotations

DENIED = r"""
    \bn[aã]o\ (?:foi\ |foram\ |est[aá]\ |est[aã]o\ |se\ )?(?:conclu\w+|resolv\w+|recuper\w+|normaliz\w+|respond\w+
    |finaliz\w+|terminou|restabelec\w+|restaurad\w+|iniciad\w+|executad\w+|enviad\w+|processad\w+|dispon[ií]ve\w+)
    | \bainda\ (?:n[aã]o|fora|com\ (?:erros?|falhas?|problemas?)|em\ (?:erro|falha)|indispon\w+|cr[ií]tic\w+)"""

OVER = r"""
    \bresolvid[oa]s?\b | \brecuperad[oa]s?\b | \bnormaliz(?:ou|aram|ad[oa]s?)\b
    | \b(?:voltou|voltaram|de\ volta)\ (?:ao\ normal|a\ (?!cair|falhar|dar)\w+r\b|a\ \d|ao\ ar|à\ normalidade)
    | \b(?:restabelecid|restaurad|solucionad|sanad|encerrad)[oa]s?\b | \bem\ dia\ (?:novamente|de\ novo)\b
    | \b(?:dispon[ií]vel|normal|operacional|conectad[oa]|online|respondendo|funcionando)\ (?:novamente|de\ novo)\b"""

NONE_FAILED = r"""
    \b(?:nenhum|nenhuma|sem|0|zero)\ +(?:\w+\ ){0,2}?(?:erros?|falhas?|problemas?|alertas?|incidentes?|atrasos?
    |perdas?|rejeitad\w+|indisponibilidades?)\b"""

TROUBLE = r"""
    caiu | ca[ií]ram | fora\ do\ ar | falh\w* | erros? | indispon\w+ | alerta | cr[ií]tic[oa]s? | lent[oa]s?
    | lentid[aã]o | acumulad[oa]s? | atrasad[oa]s? | atraso | parad[oa]s? | parou | travad[oa]s? | travou
    | rejeitad[oa]s? | recusad[oa]s? | ultrapass\w+ | exced\w+ | expirad[oa]s? | expira(?:r[aá])?\ em
    | vencid[oa]s? | venceu
    | vence\ em | estour\w+ | (?:subiu|aumentou)\ para\ \d | reinici\w+\ \d+\ vezes | n[aã]o\ usua\w+ | incomu\w+
    | fora\ do\ (?:comum|padr[aã]o) | inst[aá]ve\w+ | instabilidade | intermit[eê]n\w+ | degrada\w+ | esgotad[oa]s?
    | chei[oa]s? | lotad[oa]s? | desconect\w+ | interrompid[oa]s? | suspens[oa]s? | suspeit[oa]s? | acima\ d\w+
    | abaixo\ d\w+ | perda\ de | queda\ d\w+ | n[aã]o\ (?:responde\w*|funciona\w*)
    | sem\ (?:resposta|conex\w+|espa[cç]o|sinal|dados|comunica\w+|backup|heartbeat|m[eé]tricas|energia|ping)"""

JOBS = r"""
    carga | c[oó]pia | rotina | importa[cç][aã]o | exporta[cç][aã]o | migra[cç][aã]o | atualiza[cç][aã]o
    | sincroniza[cç][aã]o | processamento | fechamento | manuten[cç][aã]o"""

DONE = r"iniciad[oa] | conclu[ií]d[oa] | finalizad[oa] | terminad[oa] | executad[oa] | sucesso"

FAILED = r"falh\w* | erros? | problemas? | rejeitad\w+ | atrasad\w+ | n[aã]o\ (?:foi|foram|conclu\w+|terminou)"

ROUTINE = r"""
    \bresumo\ (?:di[aá]rio|semanal|mensal|d[oa]\ (?:dia|noite|semana|m[eê]s|plant[aã]o))\b | \brelat[oó]rio\b
    | \bmanuten[cç][aã]o\ (?:programada|planejada|agendada|preventiva)\b | \bjanela\ de\ manuten[cç][aã]o\b"""
