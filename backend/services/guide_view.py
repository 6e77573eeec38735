"""The service guide (办事指南) as the H5 draws it, from the same config as everything else."""

from typing import Any

from backend.domain.items import Filing, Item, ItemCode
from backend.domain.rulebook import Rulebook, Statement
from backend.services.wording import FILING_LABELS, guide_of, limit_text

View = dict[str, Any]


def guide_view(rulebook: Rulebook) -> View:
    """Guide of the API."""
    centre, guide, consents = rulebook.service_centre, rulebook.guide, rulebook.consents
    return {
        "version": guide.version,
        "service_name": guide.title,
        "sections": [{"title": section.title, "lines": list(section.lines)} for section in guide.sections],
        "items": [_item(item, rulebook) for item in rulebook.items.values()],
        "contacts": [
            {"name": c.name, "phone": c.phone, "hours": c.hours, "address": c.address} for c in guide.contacts
        ],
        "phone": centre.phone,
        "phone_hours": centre.hours,
        "window_address": centre.address,
        "self_filing": {
            code.value: guide_of(rulebook, item) for code, item in rulebook.items.items() if Filing.SELF in item.filings
        },
        "housing_fund_guide": guide_of(rulebook, rulebook.items[ItemCode.HOUSING_FUND]),
        "notice": statement(consents.notice, rulebook),
        "consents": [statement(each, rulebook) for each in consents.departments],
        "commitment": statement(consents.commitment, rulebook),
    }


def areas_view(rulebook: Rulebook) -> View:
    """The district's part of the 户籍 picker."""
    district = rulebook.graph.district
    return {
        "county": {
            "code": district.county.code,
            "label": district.county.name,
            "province": district.province.name,
            "city": district.city.name,
        },
        "towns": [{"code": town.code, "label": town.name} for town in district.towns],
    }


def statement(text: Statement, rulebook: Rulebook) -> View:
    """A versioned text a person agrees to."""
    return {
        "key": text.key,
        "version": text.version,
        "title": text.title,
        "paragraphs": list(text.paragraphs),
        "department": text.department,
        "department_label": rulebook.offices[text.department].full_name if text.department else None,
    }


def _item(item: Item, rulebook: Rulebook) -> View:
    return {
        "code": item.code,
        "name": item.title,
        "short_name": item.short_title,
        "department_label": rulebook.offices[item.department].name,
        "limit_text": limit_text(item),
        "filing_note": "，或".join(FILING_LABELS[filing] for filing in item.filings),
        "legal_basis": item.legal_basis,
        "result_name": item.result_name,
    }
