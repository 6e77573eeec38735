"""Every problem code as a page (docs/problems.md, shown at /docs/problems): no code is sent that nobody explains.

Statuses come from problems.py, titles, sentences and facts from domain/errors.py. Only what neither can know stands
here: when a code comes, and what a program that called should do.
"""

import inspect
import re
from collections.abc import Iterator
from typing import NamedTuple

from backend.api.problems import FRAMEWORK, OTHER, status_of
from backend.domain import errors
from backend.domain.notices import CallbackRefused

# Groups that sort the tree and are never sent themselves.
GROUPS = frozenset({errors.RuleBroken, errors.NotNow, errors.IdentifierInvalid, errors.PhotoRefused})

# fmt: off
WHEN: dict[str, str] = {
    "not-found":          "Nothing is at this address, or it belongs to somebody else: the two are never told apart.",
    "invitation-gone":    "The code of an authorisation's link is unknown, was used, or is over.",
    "shoot-link-gone":    "The code of a counter's link for photos is unknown, was ended, or is over.",
    "join-refused":       "Case number, code of the counter's receipt and ID number do not fit, or the code is over.",
    "not-signed-in":      "There is no session, or it ended: idle too long, signed out, account disabled.",
    "wrong-password":     "A member of staff signs in with an unknown account or a wrong password.",
    "sign-in-expired":    "WeChat's answer is for another browser, came too late, was used before, or was a no.",
    "not-allowed":        "The caller is signed in, but this is not for the caller's role or account.",
    "same-person":        "A supervisor approves or sends back a case that she reviewed as its clerk.",
    "csrf-refused":       "A change came without this session's `X-CSRF-Token`, or from another site's page.",
    "callback-refused":   "Not WeChat called `/wechat/callback`: signature, account or form do not fit.",
    "action-not-allowed": "The case or the item is in a state in which this is not done (docs/case-states.md).",
    "held-by-another":    "A colleague holds the case under a lease that has not lapsed.",
    "return-needs-supervisor": "A case that was returned before is returned again without the supervisor's word.",
    "active-case-exists": "The same ID number already has a case that is not closed.",
    "walk-in-has-case":   "A clerk starts a case at the counter for an ID number whose case is not closed.",
    "own-invitation":     "The link was opened by the person who made it; it is for the other one.",
    "helper-exists":      "The applicant has a helper already: she has one at a time.",
    "too-many-asked":     "One person has as many authorisations waiting for their answer as the config allows.",
    "key-already-used":   "The `Idempotency-Key` came before with another request.",
    "username-taken":     "An account of this name exists, perhaps a disabled one.",
    "guide-unchanged":    "A version of the guide is published although config says what the latest version says.",
    "stale-version":      "The version in `If-Match` is not the newest: somebody made a change meanwhile.",
    "version-missing":    "A change came without `If-Match`.",
    "content-refused":    "What was sent has the wrong shape, or breaks a rule that has no code of its own.",
    "answers-invalid":    "One or more answers of a page cannot be right. All faults are told at once.",
    "answers-incomplete": "A case is submitted while questions are open.",
    "materials-missing":  "A case is submitted while photos are missing.",
    "signature-missing":  "A case is submitted without a signature, or the signature has no ink on it.",
    "consent-missing":    "The notice, a consent or the commitment was not agreed to in the version in force.",
    "not-eligible-yet":   "A case is submitted by a person who is not old enough yet, or lacks months of contribution.",
    "chosen-month-outside-window": "A month is chosen in which the law lets this person retire by no way.",
    "nothing-to-remind-of": "A reminder is set of what is open already, past, or cannot be worked out yet.",
    "authorised-name-differs": "A helper submits a case of another name than the authorisation's.",
    "not-all-judged":     "A case is accepted or returned before every field and slot has a verdict.",
    "nothing-failed":     "A case is returned although nothing failed.",
    "something-failed":   "A case is accepted although something failed.",
    "checks-open":        "A case is accepted before the four 无法办理 checks are all “no” and the age is confirmed.",
    "rules-unsettled":    "A case is accepted while a check of the policy fails without a reason, or is not confirmed.",
    "reason-missing":     "An act that must be explained came without a reason.",
    "id-number-invalid":    "An ID number cannot be right. Inside an answer it comes as `answers-invalid`.",
    "phone-invalid":        "A mobile number cannot be right. Inside an answer it comes as `answers-invalid`.",
    "bank-account-invalid": "A bank account cannot be right. Inside an answer it comes as `answers-invalid`.",
    "postcode-invalid":     "A post code cannot be right. Inside an answer it comes as `answers-invalid`.",
    "photo-not-arrived":  "The completion of an upload was reported, but the store does not have the file.",
    "photo-empty":        "The file has fewer bytes than any photo.",
    "photo-too-large":    "The file has more bytes or more pixels than allowed.",
    "photo-too-small":    "The picture has too few pixels for its text to be read.",
    "photo-not-an-image": "The file is no picture.",
    "photo-unreadable":   "The picture is broken and cannot be decoded.",
    "photo-mislabelled":  "The file's content is another kind of picture than its type says.",
    "photo-changed":      "The file that arrived is not the one that was announced (its sha256 differs).",
    "pdf-locked":         "A PDF that was sent as photos asks for a password.",
    "pdf-unreadable":     "A PDF that was sent as photos is broken, or has a page that no paper has.",
    "pdf-too-heavy":      "Drawing the pages of a PDF takes more time or memory than is given to one.",
    "pdf-too-long":       "A PDF has more pages than the slot has room for. Nothing in the slot was changed.",
    "file-refused":       "A result file is no PDF, JPEG or PNG that can be opened.",
    "too-large":          "The request's body is larger than any that is needed.",
    "too-many":           "One person, or one address, sends more requests a minute than the settings allow.",
    "locked-out":         "Too many wrong passwords, one after the other, locked the account for a while.",
    "outside-down":       "The database, the object store or WeChat does not answer.",
    "malformed":          "The body cannot be read as JSON.",
    "method-not-allowed": "The address exists, for other methods.",
    "wrong-media-type":   "The body is not JSON.",
    "unexpected":         "A fault of ours. It is in the log under the request id that `instance` ends with.",
    "refused":            "The framework refused the request for a reason without a code; the status says which.",
}

# By the nearest class, as in problems.py.
ADVICE: dict[type[errors.RuleBroken], str] = {
    errors.NotFound:         "Go back to the list or the start page, and load it anew.",
    errors.NotSignedIn:      "Go through sign-in again, then come back. Drafts are kept on the server.",
    errors.WrongPassword:    "Show the sentence beside the password. Do not try again by itself.",
    errors.SignInExpired:    "Begin the sign-in anew at `/api/identity/wechat/start`.",
    errors.NotAllowed:       "Show the sentence. Offer nothing that the view's `may` does not list.",
    errors.CsrfRefused:      "Load `GET /api/identity/session` again, and repeat once with its token.",
    CallbackRefused:         "If it was WeChat: check `TUIXIU_WECHAT_TOKEN` and `TUIXIU_WECHAT_ENCODING_AES_KEY`.",
    errors.NotNow:           "Load the case anew and draw what it now allows.",
    errors.HeldByAnother:    "Say who holds it and until when. Offer the next case.",
    errors.ActiveCaseExists: "Show the sentence. There is nothing to submit again.",
    errors.WalkInHasCase:    "Show the case that is there; with her consent open a sitting for it (`may_continue`).",
    errors.AlreadyUsed:      "Make a new key for a new act. Keep a key only for repeats of the same request.",
    errors.UsernameTaken:    "Ask for another name.",
    errors.GuideUnchanged:   "Load the page anew. Somebody may have published the same content meanwhile.",
    errors.StaleVersion:     "Keep what was typed, load anew, show who changed it and when, let the person decide.",
    errors.VersionMissing:   "Send the `ETag` of the view that the person saw as `If-Match`.",
    errors.ContentRefused:   "Show the sentence, and those in `errors` beside their fields. Do not repeat unchanged.",
    errors.ConsentMissing:   "Show the texts in their newest version, and ask again.",
    errors.NotEligibleYet:   "Show `eligibility`: the date or the months missing, the lawful choices. The draft stays.",
    errors.PhotoRefused:     "Show the sentence at the photo, with a way to take it again.",
    errors.PhotoNotArrived:  "Upload the file again, under a new permission.",
    errors.PhotoChanged:     "Upload the file again, under a new permission.",
    errors.PdfTooLong:       "Show the sentence at the photo: what was in the slot is still there.",
    errors.TooLarge:         "Send less. Photos and files go straight to the object store.",
    errors.TooMany:          "Wait as long as `Retry-After` says.",
    errors.OutsideDown:      "Keep what was typed, wait for `Retry-After`, repeat with the same `Idempotency-Key`.",
}
FRAMEWORK_ADVICE = {
    "unexpected": "Keep what was typed. Repeat once, with the same `Idempotency-Key`; then offer the window's phone.",
}
A_FAULT_OF_THE_PROGRAM = "Mend the program: a page that follows /openapi.json does not meet this."

# Their sentences count and name; shown with one thing.
COUNTING = (
    *(errors.AnswersIncomplete, errors.MaterialsMissing),
    *(errors.NotAllJudged, errors.SomethingFailed, errors.ChecksOpen, errors.RulesUnsettled),
)
READS_ANSWERS_INVALID = "One sentence for each answer at fault, joined by “；”. In `errors` one by one, by question."
READS_IDENTIFIER = "A sentence that names what is wrong with it, the number of digits for one."
# fmt: on

HEAD = """\
# Problems

Generated by `tuixiu problems docs/problems.md` from `backend/domain/errors.py` and `backend/api/problems.py`.
Do not edit.

Every refusal is `application/problem+json` (RFC 9457): `type` (an address of this page), `title`, `status`, `code`,
`detail` (a sentence for the person, in plain Chinese), `instance` (the path and the request id in the log), the facts
below by name, and for input that is at fault `errors: [{pointer, detail}]`. Decide by `code`; show `detail`.
*Not old enough yet* and *not enough months yet* are answers in a case's view, not problems, until she submits.
"""


class Page(NamedTuple):
    """What is said about one code."""

    code: str
    status: int
    title: str
    when: str
    reads: str
    facts: str | None
    client: str


def as_markdown() -> str:
    """The page, in Markdown. Raises KeyError for a code that nobody explained."""
    return HEAD + "".join(_section(page) for page in pages())


def pages() -> Iterator[Page]:
    """Every code once: the domain's refusals as their tree goes, then what the framework alone refuses."""
    refusals = [cls for cls in _tree(errors.RuleBroken) if cls not in GROUPS]
    yield from map(_of_refusal, refusals)
    known = {cls.code for cls in refusals}
    for status, (code, title, detail) in FRAMEWORK.items():
        if code not in known:
            advice = FRAMEWORK_ADVICE.get(code, A_FAULT_OF_THE_PROGRAM)
            yield Page(code, status, title, WHEN[code], detail, None, advice)
    code, title, detail = OTHER
    yield Page(code, 0, title, WHEN[code], detail, None, A_FAULT_OF_THE_PROGRAM)


def _tree(cls: type[errors.RuleBroken]) -> Iterator[type[errors.RuleBroken]]:
    yield cls
    for below in cls.__subclasses__():
        if below.__module__.startswith("backend."):
            yield from _tree(below)


def _of_refusal(cls: type[errors.RuleBroken]) -> Page:
    advice = next(ADVICE[each] for each in cls.__mro__ if each in ADVICE)
    return Page(cls.code, status_of(cls), cls.title, WHEN[cls.code], _reads(cls), _facts(cls), advice)


def _facts(cls: type[errors.RuleBroken]) -> str | None:
    """What the class's docstring says its facts are; `errors` are every problem's and explained above."""
    said = re.search(r"Facts: (?!errors)(.+?)\.(?:\s|$)", inspect.cleandoc(cls.__doc__ or ""), re.DOTALL)
    return " ".join(said[1].split()) if said else None


def _reads(cls: type[errors.RuleBroken]) -> str:
    if issubclass(cls, errors.AnswersInvalid):
        return READS_ANSWERS_INVALID
    if issubclass(cls, errors.IdentifierInvalid):
        return READS_IDENTIFIER
    if "sentence" in vars(cls):
        return cls.sentence
    counting = next(each for each in COUNTING if each is cls)
    return counting(["…"]).detail


def _section(page: Page) -> str:
    status = f"**{page.status}**" if page.status else "the framework's own status"
    lines = [
        f"## {page.code}",
        "",
        f"{status} · {page.title}",
        "",
        f"- When: {page.when}",
        f"- The person reads: {page.reads}",
        *([f"- Facts: {page.facts}."] if page.facts else []),
        f"- The client: {page.client}",
    ]
    return "\n" + "\n".join(lines) + "\n"
