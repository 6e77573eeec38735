"""The document says what the service does: the whole story over HTTP is held against it, and the document itself."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from uuid import UUID, uuid4

import requests
from openapi_spec_validator import validate

from backend.domain.actors import Actor
from tests import pictures
from tests.api.tabs import Document, Tab, Tabs, json_of
from tests.authorising import DAUGHTER, PHONE, Family, code_of
from tests.builders import Town, View, a_small_photo
from tests.domain.examples import answers

FILING, REVIEW, ITEMS = "/api/filing/cases", "/api/review/cases", "/api/departments/items"
ASKED = "/api/filing/authorisations"
# Signing in and the list of staff are tried in test_identity.py, the counter in test_counter.py.
TRIED_ELSEWHERE = ("/api/identity/", "/api/counter/", "/api/shoot", "/api/filing/joining")


def test_the_document_is_valid(document: Document) -> None:
    validate(document.app.extensions["api"].spec.to_dict())


# ── the whole story, each answer held against the document by the tab it comes to ────────────


def files_and_answers(tab: Tab, town: Town) -> View:
    """From the consents to the last photo; one slot she has nothing for."""
    guide = tab.view("/api/guide")
    tab.view("/api/guide/areas")
    tab.view("/api/estimate?birth_month=1976-03&category=female_50&contribution_months=312")
    consents = {each["key"]: each["version"] for each in guide["consents"]}
    notice = guide["notice"]["version"]
    view = json_of(tab.send("POST", FILING, {"consents": consents, "notice_version": notice}))
    while page := view["open_page"]:
        keys = [q["key"] for each in view["pages"] if each["key"] == page for q in each["questions"]]
        given = {"answers": {key: answers()[key] for key in keys}}
        view = tab.change("PUT", f"{FILING}/{view['id']}/answers/{page}", given, version=view["version"])
    first, *rest = [slot for slot in view["slots"] if slot["status"] == "open"]
    photographs(tab, view, first)
    town.give_every_photo({**view, "slots": [slot for slot in rest if slot["key"] != "portrait"]})
    tab.send("POST", f"{FILING}/{view['id']}/absences", {"slot_key": "portrait", "reason": "找不到了"})
    return dict(tab.view(f"{FILING}/{view['id']}"))


def photographs(tab: Tab, view: View, slot: View) -> None:
    """Sends every part of a slot, and looks at it; takes the last one back and sends it again."""
    for part in slot["parts"]:
        slot = sends(tab, view, slot["key"], part["key"])
    photo = next(part["photo"] for part in slot["parts"] if part["photo"])
    for path in (photo["image_path"], photo["thumbnail_path"]):
        assert tab.get(path).content_type == "image/jpeg"
    key = slot["parts"][0]["key"]
    json_of(tab.send("DELETE", f"{FILING}/{view['id']}/photos/{photo['id']}"))
    sends(tab, view, slot["key"], key)


def sends(tab: Tab, view: View, slot_key: str, part_key: str) -> View:
    photo = a_small_photo(part_key)
    file = {"content_type": "image/jpeg", "bytes": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}
    ticket = json_of(
        tab.send("POST", f"{FILING}/{view['id']}/photos", {"slot_key": slot_key, "part_key": part_key, **file})
    )
    assert requests.post(ticket["url"], ticket["fields"], files={"file": photo}, timeout=20).ok
    where = f"{FILING}/{view['id']}/photos/{ticket['photo_id']}/completion"
    slot: View = json_of(tab.send("POST", where, Idempotency_Key=uuid4().hex))
    return slot


def signs_and_submits(tab: Tab, case_id: str) -> View:
    view = tab.view(f"{FILING}/{case_id}")
    drawn = {"png_base64": base64.b64encode(pictures.signature()).decode(), "strokes": 5}
    signed = tab.change("PUT", f"{FILING}/{case_id}/signature", drawn, version=view["version"])
    commitment = {"commitment_version": tab.view("/api/guide")["commitment"]["version"]}
    return dict(tab.change("POST", f"{FILING}/{case_id}/submission", commitment, version=signed["version"]))


def judges(tab: Tab, view: View, failing: str = "") -> View:
    """A verdict on everything that waits for one; what she does not have is asked by phone, and waived by a day."""
    where = f"{REVIEW}/{view['id']}/absences/portrait"
    if view["absences_open"]:
        call = {"reached": False, "note": "没人接", "call_again_on": "2026-11-25"}
        view = json_of(tab.send("POST", f"{where}/calls", call, Idempotency_Key=uuid4().hex))
        waived = {"kind": "waived", "reason": "照片可以后补", "promised_on": "2026-12-08"}
        view = tab.change("PUT", f"{where}/decision", waived, version=view["version"])
    open_ones = [each["subject"] for each in (*view["fields"], *view["slots"]) if each["needs_judgement"]]
    verdicts: list[dict[str, Any]] = [{"subject": subject, "verdict": "pass"} for subject in open_ones]
    for verdict in verdicts:
        if verdict["subject"] == failing:
            verdict |= {"verdict": "fail", "reason_code": "blurred"}
    path = f"{REVIEW}/{view['id']}/judgements"
    return dict(tab.change("PUT", path, {"judgements": verdicts}, version=view["version"]))


def looks_closely(clerk: Tab, view: View, photo: View) -> View:
    """The clerk fetches a photo ahead and then looks, sees what was read, turns it and draws on it."""
    where = f"{REVIEW}/{view['id']}"
    path = f"{where}/photos/{photo['id']}"
    assert clerk.get(f"{path}/image?ahead=true").content_type == "image/jpeg"
    assert clerk.send("POST", f"{path}/looks").status_code == 204
    assert clerk.get(f"{path}/crop?left=0.1&top=0.1&right=0.5&bottom=0.3").content_type == "image/jpeg"
    clerk.view(f"{where}/readings")
    json_of(clerk.send("PUT", f"{path}/turn", {"degrees": 90}))
    ends = {"from": {"x": 0.1, "y": 0.1}, "to": {"x": 0.4, "y": 0.3}}
    marks = [{"id": str(uuid4()), "shape": "box", **ends, "reason_code": "blurred", "note": None}]
    return dict(clerk.change("PUT", f"{path}/marks", {"marks": marks}, version=view["version"]))


def returned_once(tabs: Tabs, case_id: str) -> None:
    """The clerk takes the next case, finds one photo blurred and returns it; she mends it and submits again."""
    clerk, where = tabs.clerk, f"{REVIEW}/{case_id}"
    assert clerk.view(REVIEW)["cases"][0]["id"] == case_id
    json_of(clerk.send("POST", "/api/review/claims", Idempotency_Key=uuid4().hex))
    view = clerk.view(where)
    photo = next(part["photo"] for slot in view["slots"] for part in slot["parts"] if part["photo"])
    for path in (photo["image_path"], photo["thumbnail_path"]):
        assert clerk.get(path).content_type == "image/jpeg"
    json_of(clerk.send("POST", f"{where}/looks", {"field": "all", "reason": "核对"}))
    judges_what_was_noticed(tabs, case_id)
    judged = judges(clerk, looks_closely(clerk, view, photo), failing="slot:id_card")
    tabs.town.clock.move(minutes=5)
    clerk.change("POST", f"{where}/return", {"note": "请重拍"}, version=judged["version"])
    tabs.town.clock.move(minutes=5)
    tabs.her.view("/api/filing/home")
    slot = next(slot for slot in tabs.her.view(f"{FILING}/{case_id}")["slots"] if slot["key"] == "id_card")
    photographs(tabs.her, {"id": case_id}, slot)
    signs_and_submits(tabs.her, case_id)


def waits_and_is_reviewed(tabs: Tabs, case_id: str) -> None:
    """A check stands in the way and is cleared; accepted with an age of her own, sent back once, and approved."""
    clerk, supervisor, where = tabs.clerk, tabs.supervisor, f"{REVIEW}/{case_id}"
    json_of(clerk.send("POST", f"{where}/claim", Idempotency_Key=uuid4().hex))
    json_of(clerk.send("PUT", f"{where}/claim"))
    view = judges(clerk, clerk.view(where))
    checks = {check["key"]: {"found": check["key"] == "transfer_pending"} for check in view["checks"]}
    body = {"checks": checks, "confirmed_age_months": view["age"]["statutory_age_months"] + 1}
    view = clerk.change("PUT", f"{where}/checks", body, version=view["version"])
    view = clerk.change("POST", f"{where}/hold", version=view["version"])
    tabs.her.view(f"{FILING}/{case_id}")
    view = clerk.change("POST", f"{where}/resolution", {"note": "已转入"}, version=view["version"])
    view = settles(clerk, view)
    view = clerk.change("POST", f"{where}/acceptance", {"opinion": "同意受理"}, version=view["version"])
    view = supervisor.change("POST", f"{where}/sending-back", {"reason": "再核年龄"}, version=view["version"])
    json_of(clerk.send("POST", f"{where}/claim", Idempotency_Key=uuid4().hex))
    view = clerk.change("POST", f"{where}/acceptance", {"opinion": "同意受理"}, version=view["version"])
    supervisor.change("POST", f"{where}/approval", {"opinion": "同意办理"}, version=view["version"])


def settles(clerk: Tab, view: View) -> View:
    """Everything that the policy leaves to the clerk, or that she goes against."""
    for check in view["rule_checks"]:
        if check["is_open"]:
            body = {"kind": check["to_settle"], "note": "对照职工档案核实"}
            where = f"{REVIEW}/{view['id']}/rule-checks/{check['key']}/settlement"
            view = clerk.change("PUT", where, body, version=view["version"])
    return view


def uploads_a_result(tab: Tab, item_id: str) -> str:
    """Returns the result's id."""
    pdf = pictures.result_pdf()
    file = {"content_type": "application/pdf", "bytes": len(pdf), "sha256": hashlib.sha256(pdf).hexdigest()}
    ticket = json_of(tab.send("POST", f"{ITEMS}/{item_id}/results", {"name": "退休证明.pdf", **file}))
    assert requests.post(ticket["url"], ticket["fields"], files={"file": pdf}, timeout=20).ok
    where = f"{ITEMS}/{item_id}/results/{ticket['result_id']}"
    json_of(tab.send("POST", f"{where}/completion", Idempotency_Key=uuid4().hex))
    assert tab.get(where).get_data() == pdf
    return str(ticket["result_id"])


def decides(tab: Tab, item_id: str) -> str | None:
    """Accepts, looks, uploads one result too many, decides. Returns the result that is left."""
    view = tab.change("POST", f"{ITEMS}/{item_id}/acceptance", version=1)
    json_of(tab.send("POST", f"{ITEMS}/{item_id}/looks", {"field": "all", "reason": "核对"}))
    for photo in [part["photo"] for slot in view["slots"] for part in slot["parts"] if part["photo"]][:1]:
        assert tab.get(photo["image_path"]).content_type == "image/jpeg"
        assert tab.get(photo["thumbnail_path"]).content_type == "image/jpeg"
    kept, removed = uploads_a_result(tab, item_id), uploads_a_result(tab, item_id)
    json_of(tab.send("DELETE", f"{ITEMS}/{item_id}/results/{removed}"))
    version = tab.view(f"{ITEMS}/{item_id}")["version"]
    tab.change("POST", f"{ITEMS}/{item_id}/decision", {"outcome": "granted"}, version=version)
    return kept


def test_every_answer_of_the_whole_story_is_as_the_document_says(tabs: Tabs, town: Town, document: Document) -> None:
    document.tried.clear()
    case_id = files_and_answers(tabs.her, town)["id"]
    tabs.her.send("DELETE", f"{FILING}/{case_id}/absences/portrait")
    tabs.her.send("POST", f"{FILING}/{case_id}/absences", {"slot_key": "portrait", "reason": "没有"})
    answers_what_was_noticed(tabs.her, case_id)
    signs_and_submits(tabs.her, case_id)
    returned_once(tabs, case_id)
    returned_again(tabs, case_id)
    waits_and_is_reviewed(tabs, case_id)

    brings_what_she_promised(tabs, case_id)
    result_id = ""
    for department in ("social_security", "medical_insurance", "health"):
        officer = tabs.officer(department)
        for row in officer.view(f"{ITEMS}?state=routed")["items"]:
            result_id = decides(officer, row["id"]) or result_id
    assert tabs.her.get(f"{FILING}/{case_id}/results/{result_id}?inline=1").content_type == "application/pdf"
    fund = town.items_of(case_id)["housing_fund"]
    tabs.her.change("POST", f"{FILING}/{case_id}/items/{fund}/report", version=1)
    finished = tabs.her.view(f"{FILING}/{case_id}")
    opens_the_documents(tabs, town, case_id)
    proves_the_evidence(tabs, town)
    for path in ("overview", "items?state=decided", "repeat-returns", "promises", f"cases/{case_id}/audit"):
        tabs.oversight.view(f"/api/supervision/{path}")
    given_up_and_refused(tabs, town)
    publishes_the_guide(tabs, town)
    leaves_a_date(tabs)
    helps_him(tabs, town)

    assert finished["state"] == "completed"
    assert never_tried(document) == []


def answers_what_was_noticed(tab: Tab, case_id: str) -> None:
    """The same drawing was sent for many papers: she says of one that it is right so."""
    tab.view(f"{FILING}/{case_id}/card")
    [noticed, *_] = tab.view(f"{FILING}/{case_id}/findings")["findings"]
    json_of(tab.send("PUT", f"{FILING}/{case_id}/findings/{noticed['key']}/dismissal"))


def judges_what_was_noticed(tabs: Tabs, case_id: str) -> None:
    """The clerk says of one that the machine was wrong, and the report counts it."""
    [noticed, *_] = tabs.clerk.view(f"{REVIEW}/{case_id}/findings")["findings"]
    json_of(tabs.clerk.send("PUT", f"{REVIEW}/{case_id}/findings/{noticed['key']}/verdict", {"right": False}))
    tabs.supervisor.view("/api/findings/accuracy")


def returned_again(tabs: Tabs, case_id: str) -> None:
    """Another photo turns out wrong: the supervisor agrees to a second return, and she mends it."""
    clerk, where = tabs.clerk, f"{REVIEW}/{case_id}"
    json_of(clerk.send("POST", f"{where}/claim", Idempotency_Key=uuid4().hex))
    judged = judges(clerk, clerk.view(where), failing="slot:id_card")
    why = {"reason": "反面少了一角", "why_not_before": "第一次只看出模糊"}
    asked = clerk.change("POST", f"{where}/return-request", why, version=judged["version"])
    tabs.town.clock.move(minutes=5)
    tabs.supervisor.change("POST", f"{where}/return", {"note": ""}, version=asked["version"])
    tabs.town.clock.move(minutes=5)
    slot = next(slot for slot in tabs.her.view(f"{FILING}/{case_id}")["slots"] if slot["key"] == "id_card")
    photographs(tabs.her, tabs.her.view(f"{FILING}/{case_id}"), slot)
    signs_and_submits(tabs.her, case_id)


def brings_what_she_promised(tabs: Tabs, case_id: str) -> None:
    """The day is put off once; she brings the paper, and the window looks at it."""
    clerk, where = tabs.clerk, f"{REVIEW}/{case_id}/promises/portrait"
    later = {"promised_on": "2026-12-10", "reason": "照相馆没有开门"}
    clerk.change("PUT", f"{where}/extension", later, version=1)
    sends(tabs.her, {"id": case_id}, "portrait", "photo")
    clerk.change("PUT", f"{where}/verdict", {"verdict": "pass"}, version=3)


def opens_the_documents(tabs: Tabs, town: Town, case_id: str) -> None:
    """She and the clerk open the newest; a stranger with the paper in hand asks what it is."""
    where = f"{FILING}/{case_id}/documents"
    town.services.documents.make(UUID(tabs.her.view(where)["documents"][0]["id"]))
    row = tabs.her.view(where)["documents"][0]
    assert tabs.her.get(f"{row['path']}?save=1").headers["Content-Disposition"].startswith("attachment")
    assert tabs.her.get(f"{row['path']}/pages/1").content_type == "image/png"
    [told, *_] = tabs.clerk.view(f"{REVIEW}/{case_id}/documents")["documents"]
    looked = tabs.clerk.send("POST", f"{told['path']}/looks", {"reason": "打印"})
    assert looked.content_type == "application/pdf"
    assert tabs.stranger.view(f"/api{row['verify_path']}")["sha256"] == row["sha256"]


def proves_the_evidence(tabs: Tabs, town: Town) -> None:
    """The administrator reads what is broken, here documents that were never made, and closes one."""
    town.services.proofs.prove()
    found = tabs.administrator.view("/api/incidents")["incidents"]
    where = f"/api/incidents/{found[0]['id']}/closure"
    left = tabs.administrator.change("POST", where, {"note": "已经查清"}, version=found[0]["version"])
    assert left["open"] == len(found) - 1


def leaves_a_date(tabs: Tabs) -> None:
    """Somebody asks to be told when he may file, looks, and thinks better of it."""
    stated = {"birth_month": "1970-08", "category": "male", "contribution_months": 300}
    json_of(tabs.her.send("PUT", "/api/reminders/filing_opens", stated))
    assert len(tabs.her.view("/api/reminders")["reminders"]) == 1
    assert tabs.her.send("DELETE", "/api/reminders/filing_opens").status_code == 204


def given_up_and_refused(tabs: Tabs, town: Town) -> None:
    """One case she takes back, one the clerk lets go and then refuses."""
    version = tabs.her.view(f"{FILING}/{town.a_new_draft()['id']}")["version"]
    draft = town.a_new_draft()
    tabs.her.change("POST", f"{FILING}/{draft['id']}/withdrawal", {"reason": ""}, version=version)
    view = town.a_claimed_case()
    assert tabs.clerk.send("DELETE", f"{REVIEW}/{view['id']}/claim").status_code == 204
    json_of(tabs.clerk.send("POST", f"{REVIEW}/{view['id']}/claim", Idempotency_Key=uuid4().hex))
    refusal = {"reason": "不在本区参保"}
    tabs.clerk.change("POST", f"{REVIEW}/{view['id']}/refusal", refusal, version=view["version"])


def helps_him(tabs: Tabs, town: Town) -> None:
    """Two people authorise each other in every way there is; the clerk looks at the document and at the phone."""
    family = Family(town)
    father, daughter = tabs.of(town.another_applicant(40)), tabs.of(family.daughter)
    terms = daughter.view("/api/filing/authorisation-terms")["version"]
    names = {"relation": "child", "applicant_name": answers()["name"], "helper_name": DAUGHTER}
    hers = {"helper": {"phone": PHONE, "terms_version": terms}}
    given = family.his()
    drawn = {"png_base64": base64.b64encode(given.signature_png).decode(), "strokes": 5, "terms_version": terms}
    his = {"applicant": {**drawn, "consents": dict(given.consents), "notice_version": given.notice_version}}

    asked = json_of(daughter.send("POST", f"{ASKED}/by-helper", names | hers, Idempotency_Key=uuid4().hex))
    asked = daughter.change("POST", f"{ASKED}/{asked['id']}/link", version=asked["version"])
    code = {"code": code_of(asked)}
    json_of(father.send("POST", "/api/filing/invitation", code))
    active = json_of(father.send("POST", "/api/filing/invitation/applicant-confirmation", code | his))
    case_id = json_of(daughter.send("POST", f"{ASKED}/{active['id']}/case"))["id"]
    assert father.get(f"{ASKED}/{active['id']}/document").content_type == "application/pdf"
    daughter.view("/api/filing/home")
    hand_in(town, case_id, family.daughter)
    staff = f"{REVIEW}/{case_id}/authorisations/{active['id']}"
    assert tabs.clerk.get(f"{staff}/document").content_type == "application/pdf"
    json_of(tabs.clerk.send("POST", f"{staff}/looks", {"reason": "联系代办人"}))
    tabs.clerk.view(f"{REVIEW}/{case_id}")
    version = father.view(f"{ASKED}/{active['id']}")["version"]
    father.change("POST", f"{ASKED}/{active['id']}/revocation", version=version)

    asked = json_of(father.send("POST", f"{ASKED}/by-applicant", names | his, Idempotency_Key=uuid4().hex))
    json_of(daughter.send("POST", "/api/filing/invitation/helper-confirmation", {"code": code_of(asked)} | hers))
    again = json_of(daughter.send("POST", f"{ASKED}/by-helper", names | hers, Idempotency_Key=uuid4().hex))
    assert father.send("POST", "/api/filing/invitation/refusal", {"code": code_of(again)}).status_code == 204


def hand_in(town: Town, case_id: str, helper: Actor) -> None:
    """Everything that is left, as the helper."""
    view = town.services.filing.view(helper, UUID(case_id))
    while page := view["open_page"]:
        view = town.answer(view, page, helper, **answers())
    town.give_every_photo(view)
    town.submit(town.sign(view, helper), helper)


def publishes_the_guide(tabs: Tabs, town: Town) -> None:
    """Anyone reads and prints the guide; the administrator looks at what changed, prints and publishes it."""
    town.publish_an_older_guide()
    five = "birth_month=1976-03&category=male&retirement_type=normal&wants_only_child_reward=yes&has_housing_fund=no"
    for path in ("service", "service.pdf", f"precheck?{five}", f"precheck.pdf?{five}"):
        assert tabs.stranger.get(f"/api/guide/{path}").status_code == 200
    where = "/api/guide/publication"
    version = tabs.administrator.view(where)["number"]
    for path in ("preview.pdf", f"versions/{version}.pdf"):
        assert tabs.administrator.get(f"{where}/{path}").status_code == 200
    tabs.administrator.change("POST", where, {"note": "改了名称"}, version=version)


def never_tried(document: Document) -> list[str]:
    """Operations of the document that the story did not come by."""
    every = {
        f"{method.upper()} {path}"
        for path, operations in document.spec["paths"].items()
        for method in operations
        if method in ("get", "put", "post", "delete", "patch") and not path.startswith(TRIED_ELSEWHERE)
    }
    return sorted(every - document.tried)
