"""Which paper a photo shows, by the words that are printed on it. A table, so that a clerk can be shown why."""

import re
from collections.abc import Iterable

from backend.domain.reading import DocumentKind

ENOUGH = 3  # points from which on a paper is recognised
BANK_NUMBER = r"(?:\d\s?){15,18}\d"

# fmt: off
# kind                                       points  what is printed (spaces between letters are left out)
PRINTED = (
    (DocumentKind.ID_CARD_FRONT,                  2, r"公民身份|身份号码"),
    (DocumentKind.ID_CARD_FRONT,                  2, r"住址"),
    (DocumentKind.ID_CARD_FRONT,                  1, r"民族"),
    (DocumentKind.ID_CARD_FRONT,                  1, r"出生\d"),
    (DocumentKind.ID_CARD_BACK,                   3, r"居民身份证"),
    (DocumentKind.ID_CARD_BACK,                   2, r"签发机关"),
    (DocumentKind.ID_CARD_BACK,                   2, r"有效期限"),
    (DocumentKind.SOCIAL_SECURITY_CARD_FRONT,     4, r"社会保障卡"),
    (DocumentKind.SOCIAL_SECURITY_CARD_FRONT,     3, r"社会保障号"),
    (DocumentKind.SOCIAL_SECURITY_CARD_FRONT,     1, r"发卡日期"),
    (DocumentKind.SOCIAL_SECURITY_CARD_BACK,      3, r"本卡.{0,12}社会保障|12333"),
    (DocumentKind.SOCIAL_SECURITY_CARD_BACK,      2, r"挂失|服务电话|银行卡号|银行账号"),
    (DocumentKind.SOCIAL_SECURITY_CARD_BACK,      2, BANK_NUMBER),
    (DocumentKind.BANK_CARD,                      2, BANK_NUMBER),
    (DocumentKind.BANK_CARD,                      2, r"银行|信用社|储蓄卡|借记卡|银联|(?i:union\s?pay|bank|debit)"),
    (DocumentKind.MARRIAGE_CERTIFICATE,           6, r"结婚证"),
    (DocumentKind.MARRIAGE_CERTIFICATE,           2, r"结婚登记|结婚申请"),
    (DocumentKind.DIVORCE_CERTIFICATE,            7, r"离婚证"),
    (DocumentKind.DIVORCE_CERTIFICATE,            2, r"离婚登记|离婚申请"),
    (DocumentKind.HOUSEHOLD_REGISTER,             7, r"常住人口登记|居民户口簿"),
    (DocumentKind.HOUSEHOLD_REGISTER,             3, r"户主"),
    (DocumentKind.HOUSEHOLD_REGISTER,             2, r"曾用名|籍贯|服务处所"),
    (DocumentKind.ONLY_CHILD_CERTIFICATE,         6, r"独生子女(?:父母)?(?:光荣)?证"),
    (DocumentKind.RETIREMENT_APPLICATION,         6, r"退休(?:人员)?申请表"),
    (DocumentKind.QUALIFICATION_FORM,             6, r"退休资格认定"),
    (DocumentKind.CONTRIBUTION_RECORD,            6, r"个人权益(?:记录)?单|参保缴费证明"),
    (DocumentKind.LABOUR_CONTRACT,                6, r"劳动合同书?"),
)
# fmt: on
_PRINTED = tuple((kind, points, re.compile(pattern)) for kind, points, pattern in PRINTED)
# What a paper with this word in its title is not, though it speaks of the same things.
_APPLICATION = re.compile(r"(?:申请|审批|登记|遗失)[^，。]{0,4}(?:表|证明)")
_CERTIFICATES = (
    *(DocumentKind.MARRIAGE_CERTIFICATE, DocumentKind.DIVORCE_CERTIFICATE),
    DocumentKind.ONLY_CHILD_CERTIFICATE,
)


def kind_of(texts: Iterable[str]) -> DocumentKind | None:
    """The paper these lines, in reading order, were printed on; None when it is not told."""
    text = "".join("".join(texts).split())
    points: dict[DocumentKind, int] = {}
    for kind, worth, pattern in _PRINTED:
        if pattern.search(text):
            points[kind] = points.get(kind, 0) + worth
    if _APPLICATION.search(text):
        points = {kind: worth for kind, worth in points.items() if kind not in _CERTIFICATES}
    if not points:
        return None
    best = max(points, key=lambda kind: points[kind])
    return best if points[best] >= ENOUGH else None
