"""医保退休待遇的缴费年限: how many months are missing. Only ever shown, never a reason to reject; 区医保局 confirms."""

from dataclasses import dataclass

from backend.domain.people import Month, Sex
from backend.domain.policy import ChosenBy, Policy


@dataclass(frozen=True, slots=True)
class MedicalShortfall:
    """Months missing over the whole life and inside the province; `status` says who still has to confirm."""

    lifetime_short_months: int
    in_province_short_months: int
    law: str
    status: str

    @property
    def is_enough(self) -> bool:
        return self.lifetime_short_months == 0 and self.in_province_short_months == 0


def shortfall(
    sex: Sex, lifetime_months: int, in_province_months: int, filing_month: Month, policy: Policy
) -> MedicalShortfall:
    """Compares paid months with those asked for; 连续工龄 before 2003-01-01 counts into `lifetime_months` (视同缴费).

    Source: 《湖南省职工基本医疗保险实施办法》（湘政办发〔2022〕66号）, in force from 2023-01-01.
    """
    row = policy.medical_years.row_for({ChosenBy.FILING_MONTH: filing_month})
    return MedicalShortfall(
        lifetime_short_months=max(0, row.value.lifetime_months[sex] - lifetime_months),
        in_province_short_months=max(0, row.value.in_province_months - in_province_months),
        law=row.law,
        status=policy.medical_years.status,
    )
