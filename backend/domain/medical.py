"""医保退休待遇的缴费年限: enough, or how many months are still to be paid. Shown, never a reason to reject."""

from dataclasses import dataclass

from backend.domain.people import Month, Sex
from backend.domain.policy import ChosenBy, Policy, Way


@dataclass(frozen=True, slots=True)
class MedicalMonths:
    """What a person stated, in months: paid in all, paid inside the province, and deemed paid.

    Deemed months (连续工龄 before 2003-01-01) count for the lifetime only. None: not stated.
    """

    paid: int | None
    in_province: int | None
    deemed: int = 0


@dataclass(frozen=True, slots=True)
class MedicalYears:
    """What is asked for in the year of retirement and what is missing, in months; None where she stated nothing.

    `status` says who still has to confirm the figures.
    """

    lifetime_wanted: int
    in_province_wanted: int
    lifetime_short: int | None
    in_province_short: int | None
    law: str
    status: str

    @property
    def months_to_pay(self) -> int | None:
        """Months still to be paid: each one paid here counts for both. None while something is not stated."""
        if self.lifetime_short is None or self.in_province_short is None:
            return None
        return max(self.lifetime_short, self.in_province_short)

    @property
    def is_satisfied(self) -> bool:
        return self.months_to_pay == 0


def medical_years(sex: Sex, stated: MedicalMonths, retires_in: Month, policy: Policy) -> MedicalYears:
    """Compares stated months with those asked for in the year of the retirement month.

    Source: 《湖南省职工基本医疗保险实施办法》（湘政办发〔2022〕66号）, in force from 2023-01-01.
    """
    row = policy.medical_years.row_for({ChosenBy.RETIREMENT_MONTH: retires_in})
    lifetime_wanted, in_province_wanted = row.value.lifetime_months[sex], row.value.in_province_months
    lifetime = None if stated.paid is None else stated.paid + stated.deemed
    return MedicalYears(
        lifetime_wanted=lifetime_wanted,
        in_province_wanted=in_province_wanted,
        lifetime_short=None if lifetime is None else max(0, lifetime_wanted - lifetime),
        in_province_short=None if stated.in_province is None else max(0, in_province_wanted - stated.in_province),
        law=row.law,
        status=policy.medical_years.status[Way.ON_TIME],
    )
