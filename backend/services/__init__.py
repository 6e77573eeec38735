"""The use cases. Services holds one object per column; wiring.py builds it, api/ and jobs.py call it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.services.absence_tasks import WindowReview
    from backend.services.authorisations import Authorising
    from backend.services.counter import Counter
    from backend.services.departments import Departments
    from backend.services.documents import Documents
    from backend.services.estimating import Estimating
    from backend.services.filing import Filing
    from backend.services.findings import Findings
    from backend.services.guides import Guides
    from backend.services.identity import Identity
    from backend.services.joining import Joining
    from backend.services.materials import Materials
    from backend.services.notices import Notices
    from backend.services.policy_versions import PolicyVersions
    from backend.services.proofs import Proofs
    from backend.services.reading import PhotoReading
    from backend.services.reminders import Reminders
    from backend.services.shoot_links import ShootLinks
    from backend.services.staff_photos import StaffPhotos
    from backend.services.supervision import Supervision


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a person or the clock can make the service do."""

    identity: "Identity"
    estimating: "Estimating"
    filing: "Filing"
    authorising: "Authorising"
    materials: "Materials"
    reading: "PhotoReading"
    review: "WindowReview"
    staff_photos: "StaffPhotos"
    departments: "Departments"
    supervision: "Supervision"
    notices: "Notices"
    reminders: "Reminders"
    policy_versions: "PolicyVersions"
    guides: "Guides"
    findings: "Findings"
    documents: "Documents"
    proofs: "Proofs"
    counter: "Counter"
    shoot_links: "ShootLinks"
    joining: "Joining"
