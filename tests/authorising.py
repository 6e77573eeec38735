"""Authorisations brought to where a test begins, by the use cases themselves: a daughter and her father."""

from dataclasses import dataclass, field
from uuid import UUID

from backend.domain.actors import Actor
from backend.domain.authorisation import Relation
from backend.services.authorisations import ByApplicant, ByHelper, Names
from tests import pictures
from tests.builders import Town, View, a_key

FATHER, DAUGHTER, PHONE = "周国楠", "周晓茗", "13800001234"


@dataclass
class Family:
    """Two people with a WeChat each. The father is the town's applicant."""

    town: Town
    daughter: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.daughter = self.town.another_applicant(77)

    @property
    def father(self) -> Actor:
        return self.town.applicant

    def names(self, applicant_name: str = FATHER) -> Names:
        return Names(Relation.CHILD, applicant_name, DAUGHTER)

    def hers(self) -> ByHelper:
        """What the daughter gives."""
        return ByHelper(PHONE, self.town.services.authorising.terms()["version"])

    def his(self, **changes: object) -> ByApplicant:
        """What the father gives: every consent, and his signature."""
        guide = self.town.services.filing.guide()
        given = {
            "signature_png": pictures.signature(),
            "terms_version": self.town.services.authorising.terms()["version"],
            "consents": {each["key"]: each["version"] for each in guide["consents"]},
            "notice_version": guide["notice"]["version"],
        }
        return ByApplicant(**{**given, **changes})  # type: ignore[arg-type]  # the fields' own types, by name

    def asked_by_daughter(self, key: str | None = None, applicant_name: str = FATHER) -> View:
        return self.town.services.authorising.ask_as_helper(
            self.daughter, key or a_key(), self.names(applicant_name), self.hers()
        )

    def asked_by_father(self) -> View:
        return self.town.services.authorising.ask_as_applicant(self.father, a_key(), self.names(), self.his())

    def authorised(self, applicant_name: str = FATHER) -> UUID:
        """The daughter asked, the father signed. The authorisation's id."""
        asked = self.asked_by_daughter(applicant_name=applicant_name)
        authorising = self.town.services.authorising
        return UUID(authorising.confirm_as_applicant(self.father, code_of(asked), self.his())["id"])

    def started(self, authorisation_id: UUID) -> UUID:
        """The father's case, begun by the daughter."""
        view, _ = self.town.services.filing.start_for(self.daughter, authorisation_id)
        return UUID(view["id"])

    def revoke(self, authorisation_id: UUID, actor: Actor | None = None) -> View:
        who, authorising = actor or self.father, self.town.services.authorising
        return authorising.revoke(who, authorisation_id, authorising.view(who, authorisation_id)["version"])


def code_of(asked: View) -> str:
    """The code in the link."""
    return str(asked["link"]).rpartition("/")[2]
