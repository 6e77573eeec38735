"""How many months of 医保 are missing, by the year of retirement."""

import pytest

from backend.domain.medical import MedicalMonths, MedicalYears, medical_years
from backend.domain.people import Month, Sex
from tests.domain.examples import rulebook

POLICY = rulebook().policy


def asked(
    paid: int | None, in_province: int | None, deemed: int = 0, sex: Sex = Sex.MALE, retires_in: str = "2026-11"
) -> MedicalYears:
    return medical_years(sex, MedicalMonths(paid, in_province, deemed), Month.parse(retires_in), POLICY)


@pytest.mark.parametrize(
    ("retires_in", "in_province_years"),
    [
        ("2023-01", 10),
        ("2023-12", 10),
        ("2024-01", 11),
        ("2024-12", 11),
        ("2025-01", 12),
        ("2025-12", 12),
        ("2026-01", 13),
        ("2026-12", 13),
        ("2027-01", 14),
        ("2027-12", 14),
        ("2028-01", 15),
        ("2040-01", 15),
    ],
)
def test_the_years_asked_for_inside_the_province_rise_to_15(retires_in: str, in_province_years: int) -> None:
    found = asked(360, 0, retires_in=retires_in)

    assert (found.in_province_wanted, found.in_province_short) == (in_province_years * 12, in_province_years * 12)


@pytest.mark.parametrize(("sex", "years"), [(Sex.MALE, 30), (Sex.FEMALE, 25)])
def test_the_years_of_a_whole_life_depend_on_sex(sex: Sex, years: int) -> None:
    assert asked(years * 12 - 1, 180, sex=sex).lifetime_short == 1
    assert asked(years * 12, 180, sex=sex).is_satisfied
    assert asked(years * 12, 180, sex=sex).lifetime_wanted == years * 12


def test_deemed_months_count_for_the_whole_life_only() -> None:
    found = asked(200, 150, deemed=160)

    assert (found.lifetime_short, found.in_province_short) == (0, 6)


@pytest.mark.parametrize(
    ("paid", "in_province", "to_pay"),
    [(360, 156, 0), (359, 156, 1), (360, 155, 1), (350, 150, 10), (355, 140, 16), (400, 400, 0)],
)
def test_a_month_paid_here_counts_for_both(paid: int, in_province: int, to_pay: int) -> None:
    found = asked(paid, in_province)

    assert (found.months_to_pay, found.is_satisfied) == (to_pay, to_pay == 0)


@pytest.mark.parametrize(("paid", "in_province"), [(None, 200), (400, None), (None, None)])
def test_what_was_not_stated_is_not_judged(paid: int | None, in_province: int | None) -> None:
    found = asked(paid, in_province)

    assert (found.lifetime_short is None, found.in_province_short is None) == (paid is None, in_province is None)
    assert (found.months_to_pay, found.is_satisfied) == (None, False)


def test_the_numbers_wait_for_the_department_to_confirm() -> None:
    found = asked(0, 0)

    assert found.status == "待医保局确认"
    assert "湘政办发〔2022〕66号" in found.law
