"""How many months of 医保 are missing, by the year of filing."""

import pytest

from backend.domain.medical import shortfall
from backend.domain.people import Month, Sex
from tests.domain.examples import rulebook

POLICY = rulebook().policy


@pytest.mark.parametrize(
    ("filed_in", "in_province_years"),
    [
        ("2023-01", 10),
        ("2023-12", 10),
        ("2024-01", 11),
        ("2025-06", 12),
        ("2026-11", 13),
        ("2027-12", 14),
        ("2028-01", 15),
        ("2040-01", 15),
    ],
)
def test_the_years_asked_for_inside_the_province_rise_to_15(filed_in: str, in_province_years: int) -> None:
    found = shortfall(Sex.MALE, 360, 0, Month.parse(filed_in), POLICY)

    assert found.in_province_short_months == in_province_years * 12


@pytest.mark.parametrize(("sex", "years"), [(Sex.MALE, 30), (Sex.FEMALE, 25)])
def test_the_years_of_a_whole_life_depend_on_sex(sex: Sex, years: int) -> None:
    assert shortfall(sex, years * 12 - 1, 180, Month(2026, 11), POLICY).lifetime_short_months == 1
    assert shortfall(sex, years * 12, 180, Month(2026, 11), POLICY).is_enough


def test_the_numbers_wait_for_the_department_to_confirm() -> None:
    found = shortfall(Sex.FEMALE, 0, 0, Month(2026, 11), POLICY)

    assert found.status == "待医保局确认"
    assert "湘政办发〔2022〕66号" in found.law
