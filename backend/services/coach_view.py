"""What the phone said of a photo, as the clerk reads it."""

from typing import Any

from backend.domain.coaching import Coached, CoachFault

# fmt: off
COACH_LABELS: dict[CoachFault, str] = {
    CoachFault.BLURRED:      "有点糊",
    CoachFault.DARK:         "太暗",
    CoachFault.GLARE:        "反光",
    CoachFault.CUT_OFF:      "没拍全",
    CoachFault.TOO_SMALL:    "拍得太小",
    CoachFault.WRONG_WAY_UP: "可能没摆正",
    CoachFault.WRONG_SIDE:   "可能正反面不对",
    CoachFault.FOLDED:       "有折痕或阴影",
}
# fmt: on


def coach_view(said: Coached | None) -> dict[str, Any] | None:
    """CoachView of the API: the warnings in words, and whether she sent the photo all the same."""
    if said is None:
        return None
    return {"warnings": [COACH_LABELS[each] for each in said.warnings], "insisted": said.insisted}
