"""Sealed plans, the proposals that show them, and people's decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from bot.model import Decision, Param, Plan, Proposal, ProposalState, Reading
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id

_READINGS = TypeAdapter(tuple[Reading, ...])
_PARAMS = TypeAdapter(tuple[Param, ...])


@dataclass(frozen=True)
class Decided:
    """What one person said to a proposal of this runbook."""

    proposal: str
    subject: str  # the id of the alert that it was about, or of the request
    runbook: str
    decision: Decision


def _decision(row: Row) -> Decision:
    return Decision(row["person"], bool(row["approve"]), row["reason"], to_time(row["at"]), bool(row["emergency"]))


class Proposals:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def propose(
        self, subject: str, plan: Plan, params: Sequence[Param], asked_by: str, authority: str, now: datetime
    ) -> Proposal:
        """A new proposal, whose checks have yet to run. Earlier open ones for the subject are superseded."""
        proposal_id = new_id("proposal")
        with self._driver.atomic():
            self._driver.execute(
                "UPDATE proposals SET state = 'superseded' "
                "WHERE subject = :subject AND state IN ('checking', 'waiting')",
                {"subject": subject},
            )
            self._driver.execute(
                "INSERT INTO plans (hash, body) VALUES (:hash, :body) ON CONFLICT DO NOTHING",
                {"hash": plan.hash, "body": plan.to_json()},
            )
            self._driver.execute(
                "INSERT INTO proposals (id, subject, plan, params, state, asked_by, authority, created) "
                "VALUES (:id, :subject, :plan, :params, 'checking', :asked_by, :authority, :now)",
                {
                    "id": proposal_id,
                    "subject": subject,
                    "plan": plan.hash,
                    "params": _PARAMS.dump_json(tuple(params)).decode(),
                    "asked_by": asked_by,
                    "authority": authority,
                    "now": to_text(now),
                },
            )
        proposal = self.find_proposal(proposal_id)
        assert proposal is not None  # noqa: S101  # written above
        return proposal

    def offer(self, id: str, evidence: Sequence[Reading], expires: datetime) -> bool:
        """The checks ended: the evidence is on the card and people may decide until `expires`. False: too late."""
        return bool(
            self._driver.execute(
                "UPDATE proposals SET state = 'waiting', evidence = :evidence, expires = :expires "
                "WHERE id = :id AND state = 'checking' RETURNING id",
                {"id": id, "evidence": _READINGS.dump_json(tuple(evidence)).decode(), "expires": to_text(expires)},
            )
        )

    def decide(self, id: str, decision: Decision) -> bool:
        """Writes one person's decision while the proposal waits. False: it no longer waits, or the person has decided.

        Only an approval in an emergency may still follow a plain one.

        One conditional write, so that of two clicks at once only one counts.
        """
        return bool(
            self._driver.execute(
                "INSERT INTO decisions (proposal, person, approve, reason, at, emergency) "
                "SELECT id, :person, :approve, :reason, :at, :emergency FROM proposals "
                "WHERE id = :id AND state = 'waiting' AND expires > :at ON CONFLICT (proposal, person) DO UPDATE "
                "SET reason = excluded.reason, at = excluded.at, emergency = 1 "
                "WHERE decisions.emergency = 0 AND excluded.emergency = 1 RETURNING proposal",
                {
                    "id": id,
                    "person": decision.person,
                    "approve": int(decision.approve),
                    "reason": decision.reason,
                    "at": to_text(decision.at),
                    "emergency": int(decision.emergency),
                },
            )
        )

    def close_proposal(self, id: str, state: ProposalState) -> bool:
        """From open to `state`, once. False: it was closed before."""
        return bool(
            self._driver.execute(
                "UPDATE proposals SET state = :state WHERE id = :id AND state IN ('checking', 'waiting') RETURNING id",
                {"id": id, "state": state},
            )
        )

    def find_proposal(self, id: str) -> Proposal | None:
        return self._one("WHERE proposals.id = :id", {"id": id})

    def latest_proposal(self, subject: str) -> Proposal | None:
        return self._one("WHERE subject = :id ORDER BY proposals.id DESC LIMIT 1", {"id": subject})

    def proposals_of(self, subject: str) -> list[Proposal]:
        """All of an alert or a request, oldest first."""
        return self._many("WHERE subject = :id ORDER BY proposals.id", {"id": subject})

    def open_proposals(self) -> list[Proposal]:
        return self._many("WHERE state IN ('checking', 'waiting') ORDER BY proposals.id", {})

    def decided_between(self, start: datetime, end: datetime) -> list[Decided]:
        """What people decided from `start` until before `end`, in that order."""
        rows = self._driver.query(
            "SELECT decisions.*, subject, json_extract(plans.body, '$.runbook') AS runbook FROM decisions "
            "JOIN proposals ON proposals.id = decisions.proposal JOIN plans ON plans.hash = proposals.plan "
            "WHERE at >= :start AND at < :end ORDER BY at, proposal, person",
            {"start": to_text(start), "end": to_text(end)},
        )
        return [Decided(row["proposal"], row["subject"], row["runbook"], _decision(row)) for row in rows]

    def _one(self, where: str, params: dict[str, str]) -> Proposal | None:
        found = self._many(where, params)
        return found[0] if found else None

    def _many(self, where: str, params: dict[str, str]) -> list[Proposal]:
        rows = self._driver.query(
            f"SELECT proposals.*, plans.body FROM proposals JOIN plans ON plans.hash = proposals.plan {where}",  # noqa: S608
            params,
        )
        return [self._proposal(row) for row in rows]

    def _proposal(self, row: Row) -> Proposal:
        decisions = self._driver.query(
            "SELECT * FROM decisions WHERE proposal = :id ORDER BY at, person", {"id": row["id"]}
        )
        return Proposal(
            id=row["id"],
            subject=row["subject"],
            plan=Plan.from_json(row["body"]),
            params=_PARAMS.validate_python(json.loads(row["params"])),
            state=ProposalState(row["state"]),
            asked_by=row["asked_by"],
            created=to_time(row["created"]),
            expires=to_time_or_none(row["expires"]),
            evidence=_READINGS.validate_json(row["evidence"]),
            decisions=tuple(_decision(each) for each in decisions),
            authority=row["authority"],
        )
