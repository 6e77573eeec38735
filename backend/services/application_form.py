"""What stands on the 联办申请表 (附件3): every cell of the plan's table from one case. How it looks is in config/forms.

The wording of the table itself is the template's, as the plan has it; a box is True where it is ticked.
"""

from collections.abc import Callable, Mapping
from typing import Any

from backend.domain.actors import Role
from backend.domain.case import Case, SignatureKind
from backend.domain.materials import Slot
from backend.domain.people import Month
from backend.domain.review import Opinion
from backend.domain.rulebook import Rulebook
from backend.services.slot_views import photos_in, slot_status
from backend.services.wording import local_date

View = dict[str, Any]
AREA_LEVELS = ("province", "city", "county", "town", "village")
MARRIAGE_KINDS = frozenset({"marriage_certificate"})
ONLY_CHILD_KINDS = frozenset({"only_child_card"})
BUYOUT_KINDS = frozenset({"buyout_form"})


def application_form(case: Case, rulebook: Rulebook, helper_name: str | None = None) -> View:
    """The cells, JSON-able. The signature is named by its key in the evidence bucket and its SHA-256.

    `helper_name` is the whole name of the helper who signed, where one did.
    """
    answers = rulebook.graph.effective(case.answers)
    area = answers.get("household_area") or {}
    started = answers.get("work_started_month")
    return {
        "number": case.number,
        "name": answers.get("name", ""),
        "id_number": answers.get("id_number", ""),
        "household": {level: area.get(level, "") for level in AREA_LEVELS},
        "phone": answers.get("phone", ""),
        "retirement_type": answers.get("retirement_type", ""),
        "work_started": Month.parse(started).chinese if started else "",
        "contribution_months": answers.get("contribution_months"),
        "wants_reward": answers.get("wants_only_child_reward") == "yes",
        "materials": _materials(case, rulebook),
        "bank_name": answers.get("bank_name") or "",
        "bank_account": answers.get("bank_account") or "",
        "commitment": rulebook.consents.commitment.paragraphs[0],
        "signature": _signature(case, helper_name),
        "filings": {
            "retirement": answers.get("retirement_filing"),
            "medical": answers.get("medical_filing"),
            "only_child": answers.get("only_child_filing"),
        },
        "has_fund": answers.get("has_housing_fund") == "yes",
        "express": answers.get("delivery") == "express",
        "delivery": {
            "name": answers.get("delivery_name") or "",
            "postcode": answers.get("delivery_postcode") or "",
            "phone": answers.get("delivery_phone") or "",
            "address": answers.get("delivery_address") or "",
        },
        "clerk_opinion": _opinion(case.clerk_opinion),
        "supervisor_opinion": _opinion(case.supervisor_opinion),
    }


def _materials(case: Case, rulebook: Rulebook) -> Mapping[str, bool]:
    """Each line of 申请办理资料: whether the paper is in the file.

    One that is promised or waived (容缺受理) is not ticked before it is there.
    """
    slots = {slot.key: slot for slot in rulebook.checklist(case.answers)}

    def given(key: str, fits: Callable[[str | None], bool] = lambda _: True) -> bool:
        slot = slots.get(key)
        return slot is not None and slot_status(slot, case) == "done" and fits(_kind(slot, case))

    def not_called_for(key: str) -> bool:
        return key not in slots

    for_reward = "only_child_application" in slots
    return {
        "id_card": given("id_card"),
        "social_security_card": given("social_security_card"),
        "retirement_application": given("retirement_application"),
        "qualification_form": given("qualification_form"),
        "buyout_form": given("work_history_proof", BUYOUT_KINDS.__contains__),
        "other_work_history": given("work_history_proof", lambda kind: kind not in BUYOUT_KINDS),
        "only_child_application": given("only_child_application"),
        "both_id_cards": for_reward
        and given("id_card")
        and (given("spouse_id_card") or not_called_for("spouse_id_card")),
        "household_pages": given("household_register")
        and given("child_register")
        and (given("spouse_register") or not_called_for("spouse_register")),
        "marriage_certificate": given("marriage_certificate", MARRIAGE_KINDS.__contains__),
        "other_marriage_proof": given("marriage_certificate", lambda kind: kind not in MARRIAGE_KINDS)
        or given("divorce_certificate")
        or given("other_marriage_proof"),
        "only_child_card": given("only_child_certificate", ONLY_CHILD_KINDS.__contains__),
        "other_only_child_proof": given("only_child_certificate", lambda kind: kind not in ONLY_CHILD_KINDS),
        "portrait": given("portrait"),
        "birth_history_proof": given("birth_history_proof"),
    }


def _kind(slot: Slot, case: Case) -> str | None:
    return slot.kind or next((photo.kind for photo in photos_in(slot, case).values()), None)


def _signature(case: Case, helper_name: str | None) -> View | None:
    signature = case.signature
    if signature is None:
        return None
    return {
        "image_key": signature.image_key,
        "sha256": signature.sha256,
        "day": _day(local_date(signature.signed_at)),
        "by_helper": signature.role is Role.HELPER,
        "on_paper": signature.kind is SignatureKind.PAPER,
        "helper": helper_name,
    }


def _opinion(opinion: Opinion | None) -> View | None:
    if opinion is None:
        return None
    return {"text": opinion.text, "name": opinion.by_name, "day": _day(local_date(opinion.at))}


def _day(day: Any) -> list[int]:
    return [day.year, day.month, day.day]
