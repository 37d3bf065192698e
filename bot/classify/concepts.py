"""What an alert's words stand for: the kinds of component it can be about, and the kinds of trouble. Text, no logic.

A tool that is not listed still has its trouble's words. A word with `*` stands for all that begin so, and `a+b` for two
words next to each other. Endings do not matter: words are compared by their stems.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.classify.vocabulary import stem

COMPONENTS = {
    "database": """
        postgres* pg patroni bouncer pgbouncer pgpool odyssey mysql mariadb galera innodb percona mongo*
        mongos mssql sql+server oracle sqlserver cassandra scylla* couchdb couchbase couch cockroach* etcd
        zookeeper consul elasticsearch opensearch elastic solr clickhouse influx* timescale* neo4j dgraph
        hbase presto trino druid tidb tikv foundationdb aerospike dynamodb dynamo rds aurora bigquery
        snowflake redshift db2 hana sap firestore spanner cosmos cosmosdb arangodb meilisearch typesense
        vitess proxysql maxscale yugabyte* questdb qdrant milvus weaviate sqlite database db databas dbms
        banco replicaset oplog vacuum* wiredtiger mnesia keeper riak impala hive greenplum memsql
        singlestore gitaly praefect
    """,
    "cache": """
        redis valkey memcache* varnish squid keydb dragonfly hazelcast ignite infinispan ehcache elasticache
        sentinel cache opcache mcrouter twemproxy
    """,
    "queue": """
        kafka rabbitmq rabbit amqp nats pulsar activemq artemis sqs sns pubsub celery sidekiq resque nsq
        ibmmq mq jetstream kinesis eventhub servicebus gearman beanstalk* faktory bull strimzi debezium
        topic broker queue fila consumer producer subscription deadletter dlq message exchange bookie
        bookkeeper stream zeebe temporal emqx mosquitto mqtt postfix exim mailqueue outbox mailroom redpanda
    """,
    "kubernetes": """
        kube* k8s pod deployment daemonset statefulset replicaset replicas hpa autoscaler namespace nomad
        openshift crashloop helm+release ingress kubelet apiserver pvc cronjob rancher eks gke aks karpenter
        pdb container swarm allocation scheduler taint eviction cordon drain crd webhook knative operator
    """,
    "telemetry": """
        prometheus alertmanager thanos cortex mimir loki promtail tempo jaeger grafana victoria* vmagent
        vmalert vminsert vmselect vmstorage exporter scrape otel opentelemetry collector fluentd fluentbit
        fluent+bit fluent logstash vector telegraf statsd graphite sentry datadog mtail filebeat pushgateway
        promscale metric telemetry trace span zabbix nagios icinga opsgenie pagerduty alloy zipkin kibana
        dashboard ruler compactor ingester querier distributor rule pubsubbeat tsdb blackbox snitch sample
        synthetic+monitor watchdog deadmansswitch
    """,
    "delivery": """
        jenkins argocd argo flux fluxcd spinnaker runner github+action workflow pipeline build helm
        terraform ansible tekton drone circleci teamcity nexus artifactory registry harbor deploy* rollout
        release rollback canary sync ci cd github gitlab+ci git repository migration puppet chef kustomize
        kustomization atlantis gitops image+pull buildkite implantacao versao
    """,
    "storage": """
        ceph osd zfs minio raid smart nvme lvm openebs longhorn gluster* rook san netapp nfs volume pv
        filesystem inode drbd mdadm md btrfs s3 bucket disk drive hdfs datanode ssd pool pgs cephfs rgw
        bluestore mount partition iscsi portworx linstor powerscale isilon disco storage seaweedfs xfs ext4
        zpool block vsan datastore lun array
    """,
    "network": """
        switch router interface bgp ospf vpn wireguard ipsec cilium calico flannel nat dns coredns bind
        unbound named firewall iptables conntrack nic vlan lacp bond bonding packet bandwidth gateway subnet
        ip snmp juniper cisco eth eth0 route routing tcp udp link peer peering mesh network rede lan wan arp
        mtu optics transceiver port tunnel weave
    """,
    "proxy": """
        nginx apache haproxy traefik envoy caddy iis tomcat wildfly phpfpm php+fpm fpm gunicorn istio
        linkerd cloudflare balancer backend frontend elb alb upstream kong apisix jboss jetty website site
        url probe http https
    """,
    "machine": """
        host node server machine vm instance droplet windows linux systemd hypervisor ec2 vmware esxi
        proxmox kvm hardware system process servidor maquina
    """,
    "physical": """
        ipmi ups temperature temp fan voltage battery power psu sensor chassis edac ecc humidity thermal
        cooling rack
    """,
    "clock": "clock ntp chrony timex time+drift clock+skew skew ptp relogio",
    "identity": """
        vault keycloak ldap openldap sso saml oauth oidc token login auth authentication authn authz
        credential secret password iam okta dex falco waf siem crowdsec fail2ban user+account sealed senha
    """,
    "runtime": """
        jvm java go golang python ruby nodejs dotnet gc garbage heap goroutine thread unicorn puma
        actioncable
    """,
    "model": """
        model tensorflow triton vllm llm ollama inference prediction predict drift embedding feature+store
        feature ml mlflow kserve seldon bentoml gpu cuda recommend* classifier rag retrain* training modelo
        predicao inferencia tokenizer hallucinat* guardrail
    """,
}

TROUBLES = {
    "down": """
        down offline unreachable unresponsive dead unavailable not+running not+up absent missing disappear*
        outage crash* lost not+respond inactive no+answer power+off fora+do caiu indisponivel unhealthy
        unreach* not+reach cannot+reach no+response nothing+load availability uptime no+instance not+active
        parado queda gone
    """,
    "restart": "restart* reboot* reinici* flap* respawn* restarted bouncing",
    "latency": """
        latency slow slower slowly slowness p95 p99 p90 p50 percentile response+time duration timeout delay*
        lento lenta lentidao latencia apdex took too+long took+long request+time taking loading+time
        respond+slow
    """,
    "error": """
        error fail* exception 5xx 4xx 500 502 503 504 401 403 404 400 429 panic fault* invalid unsuccessful
        erro falha* falhando success+rate success+ratio status+code abort* reject*
    """,
    "cpu": "cpu processor load+average steal iowait cores processador vcpu context+switch runqueue",
    "memory": """
        memory mem oom swap heap rss maxmemory memoria garbage gc slab ram paging major+fault leak
        buffer+pool evicting+memory
    """,
    "full": """
        full fill* space almost+full low+space no+space nearly+full run+out running+out free cheio cheia
        lotado espaco fullness usage used utilization utilisation capacity growth grow*
    """,
    "disk": """
        disk inode filesystem var srv mnt io iops fsync write+latency read+latency smart raid readonly bad+sector s3
        disco tablespace stall nvme degraded rebuild scrub device drive
    """,
    "packets": "packet drop* loss retransmit* bandwidth throughput saturat* duplex crc carrier congestion",
    "connections": """
        connection conn conexoes conexao pool max+connection too+many+connection idle+in+transaction
        client+wait
    """,
    "replication": """
        replica* replicat* standby slave master primary secondary follower leader quorum election
        split+brain failover wsrep synced raft member oplog isr under+replicated underreplicated partition
        insync
    """,
    "locks": """
        lock deadlock transaction rollback vacuum autovacuum bloat wraparound xmin query queries slow+query
        slow+log tuple index shard unassigned compaction tombstone keyspace table
    """,
    "lag": """
        lag backlog queued queue unacked unack ready+message pending deadletter piling pile+up depth
        consumer unprocessed unconsumed stuck accumulat* acumul* behind
    """,
    "hits": "hit miss evict* hit+rate hit+ratio expired+key key",
    "limits": """
        ratelimit quota limit filedescriptor fd thread worker session slot exhaust* saturat* throttl* max
        maximum pids ulimit busy concurren* budget+exceed overload too+many limite cota
    """,
    "certificate": "certificate cert tls ssl acme x509 letsencrypt ocsp certbot certificado issuer csr",
    "backup": """
        backup snapshot restore wal+archiv archiv* dump basebackup pitr velero restic barman pgbackrest
        wal+g walg recovery+point xtrabackup borg copia+de mysqldump pgdump
    """,
    "attack": """
        attack breach intrus* brute ddos unauthoriz* unauthoris* denied deny forbidden abuse audit malware
        cve vulnerab* suspicious threat exploit injection scan* phishing compromis* privilege
        leak+credential secret root+login failed+login login+fail anomalous+login bot+traffic unseal* sealed
        ataque invasao
    """,
    "reload": "reload config configuration settings misconfig*",
    "version": """
        version mismatch outdated upgrade update unapplied migration drifted out+of+sync outofsync plugin
        obsolete
    """,
    "build": """
        build test+failed last+build pipeline workflow rollout rolled sync canary release deploy
        failed+deploy progressing job+run deployment+failed smoke+test
    """,
    "scraping": """
        scrape scraping target remote+write evaluation notification notify ingest* sample series compact*
        timestamp rule tailed heartbeat alert+delivery no+data stale flush* ring discovery absent+metric
        staleness watchdog dropped+log discarded
    """,
    "scheduling": """
        pod schedul* unschedul* evict* replicas replica+mismatch crashloop notready not+ready image+pull
        imagepullbackoff pending+pod misscheduled overcommit drain cordon taint pleg waiting terminated hpa
        scale scaling autoscal* generation oomkill
    """,
    "hardware": "temperature voltage fan battery power psu ups ecc humidity sensor thermal overheat*",
    "clock": "clock ntp skew time+offset time+sync unsynchron* drift+seconds",
    "money": "cost spend billing budget invoice licen* subscription+expir expire+licen custo",
    "anomaly": "anomal* spike traffic+drop low+traffic unusual* traffic request+rate test+alert this+is+a+test",
    "quality": """
        drift accuracy quality precision recall f1 auc hallucinat* garbage ctr confidence bias stale+feature
        skew degraded+model model+load model+missing not+loaded psi prediction acuracia
    """,
    "graph": "dag airflow job task cron batch schedule nightly etl run+failed",
}


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Word or pair → kinds, and the same for beginnings of words."""
    whole: dict[str, list[str]] = {}
    begun: dict[str, list[str]] = {}
    for letter, kinds in (("c", COMPONENTS), ("t", TROUBLES)):
        for kind, written in kinds.items():
            for entry in written.split():
                if entry.endswith("*"):
                    begun.setdefault(entry[:-1], []).append(f"{letter}:{kind}")
                else:
                    key = " ".join(stem(part) for part in entry.split("+"))
                    whole.setdefault(key, []).append(f"{letter}:{kind}")
    return (
        {word: tuple(dict.fromkeys(kinds)) for word, kinds in whole.items()},
        {word: tuple(dict.fromkeys(kinds)) for word, kinds in begun.items()},
    )


def concepts_of(words: Sequence[str]) -> list[str]:
    """`c:database`, `t:locks`, …: the kinds that these words (stems) name, in their order, each once."""
    whole, begun = _lexicon()
    found: dict[str, None] = {}
    for number, word in enumerate(words):
        for kind in whole.get(word, ()):
            found[kind] = None
        for length in range(2, len(word) + 1):
            for kind in begun.get(word[:length], ()):
                found[kind] = None
        if number + 1 < len(words):
            for kind in whole.get(f"{word} {words[number + 1]}", ()):
                found[kind] = None
    return list(found)
