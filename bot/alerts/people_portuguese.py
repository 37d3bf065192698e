"""What people say in Portuguese of trouble, its end and a known incident: parts of patterns (spaces escaped). Pure."""

from __future__ import annotations

_TROUBLES = (  # nouns
    r"(?:erros?|falhas?|problemas?|timeouts?|lentid[aã]o|instabilidades?|quedas?|travamentos?|atrasos?|exce[cç](?:[aã]o"
    r"|[oõ]es)|reclama[cç](?:[aã]o|[oõ]es)|5\d\ds?|gargalos?|picos?|indisponibilidades?|alertas?|alarmes?)"
)
_BAD = (  # how a thing is while there is trouble
    r"(?:fora\b|caind\w+|lent[oa]s?|falhando|travad[oa]s?|travando|parad[oa]s?|indispon\w+|inst[aá]ve\w+|quebrad[oa]s?"
    r"|chei[oa]s?|atrasad[oa]s?|reiniciando|cr[ií]tic[oa]s?|degradad[oa]s?|fora)"
)

SYMPTOMS = r"""
    volt(?:ou|aram)\ a\ (?:acontecer|ocorrer|aparecer|cair|falhar|dar\ erro|travar|ficar\ (?:lent|fora)\w*)
    | n[aã]o\ volt(?:ou|aram)\b | (?:problema|bug)s?\ volt(?:ou|aram)\b
    | n[aã]o\ (?:est[aá]|t[aá]|est[aã]o|t[aã]o|estamos)\ (?:mais\ )?(?!vendo|entendendo|usando|fazendo
      |achando)\w{3,20}ndo\b
    | (?:clientes?|usu[aá]ri[oa]s?|lojas?|lojistas?|vendedor\w*|pessoal|gente)\ (?:\w+\ ){0,3}?(?:reclam(?:am|ando|ou
      |aram)|relat(?:am|ando|ou|aram)|sem\ conseguir)
    | n[aã]o\ (?:cai|caem|passam?|rodam?|chegam?|recebem?|entram?|saem?|sai|processam?|enviam?|geram?|atualizam?
      |sincronizam?|imprimem?|emitem?|aparecem?|iniciam?|ligam?|salvam?|logam?|finalizam?|autorizam?|completam?|rodou|rodaram|executou|chegou|chegaram
      |subiu|subiram|saiu|sa[ií]ram)\b(?!\ (?:a\ ser|de|do|da)\b)
    | par(?:ou|aram)\b(?=\W*(?:$|h[aá]\b|desde|tudo|geral|completamente|total\w*|de\ novo|[,.!;]))
    | (?:certificad\w+|licen[cç]a\w*|tokens?|dom[ií]nios?|senhas?|chaves?|ssl|tls|credenciais
      |assinatura)\ [^.\n]{0,40}?
      (?:venceu|venceram|vencid[oa]s?|expirou|expiraram|expirad[oa]s?)
    | (?:devolve\w*|retorna\w*|dando|d[aá]|deu|respondendo|joga\w*|lan[cç]a\w*)\ (?:(?:um|uns|s[oó]|muitos?|http|erros?
      |c[oó]digo|status)\ ){0,3}[45](?:\d\d|xx)s?
    | sem\ (?:sistema|internet|conex\w+|acesso|energia|rede|comunica\w+|resposta|sinal|espa[cç]o)
    | recusad[oa]s? | rejeitad[oa]s? | recusando | rejeitando | negad[oa]s?\b(?=\W*(?:$|desde|para|em|[,.!]))
    | ench(?:eu|eram|endo)\b | estour(?:ou|aram|ando|ad[oa]s?)\b | sobrecarregad[oa]s? | esgotad[oa]s? | esgotou
    | perdendo\ (?:vendas?|pedidos?|dados|clientes?|dinheiro|pacotes?|mensagens|receita|conex\w+)
    | perdemos\ (?:vendas?|pedidos?|dados|conex\w+|acesso|o\ acesso|a\ conex\w+)
    | (?:sistema|site|app|api|servi[cç]o|banco|pix|checkout|rede|vpn|servidor|portal|painel|login|loja|internet)
      \ (?:est[aá]|t[aá]|ficou|saiu|inteir[oa]|todo)\ (?:tod[oa]\ |totalmente\ )?fora\b
    | (?:sistema|site|app|api|pix|checkout|rede|vpn|servidor|portal|painel)\ fora\W*$
    | ningu[eé]m\ (?:mais\ )?(?:acessa|entra|loga|compra|abre|paga|recebe|trabalha|atende|vende|consegue)
    | trava(?:m)?\ (?:ao|na|no|quando|tod\w+|sempre|direto) | sumindo | sumiram\b | sumiu\b
    | telas?\ (?:branca|preta|azul|de\ erro)s? | p[aá]ginas?\ em\ branco
    | s[oó]\ (?:cresce|sobe|aumenta|piora) | n[aã]o\ para\w*\ de\ (?:crescer|subir|cair|reiniciar|aumentar|apitar)
    | (?:fila|lat[eê]ncia|erros?|lag|atraso|uso|consumo|cpu|mem[oó]ria)\ (?:\w+\ ){0,4}?(?:crescendo|subindo|aumentando
      |acumulando|disparou|explodiu|explodindo|nas\ alturas) | \w+ndo\ (?:sozinh[oa]s?|toda\ hora)
    | (?:cobran[cç]as?|pedidos?|pagamentos?)\ (?:\w+\ ){0,2}?duplicad[oa]s? | deslog(?:ando|ad[oa]s?)"""

RELAPSED = rf"""
    \b{_TROUBLES}\ (?:\d{{3}}\ )?(?:(?:n[oa]s?|d[eoa]s?|em)\ [\w./-]{{1,30}}\ ){{0,2}}(?:j[aá]\ )?volt(?:ou
      |aram)\b(?!\ ao\ normal)
    | \bvolt(?:ou|aram)\ a\ (?:acontecer|ocorrer|aparecer|travar|subir|ficar\ (?:lent|fora)\w*)\b"""

STAYED_AWAY = rf"""
    \b{_TROUBLES}\ (?:\d{{3}}\ )?(?:(?:n[oa]s?|d[eoa]s?|em)\ [\w./-]{{1,30}}\ ){{0,2}}n[aã]o\ volt(?:ou
      |aram)(?:\ mais)?\b"""

OVER = rf"""
    \bn[aã]o\ (?:est\w+|t[aá]|t[oô]|estamos)\ mais\ (?:\w+\ ){{0,2}}?{_BAD}
    | \bn[aã]o\ (?:est\w+|t[aá]|tem|temos|h[aá]|vemos|vejo|aparece\w*|d[aá]|deu)\ mais\ (?:\w+\ ){{0,2}}?{_TROUBLES}\b
    | \bn[aã]o\ (?:caiu|falhou|travou|deu|reiniciou|ca[ií]ram|falharam)\ mais\b
    | \b{_TROUBLES}\ (?:\d{{3}}\ )?(?:(?:n[oa]s?|d[eoa]s?
      |em)\ [\w./-]{{1,30}}\ ){{0,2}}(?:j[aá]\ )?(?:n[aã]o\ (?:acontece|aparece|ocorre|volt|d[aá])\w*\ mais
      |sumi(?:u|ram)|par(?:ou|aram)(?!\ (?:tudo|tod\w+|[oa]s?)\b|\ de\ (?!acontecer|ocorrer|aparecer))
      |passou(?!\ (?:de|d[oa]s?)\b)|acab(?:ou|aram)
      |cess(?:ou|aram)|zer(?:ou|aram)|desapareceu|desapareceram)\b
    | \b(?:sem|nenhum|nenhuma|zero)\ (?:mais\ |novos?\ |novas?\ )?{_TROUBLES}\ (?:\w+\ ){{0,3}}?
      (?:desde|h[aá]|agora|na\ [uú]ltima|nas\ [uú]ltimas|nos\ [uú]ltimos|no\ [uú]ltimo|depois|ap[oó]s)\b
    | (?<!n[aã]o\ )(?<!n[aã]o\ est[aá]\ )(?<!n[aã]o\ t[aá]\ )\b(?:funcionando|normal|no\ ar|respondendo|operando
      |est[aá]ve(?:l
      |is)|dispon[ií]ve(?:l|is)|online)\ (?:novamente|de\ novo|normalmente|agora|outra\ vez)\b
    | \bj[aá]\ (?:est[aá]\ |est[aã]o\ |t[aá]\ )?(?:conseguem?|consegue\ |funcionam?|funcionando|abre|abrem|carrega
      |no\ ar|normal|ok\b|respondendo|operando|de\ p[eé]|est[aá]vel|resolvid\w+|voltou|voltaram)\b
    | \bvoltaram\b(?!\ a\ (?:cair|falhar|dar)) | \b(?:tudo|tod[oa]s\ [oa]s\ \w+\ est[aã]o)\ (?:normais|normal|certo|ok
      |funcionando|verde|est[aá]vel)\ (?:agora
      |de\ novo|novamente|por\ aqui)\b
    | (?<!n[aã]o\ )\bconseg(?:uem|uimos|ue|uiram|ui|uiu|uindo)\ (?:\w+\ ){{1,3}}?(?:de\ novo|novamente|agora
      |normalmente)\b
    | \bj[aá]\ (?:d[aá]\ p(?:a)?ra|normaliz|consigo)\b | \brenovad[oa]s?\b | \bzero\ pend[eê]ncias\b
    | \b(?:restabelecid|recuperad|solucionad|estabilizad|restaurad)[oa]s?\b | \b(?:estabilizou|recuperou)\b
    | \bfilas?\ (?:\w+\ ){{0,3}}?(?:zerou|zeraram|zerada|esvaziou|baixou|vazia|normal)\b
    | \b(?:erro|falha|problema)s?\ (?:\w+\ ){{0,3}}?(?:corrigid|sanad|resolvid)[oa]s?\b"""

PRESENT = r"""
    \b(?:n[aã]o|ningu[eé]m|nada)\ (?:\w+\ ){0,2}?(?:conseg\w+|funciona\w*|abre\w*|carrega\w*|conecta\w*|responde\w*
      |cai|caem
      |chega\w*|entra\w*|processa\w*|saem|sai|saindo|chegando|sincroniza\w*)\b
    | \bpar(?:ou|aram)\b | \bparad[oa]s?\W*(?:$|h[aá]|desde|de\ novo|[,.!])
    | \b(?:recusad|travad|rejeitad|duplicad)[oa]s?\b | \b(?:devolv|retorn|respond
      |d)\w{0,4}ndo\ (?:\w+\ ){0,3}?[45]\w\w\b
    | \b(?:dando|deu)\ (?:timeout|erro|falha)s?\b | \b(?:negad|deslogad)[oa]s?\b | \bsem\ espa[cç]o\b | \bsumi\w+\b
    | \bmuita\ lentid[aã]o\b | \bningu[eé]m\ \w+ | \bfora\W*$
    | \b(?:venceu|expirou|encheu|estourou|quebrou|travou|ca[ií]ram|derrubou)\b | \berros?\ (?:ao|em\ tod\w+|5\d\d
      |geral)\b
    | \b(?:clientes?|usu[aá]ri[oa]s?|lojas?)\ (?:\w+\ ){0,3}?(?:reclam|relat)\w+ | \bperdendo\b
    | \btudo\ (?:\w+\ )?(?:lento|parado|fora|travado|caindo)\b | \blent[oa]s?\ (?:desde|demais|para|pra)\b
    | \b(?:est[aá]|t[aá])\ (?:tod[oa]\ )?fora\b | \bsem\ (?:sistema|acesso|conex\w+|comunica\w+|energia)\b
    | \btelas?\ (?:branca|preta)s? | \bs[oó]\ (?:cresce|sobe|aumenta|piora)\b"""

KNOWN = r"""
    \b(?:ainda | acho\ que | talvez | provavelmente | deve\ ser | pode\ ser | por\ causa\ d\w+ | causad[oa]\ p\w+
    | (?:o|do|no|desse|neste|este)\ incidente | investigando | mitigando | verificando | analisando
      | atualiza[cç][aã]o:
    | mesm[oa]\ (?:problema|erro|coisa|falha) | tamb[eé]m\ (?:estou|aqui|vejo|t[oô]) | aqui\ tamb[eé]m | confirmo
    | confirmado | o\ (?:rollback|fix) | estou\ olhando | t[oô]\ olhando | estamos\ (?:olhando|trabalhando|corrigindo)
    | alguma\ (?:novidade|atualiza[cç][aã]o) | causa\ raiz)\b"""
