"""The nightly proof on a real bucket: what is whole passes, what is broken is an incident, and orphans are swept."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from backend.domain.errors import ContentRefused, ReasonMissing, StaleVersion
from backend.domain.incidents import IncidentKind
from backend.wiring import World
from tests import pictures
from tests.builders import Town, a_key


def a_whole_case(town: Town) -> UUID:
    """Handed in with a real file in every slot, a real signature, and its form made."""
    view = town.an_answered_draft(medical_filing="self", wants_only_child_reward="no")
    town.photograph_everything(view)
    case_id = UUID(view["id"])
    version = town.services.filing.view(town.applicant, case_id)["version"]
    town.services.materials.save_signature(town.applicant, case_id, version, pictures.signature())
    town.submit(town.services.filing.view(town.applicant, case_id))
    with town.store.begin() as tx:
        [document] = tx.documents.of_case(case_id)
    town.services.documents.make(document.id)
    return case_id


def change(town: Town, statement: str, **values: object) -> None:
    with town.store.engine.begin() as connection:
        connection.execute(text(statement), values)


def kinds(town: Town) -> set[IncidentKind]:
    return {row["kind"] for row in town.services.proofs.incidents()["incidents"] if row["closed_at"] is None}


def test_a_whole_case_is_proved_without_an_incident_and_every_break_becomes_one(town: Town, town_world: World) -> None:
    case_id, evidence = a_whole_case(town), town_world.evidence
    town.a_new_draft(town.another_applicant())
    whole = town.services.proofs.prove()
    with town.store.begin() as tx:
        case = tx.cases.read(case_id)
        [document] = tx.documents.of_case(case_id)
    lost, altered, bare, gone, *_ = case.photos.values()

    evidence.delete(lost.image_key or "")
    evidence.put(altered.image_key or "", b"another picture", "image/jpeg")
    evidence.delete(bare.thumbnail_key or "")
    change(town, "DELETE FROM photo_readings WHERE photo_id = :id", id=gone.id)
    change(town, "DELETE FROM photos WHERE id = :id", id=gone.id)
    change(town, "UPDATE documents SET sha256 = repeat('0', 64) WHERE id = :id", id=document.id)
    broken = town.services.proofs.prove()

    assert (whole.cases, whole.objects, whole.breaks) == (2, len(case.photos) + 2, 0)
    assert broken.breaks == 7  # the changed row of the document differs from its file and from its link
    assert kinds(town) == {
        IncidentKind.OBJECT_MISSING,
        IncidentKind.OBJECT_CHANGED,
        IncidentKind.DERIVATIVE_MISSING,
        IncidentKind.ROW_MISSING,
        IncidentKind.SLOT_EMPTY,
        IncidentKind.LINK_MISSING,
    }


def test_a_draft_its_replaced_signature_and_a_department_s_result_are_proved_too(
    town: Town, town_world: World
) -> None:
    view = town.an_answered_draft(medical_filing="self", wants_only_child_reward="no")
    case_id = UUID(view["id"])
    for name in ("王秀兰", "王秀兰又签"):
        version = town.services.filing.view(town.applicant, case_id)["version"]
        town.services.materials.save_signature(town.applicant, case_id, version, pictures.signature(name))
    draft = town.services.proofs.prove()
    first = hashlib.sha256(pictures.signature("王秀兰")).hexdigest()
    town_world.evidence.delete(f"cases/{case_id}/signature/{first}.png")

    other = town.an_approved_case(town.another_applicant())
    item_id = town.items_of(UUID(other["id"]))["retire_normal"]
    key = f"cases/{other['id']}/results/1.pdf"
    change(
        town,
        "INSERT INTO results (id, item_id, name, state, content_type, declared_bytes, declared_sha256, incoming_key,"
        " object_key, sha256, bytes, uploaded_by, uploaded_at)"
        " VALUES (:id, :item, '1.pdf', 'ready', 'application/pdf', 1, repeat('0', 64), '1', :key, repeat('0', 64), 1,"
        " '吴社保', now())",
        id=uuid4(), item=item_id, key=key,
    )
    town.services.proofs.prove()

    assert (draft.objects, draft.breaks) == (2, 0)
    subjects = {row["detail"] for row in town.services.proofs.incidents()["incidents"]}
    assert f"换下的签名：cases/{case_id}/signature/{first}.png" in subjects
    assert f"办理结果：{key}" in subjects


def test_incidents_are_read_a_page_at_a_time_open_ones_first(town: Town) -> None:
    case_id = town.a_submitted_case()
    change(
        town,
        "INSERT INTO incidents (id, kind, case_id, subject, detail, found_at, last_seen_at, closed_at, closed_by, note)"
        " SELECT gen_random_uuid(), 'slot_empty', :case, 'slot:' || n, 'x', now() - n / 3 * interval '1 day', now(),"
        " CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 2 = 0 THEN 'x' END, CASE WHEN n % 2 = 0 THEN 'x' END"
        " FROM generate_series(1, 120) AS n",
        case=case_id,
    )

    seen, cursor = [], None
    while not seen or cursor is not None:
        page = town.services.proofs.incidents(cursor)
        seen += page["incidents"]
        cursor = page["next_cursor"]

    assert len({row["id"] for row in seen}) == len(seen) == 120
    assert [row["closed_at"] is not None for row in seen] == [False] * 60 + [True] * 60
    with pytest.raises(ContentRefused):
        town.services.proofs.incidents("1~yesterday~x")


def test_an_incident_is_opened_once_and_closed_with_a_note(town: Town, town_world: World) -> None:
    case_id, administrator = a_whole_case(town), town.staff.administrator
    with town.store.begin() as tx:
        signature = tx.cases.read(case_id).signature
    assert signature is not None
    town_world.evidence.delete(signature.image_key)
    town.services.proofs.prove()
    town.clock.move(minutes=24 * 60)
    town.services.proofs.prove()
    [incident] = town.services.proofs.incidents()["incidents"]

    close, incident_id, key = town.services.proofs.close, UUID(incident["id"]), a_key()
    with pytest.raises(ReasonMissing):
        close(administrator, incident_id, 1, a_key(), "好了")
    closed = close(administrator, incident_id, 1, key, "从备份里恢复了签名")
    again = close(administrator, incident_id, 1, key, "从备份里恢复了签名")
    with pytest.raises(StaleVersion) as stale:
        close(administrator, incident_id, 1, a_key(), "再关一次看看")

    assert incident["kind"] == IncidentKind.OBJECT_MISSING
    assert incident["last_seen_at"] > incident["found_at"]
    assert (closed["open"], closed["incidents"][0]["closed_by"]) == (0, administrator.name)
    assert again == closed
    assert stale.value.facts["changed_by"] == administrator.name
    assert town.acts(case_id).count("incident_closed") == 1
    assert town.services.proofs.prove().breaks == 1  # still broken: it is opened again
    assert town.services.proofs.incidents()["open"] == 1


def test_a_run_that_was_cut_off_goes_on_behind_the_last_case(town: Town) -> None:
    town.a_submitted_case()
    with town.store.begin() as tx:
        run = tx.incidents.run_since(town.clock.now(), town.clock.now())
    change(town, "UPDATE proof_runs SET after_case = (SELECT id FROM cases), cases = 1")

    after = town.services.proofs.prove()

    assert (after.id, after.cases, after.objects) == (run.id, 1, 0)


def test_orphans_are_swept_when_they_are_a_day_old_and_nothing_that_is_referred_to(
    town: Town, town_world: World
) -> None:
    case_id, evidence = a_whole_case(town), town_world.evidence
    with town.store.begin() as tx:
        case, [document] = tx.cases.read(case_id), tx.documents.of_case(case_id)
    orphans = [
        f"cases/{case_id}/{uuid4()}/image.jpg",
        f"cases/{case_id}/documents/{uuid4()}/application_form.pdf",
        f"cases/{case_id}/signature/{'0' * 64}.png",
        f"incoming/{case_id}/{uuid4()}",
    ]
    not_ours = f"cases/{case_id}/something-else.txt"
    for key in (*orphans, not_ours):
        evidence.put(key, b"x", "image/jpeg")

    town.clock.at = max(each.changed_at for each in evidence.listed("cases/"))
    young = town.services.proofs.sweep_orphans()
    town.clock.move(minutes=24 * 60 + 1)
    town.services.proofs.sweep_orphans()

    left = {each.key for each in (*evidence.listed(f"cases/{case_id}/"), *evidence.listed(f"incoming/{case_id}/"))}
    kept = {key for photo in case.photos.values() for key in (photo.image_key, photo.thumbnail_key)}
    assert case.signature is not None
    assert young.removed == 0
    assert not left & set(orphans)
    assert {*kept, case.signature.image_key, document.key, document.page_key(1), not_ours} <= left
