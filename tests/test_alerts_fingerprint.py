"""What has another name is another alert, also where the name is a number; what has another measure is the same one.

Each line holds two messages. A wrong "same" hides an alert and closes another; a wrong "other" leaves an alert open.
"""

import pytest

from bot.alerts import read_alert
from bot.alerts.message import read_message

OTHERS = """
CRITICAL: Store 12 offline|CRITICAL: Store 31 offline
CRITICAL: Store 12 offline|RESOLVED: Store 31 offline
Node 3 down|Node 4 down
replica 2 lag 300s|replica 3 lag 300s
Rack 7 temperature high|Rack 8 temperature high
Queue 1 stuck|RESOLVED Queue 2
port 443 closed on web-1|port 80 closed on web-1
HTTP 500 errors on checkout|HTTP 404 errors on checkout
500 errors on checkout|404 errors on checkout
Loja 12 fora do ar|Loja 31 fora do ar
Servidor 3 indisponível|Servidor 4 indisponível
Filial 7 sem conexão|Filial 8 sem conexão
Fila 2 parada|Fila 3 parada
ALERTA: caixa 4 da loja 12 sem resposta|ALERTA: caixa 5 da loja 12 sem resposta
Backup for server 3 failed|Backup for server 4 failed
Alert for Store 12: POS offline|Alert for Store 31: POS offline
POS offline (Store 12)|POS offline (Store 31)
web-1:443 unreachable|web-1:80 unreachable
redis:6379 not responding|redis:6380 not responding
Shard 0 unassigned|Shard 1 unassigned
Worker #3 crashed|Worker #4 crashed
Camera 3 security feed lost|Camera 4 security feed lost
Store ID 12 offline|Store ID 31 offline
Loja nº 12 offline|Loja nº 31 offline
CPU 1 temperature above 90|CPU 2 temperature above 90
Sensor Ping (db-1) Down|Sensor Ping (db-2) Down
TCP 443 closed|TCP 80 closed
Freezer 2 temperature is 4.5 °C|Freezer 3 temperature is 4.5 °C
Tenant 42 error rate 5%|Tenant 43 error rate 5%
Order 991 stuck in payment|Order 992 stuck in payment
ALERT: db1 down|ALERT: db2 down
ALERT: db1 disk full|ALERT: db1 unreachable by ping
Disk 3 failed on nas|Disk 4 failed on nas
Line 2 stopped|Line 3 stopped
UPS 1 on battery|UPS 2 on battery
Interface eth 1 down|Interface eth 2 down
Switch 3 port 12 down|Switch 3 port 13 down
edge-node 3 not ready|edge-node 4 not ready
Partition 5 has no leader|Partition 6 has no leader
Error 500 on checkout|Error 404 on checkout
Elevador 1 parado|Elevador 2 parado
Link 2 da filial 7 caiu|Link 1 da filial 7 caiu
Máquina 14 sem comunicação há 10 minutos|Máquina 15 sem comunicação há 10 minutos
Store 12 errors above 5%|Store 31 errors above 5%
Bomba 2 desligada|Bomba 1 desligada
VLAN 10 unreachable|VLAN 20 unreachable
shop #120 slow|shop #121 slow
Table 4 bloated on orders-db|Table 5 bloated on orders-db
Estação 9 sem energia|Estação 10 sem energia
Conveyor 12 jam|Conveyor 13 jam
Gate 4 blocked|Gate 5 blocked
Oven 2 overheating|Oven 3 overheating
PDV 3 sem conexão com o servidor|PDV 4 sem conexão com o servidor
Host 12: ping lost|Host 13: ping lost
Alert: Node 3 is down|Alert: Node 4 is down
Problem: Rack 7 UPS on battery|Problem: Rack 8 UPS on battery
Zone 2 gateway timeout|Zone 3 gateway timeout
Shop 4 and shop 5 offline|Shop 4 and shop 6 offline
Ponto de venda 12 parado|Ponto de venda 13 parado
Balança 3 descalibrada|Balança 4 descalibrada
Sala 2 temperatura alta|Sala 3 temperatura alta
Site 14 unreachable for 5 minutes|Site 15 unreachable for 5 minutes
Drive 0 predicted failure|Drive 1 predicted failure
GPU 3 ECC errors|GPU 4 ECC errors
Fan 2 failed|Fan 3 failed
Worker 5 stopped after 3 retries|Worker 6 stopped after 3 retries
Lane 4 scanner error|Lane 5 scanner error
Dock 7 sensor fault|Dock 8 sensor fault
Line 1 stopped at 10:01|Line 2 stopped at 10:01
Port 443: connection refused|Port 80: connection refused
TCP port 5432 closed|TCP port 6379 closed
Filial 007 offline|Filial 008 offline
*Store 12* offline|*Store 31* offline
[Store 12] POS offline|[Store 31] POS offline
Store 12 - POS offline|Store 31 - POS offline
Store-12 offline|Store-31 offline
Server 1 (web) down|Server 2 (web) down
""".strip().splitlines()

SAME = """
CRITICAL: Store 12 offline|RESOLVED: Store 12 offline
CRITICAL: Store 12 offline for 5 minutes|OK: Store 12 is back online after 12 minutes
CPU 95% on web-1|CPU 97% on web-1
CRITICAL: CPU usage is 95 on web-1|OK: CPU usage is 40 on web-1
3 pods pending in checkout|5 pods pending in checkout
ALERT: 12 errors in checkout|ALERT: 31 errors in checkout
Checkout 12 errors|Checkout 31 errors
Queue 1 has 500 messages|RESOLVED: Queue 1 has 3 messages
Backup failed, attempt 3|Backup failed, attempt 4
Health check failed 3 times|Health check failed 7 times
Error rate above 5% in last 5 minutes|Error rate above 7% in last 10 minutes
Lag is 300 on orders-db|Lag is 450 on orders-db
Latency 350ms on api|Latency 900ms on api
Fila de pedidos com 300 mensagens|Fila de pedidos com 900 mensagens
Loja 12 fora do ar há 5 minutos|Loja 12 voltou ao normal após 12 minutos
Uso de CPU em 95% no servidor 3|Uso de CPU em 98% no servidor 3
Temperatura 31 no rack 7|Temperatura 35 no rack 7
Site shop is down: HTTP 500|Site shop is down: HTTP 503
Site shop is down: HTTP 503|Site shop is up: HTTP 200 OK
Disk usage = 91 on node 3|Disk usage = 97 on node 3
2026-11-21 10:00 Node 3 down|2026-11-22 11:30 Node 3 down
Nov 21: Node 3 down|Nov 22: Node 3 up
Memory at 91 on node 3|Memory at 99 on node 3
Restarted 3 pods too often: checkout crash loop|Restarted 5 pods too often: checkout crash loop
Queue 500 messages waiting|Queue 900 messages waiting
p95 latency 2.3 s on checkout|p95 latency 4.1 s on checkout
Load average 12.5 on web-1|Load average 31.2 on web-1
More than 500 errors on checkout|More than 700 errors on checkout
12 of 20 nodes down|14 of 20 nodes down
Port 443 closed on web-1|RESOLVED: Port 443 closed on web-1
DOWN: Store #12|UP: Store #12
my-app - #13 Failure after 2 min 3 sec|my-app - #14 Back to normal after 2 min
Pipeline #13 of shop failed in 03:12|Pipeline #14 of shop passed in 02:10
Build 13 of shop failed|Build 14 of shop fixed
[FIRING:2] Node 3 down|[RESOLVED] Node 3 down
Firing 1 - Node 3 down|Firing 4 - Node 3 down
Certificate of shop expires in 14 days|Certificate of shop expires in 7 days
Consumer lag 12000 on topic orders|Consumer lag 15000 on topic orders
Shard 0 unassigned since 10:01|Shard 0 unassigned since 12:44
Só 3 réplicas disponíveis no checkout|Só 2 réplicas disponíveis no checkout
Falhou 3 vezes: rotina de fechamento|Falhou 5 vezes: rotina de fechamento
Tentativa 3 de reconexão falhou na filial 7|Tentativa 4 de reconexão falhou na filial 7
ALERT: db1 disk full|RESOLVED: db1 disk full
Problem: web1 is unreachable|Resolved: web1 is unreachable
Jobs 12 failed in nightly|Jobs 14 failed in nightly
Freezer 2 at 4.5 °C|Freezer 2 at 6.1 °C
Sensor Ping (db-1) Down|Sensor Ping (db-1) Up
Restart count 5 for checkout|Restart count 9 for checkout
Error rate 5 on checkout|Error rate 9 on checkout
Severity 1: Store 12 offline|Severity 2: Store 12 offline
checkout #120 failed|checkout #121 passed
Latência subiu para 300 no checkout|Latência subiu para 900 no checkout
Disco com 91% de uso no servidor 3|Disco com 97% de uso no servidor 3
Checkout: 12 errors in 5 minutes|Checkout: 15 errors in 5 minutes
Disk usage 91 on web-1|Disk usage 95 on web-1
Retrying 3 of 5: checkout|Retrying 4 of 5: checkout
Swap used 300 MB on web-1|Swap used 900 MB on web-1
Users affected 12|Users affected 30
Timeout after 30 seconds on api|Timeout after 45 seconds on api
Queue orders above 500|Queue orders above 900
orders queue backlog 500|orders queue backlog 900
Alert: 5 failed logins for admin|Alert: 9 failed logins for admin
Response time 900 ms (limit 500)|Response time 1200 ms (limit 500)
checkout returned 503|checkout returned 502
checkout responded with 503|checkout responded with 504
Certificate expires in 3 days for shop|Certificate expires in 2 days for shop
Only 2 of 5 replicas ready for checkout|Only 1 of 5 replicas ready for checkout
Exit code 1 in nightly|Exit code 137 in nightly
Pontuação 30 no scan da loja|Pontuação 45 no scan da loja
Subiu para 90 graus: freezer|Subiu para 95 graus: freezer
Free space 12 GB on db-1|Free space 9 GB on db-1
Job nightly took 120 minutes|Job nightly took 150 minutes
Packet loss 12% on link 2|Packet loss 30% on link 2
DOWN since 2026-11-21 10:00:01 - Store 12|UP since 2026-11-21 10:09:11 - Store 12
Kafka lag 5000 for group orders|Kafka lag 9000 for group orders
Alerta: 3 lojas offline|Alerta: 5 lojas offline
5 tentativas de login falharam|9 tentativas de login falharam
Error rate 3.5 on checkout|Error rate 9.1 on checkout
Nov 21 10:00 checkout down|Nov 22 11:00 checkout down
21/11 10:00 checkout fora do ar|22/11 11:00 checkout fora do ar
Store 12 offline (3 of 4 checks failed)|Store 12 offline (4 of 4 checks failed)
""".strip().splitlines()

OTHERS_OF_PEOPLE = """
store 12 is down|store 31 is down
a loja 12 caiu|a loja 31 caiu
node 3 is not responding|node 4 is not responding
getting 500 errors on checkout|getting 404 errors on checkout
port 443 is closed|port 80 is closed
""".strip().splitlines()

SAME_OF_PEOPLE = """
checkout is at 95%|checkout is at 99%
seeing 12 errors per minute|seeing 31 errors per minute
lag is 300 on node 3|lag is 700 on node 3
12 pods are crashing|3 pods are crashing
""".strip().splitlines()


def of_tool(text: str) -> str:
    return read_alert(read_message({"bot_id": "B1", "username": "tool", "text": text})).fingerprint


def of_person(text: str) -> str:
    return read_alert(read_message({"user": "U1", "channel": "C1", "ts": "1.0", "text": text})).fingerprint


@pytest.mark.parametrize("pair", OTHERS)
def test_a_figure_that_names_a_thing_tells_it_from_others(pair: str) -> None:
    """Store 31 is not counted on the card of store 12, and its recovery closes no other's alert."""
    one, other = pair.split("|")
    assert of_tool(one) != of_tool(other)


@pytest.mark.parametrize("pair", SAME)
def test_a_figure_that_measures_tells_nothing_apart(pair: str) -> None:
    """A value, a count, a time, an attempt or a run's number is another one next time."""
    one, other = pair.split("|")
    assert of_tool(one) == of_tool(other)


@pytest.mark.parametrize("pair", OTHERS_OF_PEOPLE)
def test_people_name_things_by_figures_too(pair: str) -> None:
    one, other = pair.split("|")
    assert of_person(one) != of_person(other)


@pytest.mark.parametrize("pair", SAME_OF_PEOPLE)
def test_what_people_measure_tells_nothing_apart(pair: str) -> None:
    one, other = pair.split("|")
    assert of_person(one) == of_person(other)
