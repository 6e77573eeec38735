"""What a case's answers say of her retirement and her 医保, as the rules want it."""

from datetime import date

from backend.domain.answers import Answers, id_number_of
from backend.domain.medical import MedicalMonths
from backend.domain.people import Month, Sex
from backend.domain.policy import Category
from backend.domain.retirement_month import Circumstances, RetirementType, Timing

# What has to be answered before there is an answer about a retirement of the type.
_NEEDED = {
    RetirementType.NORMAL: ("contribution_months",),
    RetirementType.SPECIAL: ("contribution_months", "special_work_kind", "special_work_months"),
    RetirementType.DISABILITY: ("contribution_months", "appraisal_on"),
}
_UNSURE = "unsure"  # 说不准; no category, as for a woman who was not asked
_OF_WOMEN = {"50": Category.FEMALE_50, "55": Category.FEMALE_55}


def circumstances_of(effective: Answers) -> Circumstances | None:
    """The circumstances that the answers which count state; None while something needed is unanswered."""
    person = id_number_of(effective)
    if person is None or effective.get("retirement_type") is None:
        return None
    retirement_type = RetirementType(effective["retirement_type"])
    timing = Timing(effective.get("retirement_timing") or Timing.ON_TIME)
    needed = _NEEDED[retirement_type] + (("chosen_month",) if timing is not Timing.ON_TIME else ())
    if any(effective.get(key) is None for key in needed):
        return None
    stated = effective.get("original_retirement_age")
    if person.sex is Sex.FEMALE and stated is None and retirement_type is RetirementType.NORMAL:
        return None
    return Circumstances(
        birth=person.birth_month,
        sex=person.sex,
        category=Category.MALE if person.sex is Sex.MALE else _OF_WOMEN.get(stated or _UNSURE),
        retirement_type=retirement_type,
        timing=timing,
        chosen_month=Month.parse(effective["chosen_month"]) if timing is not Timing.ON_TIME else None,
        early_notice_on=_day(effective.get("early_notice_on")),
        late_agreement_on=_day(effective.get("late_agreement_on")),
        special_work_kind=effective.get("special_work_kind"),
        special_work_months=effective.get("special_work_months"),
        appraisal_on=_day(effective.get("appraisal_on")),
        contribution_months=effective["contribution_months"],
        deemed_months=effective.get("deemed_contribution_months") or 0,
        is_employed=effective.get("employment") != "flexible",
    )


def medical_months_of(effective: Answers) -> MedicalMonths | None:
    """The months of 医保 that the answers which count state; None where they state none."""
    paid, in_province = effective.get("medical_paid_months"), effective.get("medical_in_province_months")
    if paid is None and in_province is None:
        return None
    return MedicalMonths(paid, in_province, effective.get("medical_deemed_months") or 0)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
