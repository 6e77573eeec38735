"""Every way a rule says no: one class each, with a code and facts. HTTP statuses are in api/problems.py, not here.

RuleBroken
├── NotFound                    not there, or not yours
│   ├── InvitationGone · ShootLinkGone
│   └── JoinRefused
├── NotSignedIn                 nobody, or a session that ended
│   ├── WrongPassword
│   └── SignInExpired
├── NotAllowed                  signed in, but not for this
│   ├── SamePerson
│   └── CsrfRefused
├── NotNow                      lawful, but not in this state
│   ├── ActionNotAllowed
│   ├── HeldByAnother · ReturnNeedsSupervisor
│   ├── ActiveCaseExists · WalkInHasCase
│   ├── OwnInvitation · HelperExists · TooManyAsked
│   ├── AlreadyUsed
│   └── GuideUnchanged
├── StaleVersion                somebody changed it meanwhile
├── VersionMissing              a change without the version that was seen
├── ContentRefused              the input breaks a rule
│   ├── AnswersInvalid · AnswersIncomplete · MaterialsMissing · SignatureMissing · ConsentMissing
│   ├── NothingToRemindOf
│   ├── AuthorisedNameDiffers
│   ├── NotAllJudged · NothingFailed · SomethingFailed · ChecksOpen · RulesUnsettled · ReasonMissing
│   ├── ChosenMonthOutsideWindow
│   ├── IdentifierInvalid …     (identifiers.py names the part)
│   └── PhotoRefused …          one leaf per thing wrong with a file
├── TooLarge
├── TooMany
│   └── LockedOut
└── OutsideDown                 a system we need does not answer
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class RuleBroken(Exception):
    """A rule says no. `detail` is a sentence for the person; `facts` are JSON-able."""

    code: ClassVar[str] = "rule-broken"
    title: ClassVar[str] = "不能这样办"
    sentence: ClassVar[str] = "这一步现在不能办，请返回上一页再试。"

    def __init__(self, detail: str | None = None, **facts: Any) -> None:
        self.detail = detail or self.sentence.format(**facts)
        self.facts = facts
        super().__init__(self.detail)


class NotFound(RuleBroken):
    code, title = "not-found", "没有找到"
    sentence = "没有找到您要看的内容，可能已经不在了，或者不属于您。"


class InvitationGone(NotFound):
    """The link's code is unknown, was used, or is over: the three are never told apart."""

    code, title = "invitation-gone", "这个链接不能用了"
    sentence = "这个链接已经用过，或者已经过期。请让发给您的人再发一个新的。"


class ShootLinkGone(NotFound):
    """The code of a link for photos is unknown, was ended, or is over: the three are never told apart."""

    code, title = "shoot-link-gone", "这个二维码不能用了"
    sentence = "这个二维码已经过了时间，或者窗口换了新的。请让窗口的工作人员再开一个，重新扫。"


class JoinRefused(NotFound):
    """Number, code and ID number do not belong together, or the code is over: never told apart."""

    code, title = "join-refused", "没有对上"
    sentence = "办件号、领取码、身份证号有一样不对，或者领取码不能用了。请照回执再看一遍，或请窗口重新打一张。"


class NotSignedIn(RuleBroken):
    code, title = "not-signed-in", "请先登录"
    sentence = "请先登录，再继续办理。已经填好的内容都还在。"


class WrongPassword(NotSignedIn):
    """Facts: attempts_left."""

    code, title = "wrong-password", "账号或密码不对"
    sentence = "账号或密码不对，还可以再试 {attempts_left} 次。"


class SignInExpired(NotSignedIn):
    code, title = "sign-in-expired", "登录没有完成"
    sentence = "这次登录没有完成或已经过期，请从微信里重新打开。"


class NotAllowed(RuleBroken):
    code, title = "not-allowed", "没有这个权限"
    sentence = "您的岗位不能做这一步，请联系有权限的同事。"


class SamePerson(NotAllowed):
    code, title = "same-person", "审核和审批不能是同一个人"
    sentence = "这件由您审核，审批要换一位主管来做。"


class CsrfRefused(NotAllowed):
    code, title = "csrf-refused", "页面已经过期"
    sentence = "页面打开太久了，请刷新后再点一次，填好的内容都还在。"


class NotNow(RuleBroken):
    code, title = "not-now", "现在不能这样办"


class ActionNotAllowed(NotNow):
    """Facts: state, action."""

    code, title = "action-not-allowed", "现在不能这样办"
    sentence = "现在是“{state}”，不能{action}。"


class HeldByAnother(NotNow):
    """Facts: holder_name, expires_at."""

    code, title = "held-by-another", "同事正在办"
    sentence = "{holder_name} 正在办这一件，请换一件，或等他放开。"


class ReturnNeedsSupervisor(NotNow):
    """The case was returned before: from the second time on the supervisor agrees first. Facts: returns."""

    code, title = "return-needs-supervisor", "再次退回要主管同意"
    sentence = "这一件已经退回过 {returns} 次，再次退回要写明理由，请主管同意。"


class ActiveCaseExists(NotNow):
    """Facts: number."""

    code, title = "active-case-exists", "已有一件正在办理"
    sentence = "这个身份证号已有一件正在办理，不用再交一次；如不是您交的，请给窗口打电话。"


class WalkInHasCase(NotNow):
    """A second case is wanted at the counter. Facts: case_id, number, state_label, name_masked, changed_at, is_walk_in,
    may_continue."""

    code, title = "walk-in-has-case", "这个身份证号已经有一件"
    sentence = "这个身份证号已经有一件没有办完，不能再开一件。经本人同意，可以接着办那一件。"


class OwnInvitation(NotNow):
    """The link was opened by the person who made it: the two must be different. Facts: authorisation_id."""

    code, title = "own-invitation", "这是您自己发出的链接"
    sentence = "授权要两个人各用自己的微信。请把这个链接转给对方，让对方在自己的手机上打开。"


class HelperExists(NotNow):
    """One applicant has at most one helper at a time. Who that is, is not said to the one who asks."""

    code, title = "helper-exists", "已经有一位代办人"
    sentence = "一个人同时只能请一位代办人。要换人，请申请人先撤销现在的授权。"


class TooManyAsked(NotNow):
    """Facts: most."""

    code, title = "too-many-asked", "等待确认的授权太多了"
    sentence = "您已经有 {most} 个授权在等对方确认，请先等对方确认，或者取消不要的。"


class AlreadyUsed(NotNow):
    """The idempotency key came before with other content."""

    code, title = "key-already-used", "重复的请求"
    sentence = "这个请求和之前的不一样，请刷新页面后再试。"


class UsernameTaken(NotNow):
    code, title = "username-taken", "账号已经有人用了"
    sentence = "这个账号已经有人用了，请换一个。"


class GuideUnchanged(NotNow):
    """Facts: number, of the version that says the same."""

    code, title = "guide-unchanged", "办事指南没有变化"
    sentence = "配置里的内容和第 {number} 版一样，不用再发布。"


class StaleVersion(RuleBroken):
    """Facts: version, changed_by, changed_at."""

    code, title = "stale-version", "内容已经有变化"
    sentence = "{changed_by} 刚刚改动过，请看过新的内容再继续。"


class VersionMissing(RuleBroken):
    code, title = "version-missing", "缺少版本号"
    sentence = "请刷新页面后再试一次。"


class ContentRefused(RuleBroken):
    code, title = "content-refused", "内容有误"
    sentence = "有内容需要改一下。"


class AnswersInvalid(ContentRefused):
    """Facts: errors, pairs (question key, sentence)."""

    code, title = "answers-invalid", "有内容需要改一下"

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        self.errors = tuple(errors)
        super().__init__("；".join(sentence for _, sentence in errors))


class AnswersIncomplete(ContentRefused):
    """Facts: missing, page titles."""

    code, title = "answers-incomplete", "还有问题没有回答"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"还差 {len(missing)} 个问题没有回答：{'、'.join(missing)}。", missing=list(missing))


class MaterialsMissing(ContentRefused):
    """材料不齐. Facts: missing, what is wanted in words."""

    code, title = "materials-missing", "照片还没有交齐"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"还差 {len(missing)} 张照片：{'、'.join(missing)}。", missing=list(missing))


class SignatureMissing(ContentRefused):
    code, title = "signature-missing", "还没有签名"
    sentence = "请先在屏幕上签上您的名字，再提交。"


class ConsentMissing(ContentRefused):
    """Facts: missing, consent keys."""

    code, title = "consent-missing", "还没有同意"
    sentence = "请先看过告知书，并逐项勾选同意。"


class NotEligibleYet(ContentRefused):
    code, title = "not-eligible-yet", "还没到办理的时候"
    sentence = "现在还没到办理的时候，填好的内容已经保存。"


class ChosenMonthOutsideWindow(ContentRefused):
    """Facts: earliest_month, latest_month."""

    code, title = "chosen-month-outside-window", "选的月份不在范围里"
    sentence = "您选的月份不在可以选的范围里，请换一个月。"


class NothingToRemindOf(ContentRefused):
    """What she wants to be told of is open already, past, or not known yet."""

    code, title = "nothing-to-remind-of", "现在不用提醒"
    sentence = "现在就可以办，或者日子已经过了，不用再设提醒。"


class AuthorisedNameDiffers(ContentRefused):
    """A helper hands in for somebody else than the one who authorised her."""

    code, title = "authorised-name-differs", "姓名和授权书不一样"
    sentence = "申请表上的姓名和授权书上的申请人不一样。请核对姓名；授权书写错了的，请撤销后重新授权。"


class NotAllJudged(ContentRefused):
    """Facts: missing, labels of what is not judged yet."""

    code, title = "not-all-judged", "还没有全部审完"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"还有 {len(missing)} 项没有审：{'、'.join(missing)}。", missing=list(missing))


class NothingFailed(ContentRefused):
    code, title = "nothing-failed", "没有不通过的材料"
    sentence = "没有一项不通过，不需要退回。"


class SomethingFailed(ContentRefused):
    """Facts: failed, labels."""

    code, title = "something-failed", "有不通过的材料"

    def __init__(self, failed: Sequence[str]) -> None:
        super().__init__(f"有 {len(failed)} 项不通过：{'、'.join(failed)}，不能审核通过。", failed=list(failed))


class ChecksOpen(ContentRefused):
    """Facts: open, labels of the 无法办理 checks that stand in the way."""

    code, title = "checks-open", "四项核查还没有完成"

    def __init__(self, still_open: Sequence[str]) -> None:
        super().__init__(f"还要核查：{'、'.join(still_open)}。", open=list(still_open))


class RulesUnsettled(ContentRefused):
    """Facts: open, labels of the checks that fail without a reason or are not confirmed."""

    code, title = "rules-unsettled", "政策核对还没有处理完"

    def __init__(self, still_open: Sequence[str]) -> None:
        super().__init__(f"政策核对还要确认或写明理由：{'、'.join(still_open)}。", open=list(still_open))


class ReasonMissing(ContentRefused):
    code, title = "reason-missing", "请写明理由"
    sentence = "请写明理由，再提交。"


class IdentifierInvalid(ContentRefused):
    """An ID number, phone, account or post code that cannot be right. Facts: part (length, characters, date …)."""

    code, title = "identifier-invalid", "号码有误"


class IdNumberInvalid(IdentifierInvalid):
    code, title = "id-number-invalid", "身份证号有误"


class PhoneInvalid(IdentifierInvalid):
    code, title = "phone-invalid", "手机号有误"


class BankAccountInvalid(IdentifierInvalid):
    code, title = "bank-account-invalid", "银行账号有误"


class PostcodeInvalid(IdentifierInvalid):
    code, title = "postcode-invalid", "邮政编码有误"


class PhotoRefused(ContentRefused):
    code, title = "photo-refused", "照片不能用"


class PhotoNotArrived(PhotoRefused):
    code, title = "photo-not-arrived", "照片没有传完"
    sentence = "照片没有传完，请点“重试”再传一次。"


class PhotoEmpty(PhotoRefused):
    code, title = "photo-empty", "照片是空的"
    sentence = "这张照片是空的，请重新拍一张。"


class PhotoTooLarge(PhotoRefused):
    """Facts: max_megabytes."""

    code, title = "photo-too-large", "照片太大"
    sentence = "这张照片太大，请重新拍一张，或选一张小于 {max_megabytes} 兆的。"


class PhotoTooSmall(PhotoRefused):
    code, title = "photo-too-small", "照片太小"
    sentence = "这张照片太小，看不清字，请离近一点重新拍一张。"


class PhotoNotAnImage(PhotoRefused):
    code, title = "photo-not-an-image", "这不是照片"
    sentence = "选的文件不是照片，请拍一张照片，或从相册里选一张。"


class PhotoUnreadable(PhotoRefused):
    code, title = "photo-unreadable", "照片打不开"
    sentence = "这张照片坏了，打不开，请重新拍一张。"


class PhotoMislabelled(PhotoRefused):
    code, title = "photo-mislabelled", "照片格式不对"
    sentence = "照片的格式和它的名字对不上，请重新拍一张，或从相册里另选一张。"


class PhotoChanged(PhotoRefused):
    code, title = "photo-changed", "照片传坏了"
    sentence = "照片在路上传坏了，请点“重试”再传一次。"


class PdfLocked(PhotoRefused):
    code, title = "pdf-locked", "PDF 有密码"
    sentence = "这个 PDF 加了密码，打不开。请去掉密码另存一份再选，或者把每一页拍成照片。"


class PdfUnreadable(PhotoRefused):
    code, title = "pdf-unreadable", "PDF 打不开"
    sentence = "这个 PDF 坏了，打不开。请重新导出一份再选，或者把每一页拍成照片。"


class PdfTooHeavy(PhotoRefused):
    code, title = "pdf-too-heavy", "PDF 太复杂"
    sentence = "这个 PDF 内容太多，一直打不开。请把要交的页拍成照片。"


class PdfTooLong(PhotoRefused):
    """More pages than the slot has room for. Facts: pages, room."""

    code, title = "pdf-too-long", "PDF 页数太多"
    sentence = "这个 PDF 有 {pages} 页，这里还能放 {room} 页。请只留要交的页另存一份再选，或者把要交的页拍成照片。"


class FileRefused(PhotoRefused):
    """A result file of a department that is not a readable PDF, JPEG or PNG."""

    code, title = "file-refused", "文件不能用"
    sentence = "这个文件打不开，请上传 PDF、JPG 或 PNG 格式的文件。"


class TooLarge(RuleBroken):
    code, title = "too-large", "内容太大"
    sentence = "交上来的内容太大，请减少后再试。"


class TooMany(RuleBroken):
    """Facts: retry_after_seconds."""

    code, title = "too-many", "点得太快了"
    sentence = "点得太快了，请过一会儿再试。"


class LockedOut(TooMany):
    """Facts: locked_until."""

    code, title = "locked-out", "账号暂时锁定"
    sentence = "密码错误次数太多，账号已暂时锁定，请过一会儿再试，或请管理员解锁。"


class OutsideDown(RuleBroken):
    """Facts: system."""

    code, title = "outside-down", "系统暂时连不上"
    sentence = "系统暂时连不上，已填的内容都还在，请过几分钟再试。"
