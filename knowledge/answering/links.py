"""Links and mentions in an answer: no link that isn't in the sources, nobody pinged.

What a document or a model writes can't be made to fetch an image, to carry words off in an address, or to
call a channel together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_ENDS = ".,;:!?'\"”’)>]}」』…"
# Ends of host names that chat clients make links of without a scheme; those that are also endings of files
# (md, py, sh) are left out.
_TOP = (
    "com|net|org|edu|gov|mil|info|biz|io|co|kr|jp|cn|tw|hk|sg|in|uk|us|ca|au|de|fr|it|es|nl|ru|eu|me|tv|cc|ly"
    "|gg|to|app|dev|ai|xyz|site|online|shop|store|club|link|click|page|cloud|tech|top|live|work|space"
    "|pw|icu|vip|win|bid|loan|su|tk|ga|gq"
)
_SCHEME = r"(?:[a-z][a-z0-9+.-]{1,20}://|(?:mailto|javascript|data|tel|sms|vbscript):)"
_ANY = r"[^\s<>\"'`|\\^{}\[\]()]"
_REST = rf"(?![\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]){_ANY}"  # a particle follows an address unspaced
# What may stand before a bare host: Hangul may, as may the slashes of an address without a scheme.
_URL = re.compile(
    rf"(?:{_SCHEME}|www\.)(?:(?:{_REST})+|{_ANY}+)"
    r"|[a-z0-9-]*[가-힣]+\.(?:com|org|kr|한국|shop|xyz|site|online|club)(?![a-z0-9_-])"
    rf"|(?<![A-Za-z0-9_@])(?:[a-z0-9_-]+\.)+(?:{_TOP})(?![a-z0-9_-])(?:[:/?#](?:{_REST})*)?",
    re.IGNORECASE,
)
_NEVER = re.compile(r"(?:javascript|data|vbscript|file|blob):", re.IGNORECASE)  # whatever a source has
_MARKDOWN = re.compile(r"(!?)\[([^\[\]\n]*)\]\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)")
_ANGLE = re.compile(rf"<({_SCHEME}[^\s<>|]+)(?:\|([^<>\n]*))?>", re.IGNORECASE)
_HTML = re.compile(
    r"</?(?:a|img|script|iframe|link|object|embed|form|video|audio|source|svg|style)\b[^<>\n]*>?",
    re.IGNORECASE,
)
_SLACK_MENTION = re.compile(r"<([@#!])([^<>\n]*)>")
_COMMAND = re.compile(r"<(/[^<>:\n]{1,100}):\d+>")  # Discord's, which a click runs
_UNCLOSED = re.compile(r"<+(?=!(?:channel|here|everyone|subteam)|@[!&]?\w|#\w)", re.IGNORECASE)
_GROUP = "(?:channel|everyone|here|group)"
# Also within a longer word, as the clients do, but for an address (kim@here.example).
_EVERYBODY = re.compile(
    rf"(?<![A-Za-z0-9])[@＠](?={_GROUP})|[@＠](?={_GROUP})(?!{_GROUP}(?:-[A-Za-z0-9-]*)?\.[A-Za-z])",
    re.IGNORECASE,
)
_NESTED = 3  # an image within a link
_APART = "@\u200b"  # what Discord's and Slack's clients don't read as a mention


def links_in(texts: Iterable[str]) -> frozenset[str]:
    """The links that stand in some texts, in the form in which `Links` compares them."""
    return frozenset(_comparable(_trimmed(found[0])) for text in texts for found in _URL.finditer(text))


def quieted(text: str) -> str:
    """The text with every mention written so that it pings nobody."""
    text = _COMMAND.sub(r"\1", text)
    text = _UNCLOSED.sub("", _SLACK_MENTION.sub(_named, text))
    return _EVERYBODY.sub(_APART, text)


class Links:
    """Takes out links that aren't allowed.

    Args:
        allowed: the links of the sources (`links_in`).
        instead: what stands for a bare link that was taken out.
    """

    def __init__(self, allowed: frozenset[str], instead: str) -> None:
        self._allowed = allowed
        self._instead = instead

    def checked(self, text: str) -> str:
        """The text with its links allowed, and its mentions quiet."""
        for _ in range(_NESTED):
            text, changed = _MARKDOWN.subn(self._markdown, text)
            if not changed:
                break
        text = _ANGLE.sub(self._angle, text)
        text = _HTML.sub("", text)
        text = _URL.sub(self._bare, text)
        return quieted(text)

    def _is_allowed(self, link: str) -> bool:
        return not _NEVER.match(link) and _comparable(link) in self._allowed

    def _markdown(self, found: re.Match[str]) -> str:
        image, label, inside = found.groups()
        link = next(iter(inside.strip().strip("<>").split()), "")
        if label.isdecimal():
            return f"[{label}]"
        if image:
            return label
        if self._is_allowed(link):
            # Where it leads is seen, whatever a document calls it.
            return link if not label or _URL.search(label) else f"{label} ({link})"
        # What no client makes a link of ("[참고](휴가 규정)") keeps its words.
        return label if _is_target(link) else found[0]

    def _angle(self, found: re.Match[str]) -> str:
        link, label = found.groups()
        if not self._is_allowed(link):
            return label or self._instead
        return link if not label or _URL.search(label) else f"{label} ({link})"

    def _bare(self, found: re.Match[str]) -> str:
        link = _trimmed(found[0])
        return found[0] if self._is_allowed(link) else self._instead + found[0][len(link) :]


def _is_target(text: str) -> bool:
    """Whether a client would make a link of a Markdown target: an address, a path, a fragment."""
    return any(mark in text for mark in ":/.#?%")


def _named(found: re.Match[str]) -> str:
    kind, rest = found.groups()
    identity, _, label = rest.partition("|")
    name = label or identity.lstrip("!&").partition("^")[0]
    return f"{'#' if kind == '#' else _APART}{name.lstrip('@#')}"


def _trimmed(link: str) -> str:
    """Without the punctuation that ends a sentence after it."""
    return link.rstrip(_ENDS)


def _comparable(link: str) -> str:
    """The same for two ways of writing one address: scheme and host in lower case, no slash at the end."""
    text = link.strip()
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
    except ValueError:
        return text
    rest = text[text.find(parts.netloc) + len(parts.netloc) :] if parts.netloc else text
    return f"{parts.scheme.lower()}//{parts.netloc.lower()}{rest}".rstrip("/")
