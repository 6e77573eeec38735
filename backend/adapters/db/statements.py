"""The SQL that reads a case whole in one round trip, and the queues. Writing is done with tables.py's constructs."""

from sqlalchemy import text

_PHOTO = """json_build_object(
            'id', p.id, 'slot_key', p.slot_key, 'part_key', p.part_key, 'kind', p.kind, 'state', p.state,
            'content_type', p.content_type, 'declared_bytes', p.declared_bytes,
            'declared_sha256', p.declared_sha256, 'round', p.round, 'created_at', p.created_at,
            'incoming_key', p.incoming_key, 'image_key', p.image_key, 'thumbnail_key', p.thumbnail_key,
            'sha256', p.sha256, 'bytes', p.bytes, 'width', p.width, 'height', p.height, 'ready_at', p.ready_at,
            'coach', p.coach, 'turn', p.turn,
            'perceptual_hash', p.perceptual_hash)"""

# One row with everything that hangs on the case. A replaced photo is history and is not loaded,
# but for the ones that the clerk had before her when she returned the case last.
_CASE = f"""
SELECT c.id, c.applicant_id, c.state, c.version, c.round, c.number, c.answers, c.planned_items, c.signature,
       c.commitment_version, c.policy_hash, c.evaluation, c.submitted_at, c.review_due_on, c.correction_note,
       c.corrected_at, c.returns, c.return_request,
       c.mended, c.clerk_opinion, c.supervisor_opinion, c.confirmed_age_months, c.closing_reason,
       c.changed_by, c.changed_at, c.created_at,
       (SELECT json_build_object(
            'authorisation_id', h.id, 'id', h.helper_id, 'name', h.helper_name_masked,
            'applicant_name', h.applicant_name_masked)
          FROM case_authorisations l JOIN authorisations h ON h.id = l.authorisation_id
         WHERE l.case_id = c.id AND h.state = 'active') AS helper,
       (SELECT json_build_object('sitting_id', t.id, 'clerk_id', t.staff_id)
          FROM counter_sittings t WHERE t.case_id = c.id AND t.ended_at IS NULL) AS sitting,
       (SELECT json_agg({_PHOTO}
            ORDER BY p.created_at, p.id)
          FROM photos p WHERE p.case_id = c.id AND p.state <> 'replaced') AS photos,
       (SELECT json_agg({_PHOTO})
          FROM (SELECT DISTINCT ON (h.slot_key, h.part_key) h.* FROM photos h
                 WHERE h.case_id = c.id AND h.ready_at <= c.corrected_at
                 ORDER BY h.slot_key, h.part_key, h.ready_at DESC) p
         WHERE p.state = 'replaced') AS returned_photos,
       (SELECT json_agg(to_json(m) ORDER BY m.position) FROM photo_marks m WHERE m.case_id = c.id) AS marks,
       (SELECT json_agg(json_build_object(
            'slot_key', a.slot_key, 'reason', a.reason, 'at', a.at, 'decided', a.decided) ORDER BY a.at)
          FROM absences a WHERE a.case_id = c.id) AS absences,
       (SELECT json_agg(json_build_object(
            'slot_key', d.slot_key, 'round', d.round, 'kind', d.kind, 'reason', d.reason,
            'promised_on', d.promised_on, 'suggested_kind', d.suggested_kind, 'suggested_slot', d.suggested_slot,
            'reached', d.reached, 'call_again_on', d.call_again_on, 'by_id', d.by_id, 'by_name', d.by_name,
            'at', d.at) ORDER BY d.id)
          FROM absence_decisions d WHERE d.case_id = c.id) AS absence_decisions,
       (SELECT json_agg(json_build_object(
            'slot_key', m.slot_key, 'state', m.state, 'version', m.version, 'reason', m.reason,
            'granted_on', m.granted_on, 'promised_on', m.promised_on, 'remind_on', m.remind_on, 'by_id', m.by_id,
            'by_name', m.by_name, 'granted_at', m.granted_at, 'extended_reason', m.extended_reason,
            'extended_at', m.extended_at, 'given_at', m.given_at, 'settled_at', m.settled_at,
            'fail_reason_code', m.fail_reason_code, 'fail_note', m.fail_note, 'reminded', m.reminded)
            ORDER BY m.promised_on, m.slot_key)
          FROM promises m WHERE m.case_id = c.id) AS promises,
       (SELECT json_agg(json_build_object(
            'subject', j.subject, 'round', j.round, 'verdict', j.verdict, 'reason_code', j.reason_code,
            'note', j.note, 'by_id', j.by_id, 'by_name', j.by_name, 'at', j.at) ORDER BY j.round)
          FROM judgements j WHERE j.case_id = c.id) AS judgements,
       (SELECT json_agg(json_build_object(
            'key', k.key, 'found', k.found, 'note', k.note, 'by_id', k.by_id, 'by_name', k.by_name, 'at', k.at))
          FROM checks k WHERE k.case_id = c.id) AS checks,
       (SELECT json_agg(json_build_object(
            'rule_key', s.rule_key, 'round', s.round, 'kind', s.kind, 'note', s.note, 'by_id', s.by_id,
            'by_name', s.by_name, 'at', s.at) ORDER BY s.round)
          FROM rule_settlements s WHERE s.case_id = c.id) AS settlements,
       (SELECT json_agg(json_build_object(
            'id', i.id, 'code', i.code, 'department', i.department, 'filing', i.filing, 'state', i.state,
            'version', i.version, 'limit_working_days', i.limit_working_days, 'routed_at', i.routed_at,
            'due_on', i.due_on, 'due_provisional', i.due_provisional, 'officer_id', i.officer_id,
            'officer_name', i.officer_name, 'accepted_at', i.accepted_at, 'decided_at', i.decided_at,
            'outcome', i.outcome, 'reason', i.reason) ORDER BY i.code)
          FROM items i WHERE i.case_id = c.id) AS items
  FROM cases c
"""  # noqa: S608 - put together of constants

READ_CASE = text(_CASE + " WHERE c.id = :case_id")
# Locked before it is read: one statement that does both would show what hangs on the case as it was before the wait.
LOCK_CASE = text("SELECT id FROM cases WHERE id = :case_id FOR NO KEY UPDATE")
CASE_OF_ITEM = text("SELECT case_id FROM items WHERE id = :item_id")

OPEN_CASE_OF = text("""
SELECT id FROM cases WHERE applicant_id = :applicant_id AND state NOT IN ('completed', 'withdrawn', 'refused')
 ORDER BY created_at DESC LIMIT 1
""")

OPEN_CASE_OF_ID_NUMBER = text("""
SELECT id FROM cases WHERE id_number_index = :id_number_index AND state NOT IN ('completed', 'refused', 'withdrawn')
 ORDER BY (state = 'draft'), created_at DESC LIMIT 1
""")
# Two clerks who type the same number at once come one after the other.
ID_NUMBER_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(encode(:id_number_index, 'hex'), 7301867))")

# The index on promises that are still owed is by day; how few they are makes the order by case cheap.
OWING = text("""
SELECT DISTINCT case_id FROM promises
 WHERE state = 'open' AND case_id > :after
   AND (reminded < 1 AND remind_on <= :today OR reminded < 2 AND promised_on <= :today)
 ORDER BY case_id LIMIT :limit
""")

# A person has one draft at most, and the index on drafts is by person.
DRAFTS_AFTER = text("""
SELECT id AS case_id, applicant_id FROM cases WHERE state = 'draft' AND applicant_id > :after
 ORDER BY applicant_id LIMIT :limit
""")

TAKE_CLAIM = text("""
INSERT INTO claims (case_id, staff_id, staff_name, claimed_at, expires_at)
VALUES (:case_id, :staff_id, :staff_name, :at, :expires_at)
ON CONFLICT (case_id) DO UPDATE
   SET staff_id = excluded.staff_id, staff_name = excluded.staff_name, expires_at = excluded.expires_at,
       claimed_at = CASE WHEN claims.staff_id = excluded.staff_id THEN claims.claimed_at ELSE excluded.claimed_at END
 WHERE claims.staff_id = excluded.staff_id OR claims.expires_at <= :at
RETURNING case_id, staff_id, staff_name, claimed_at, expires_at
""")

LIVE_CLAIM = text("""
SELECT case_id, staff_id, staff_name, claimed_at, expires_at FROM claims
 WHERE case_id = :case_id AND expires_at > :at
""")

NEXT_WAITING = text("""
SELECT c.id FROM cases c
 WHERE c.state IN ('submitted', 'in_review')
   AND NOT EXISTS (SELECT FROM claims l WHERE l.case_id = c.id AND l.expires_at > :at)
 ORDER BY c.review_due_on, c.submitted_at, c.id
 LIMIT 1 FOR NO KEY UPDATE OF c SKIP LOCKED
""")

DONE_SINCE = text("""
SELECT 1 FROM audit_links WHERE case_id = :case_id AND actor_id = :actor_id AND action = :action AND at > :since LIMIT 1
""")
LAST_LINK = text("SELECT seq, digest FROM audit_links WHERE case_id = :case_id ORDER BY seq DESC LIMIT 1")
# Looks are appended without the case's row lock, so the chain has a lock of its own, held to the end.
CHAIN_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:case_id, 7301866))")
