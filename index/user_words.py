"""The user's own words: a file `userdict.txt` beside the documents, in the form of jieba's user dictionaries."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.datatypes import Failure

USER_WORDS_FILE = "userdict.txt"
LONGEST_WORD = 64
MOST_NAMED = 20
# As jieba reads a line: the word, which may hold spaces, then how frequent it is, then its part of speech.
LINE = re.compile(r"(?P<word>.+?)(?P<frequency>\s+[0-9]+)?(?P<tag>\s+[a-z]{1,5})?")
# Without a frequency only these are taken for a part of speech, so that "matebook pro" stays whole.
TAGS = frozenset(
    ("n", "nr", "nrt", "ns", "nt", "nz", "ng", "v", "vn", "vd", "a", "ad", "an", "i", "j", "l", "eng", "x")
)


@dataclass(frozen=True, slots=True)
class UserWords:
    """Words as they are written, in order, each once; `broken` names the lines that are left alone.

    `stamp` is what the file looked like from outside.
    """

    words: tuple[str, ...]
    broken: tuple[Failure, ...] = ()
    stamp: str = ""


def parse_user_words(data: bytes) -> UserWords:
    """Read the lines of a user dictionary in UTF-8, with a byte-order mark or without; # begins a comment."""
    words: dict[str, None] = {}
    reasons: list[str] = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        try:
            text = line.decode("utf-8").strip()
        except UnicodeDecodeError:
            reasons.append(f"line {number} is not in UTF-8. Save the file as UTF-8")
            continue
        if not text or text.startswith("#"):
            continue
        word = _word(text)
        if reason := _reason_to_skip(word):
            reasons.append(f"line {number} ({text[:LONGEST_WORD]!r}) {reason}")
        else:
            words[word] = None
    if len(reasons) > MOST_NAMED:
        reasons[MOST_NAMED:] = [f"and {len(reasons) - MOST_NAMED} more lines like these are left alone"]
    return UserWords(tuple(words), tuple(Failure(USER_WORDS_FILE, reason) for reason in reasons))


def _word(text: str) -> str:
    """Return a line without frequency and part of speech."""
    line = LINE.fullmatch(text)
    if line is None:
        return text
    if line["frequency"] or (line["tag"] or "").strip() in TAGS:
        return line["word"]
    return text


def _reason_to_skip(word: str) -> str | None:
    if len(word) > LONGEST_WORD:
        return f"holds a word of {len(word)} characters; at most {LONGEST_WORD} make a word"
    if not any(character.isalnum() for character in word):
        return "holds no word; write one a line: word, frequency and part of speech, the last two if you like"
    if word.isdecimal():
        return "holds a number only; write the word before it"
    if len(word) == 1:
        return "holds a single character, which is found anyway"
    return None
