"""Reads config/authorisation.zh-CN.yaml: what an applicant signs, what a helper commits to, how long things last."""

from pathlib import Path

from backend.adapters import located_yaml
from backend.adapters.located_yaml import Located
from backend.domain.authorisation import AuthorisationTerms

FILE_NAME = "authorisation.zh-CN.yaml"
BLANKS = ("applicant_name", "helper_name", "relation", "items", "valid_months")


def read_terms(config_path: Path) -> AuthorisationTerms:
    """Reads the file in the config folder. Raises ConfigFault, naming the line, for a blank that is none of ours."""
    file = located_yaml.read(config_path / FILE_NAME)
    file.only("source", *AuthorisationTerms.__dataclass_fields__)
    file["source"].text()
    return AuthorisationTerms(
        version=file["version"].text(),
        title=file["title"].text(),
        paragraphs=tuple(_with_blanks(each) for each in file["paragraphs"].each()),
        helper_title=file["helper_title"].text(),
        helper_paragraphs=tuple(_with_blanks(each) for each in file["helper_paragraphs"].each()),
        code_hours=file["code_hours"].whole(1),
        valid_months=file["valid_months"].whole(1),
        asked_at_once=file["asked_at_once"].whole(1),
    )


def _with_blanks(located: Located) -> str:
    text = located.text()
    try:
        text.format(**dict.fromkeys(BLANKS, ""))
    except (KeyError, IndexError, ValueError):
        located.fault(f"may only use {', '.join(f'{{{blank}}}' for blank in BLANKS)}")
    return text
