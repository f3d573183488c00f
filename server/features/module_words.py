"""How a module is worded: its length, its sentences, what needs a note beforehand, and names of real people. Pure.

The words that are never said anywhere are looked for in all content, by tests/architecture/words.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from server.features.markdown import Fault

MOST_WORDS = 650
LONGEST_SENTENCE = 25
REFRESHERS = "## Refreshers"  # read weeks later, so they are not part of the minutes

MARKER = re.compile(r"\s*(?:- \[.\]|[-*]|>|\?\w*|%|#+|\d{1,2}[.)])(?:\s+|$)")
WORD = re.compile(r"[A-Za-z0-9]+(?:[’'-][A-Za-z0-9]+)*")
END = re.compile(r"[.?!:;]+[”’\"')]*(?:\s|$)")
TRIGGER = re.compile(r"(?i)\b(?:suicid|abus|assault|rape|self-harm)\w*")
LAW = re.compile(r"\b(?:[Ll]aws?|[Ll]egal(?:ly)?|[Ii]llegal|Act)\b")
# The commonest surnames in the United Kingdom and those of its staff: with a first name or a title they are somebody.
SURNAMES = (
    "Smith|Jones|Taylor|Brown|Williams|Wilson|Johnson|Davies|Robinson|Wright|Thompson|Evans|Walker|White|Roberts|Green|"
    "Hall|Wood|Jackson|Clarke|Patel|Khan|Singh|Ahmed|Ali|Kaur|Begum|Hussain|Murphy|O’Brien|Okafor|Adeyemi|Nguyen|"
    "Mensah|Santos|Kowalski|Campbell|Stewart|Anderson|MacDonald|Nightingale|Seacole"
)
SOMEBODY = re.compile(rf"\b(?:[A-Z][a-z]+|Dr|Prof)\.? (?:{SURNAMES})\b")
YEAR, HALF_YEAR = timedelta(days=366), timedelta(days=184)

Said = tuple[int, str]  # the line it begins on, and its words


def said(body: str) -> list[Said]:
    """Every paragraph, point, question, answer and feedback of a body, without its marks."""
    found: list[Said] = []
    before = ""
    for number, line in enumerate(body.splitlines(), 1):
        mark = MARKER.match(line)
        kind = mark[0].strip() if mark else ""
        goes_on = before != "" and (not mark or kind == before == ">")
        text = (line[mark.end() :] if mark else line).strip()
        if text and goes_on and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {text}")
        elif text:
            found.append((number, text))
        before = "" if not line.strip() or kind.startswith("#") else kind or before or "text"
    return found


def count(body: str) -> int:
    """The words that are read in one go."""
    return sum(len(WORD.findall(text)) for _, text in said(body.partition(f"\n{REFRESHERS}")[0]))


def faults(body: str, *, has_note: bool) -> Iterator[Fault]:
    if (words := count(body)) > MOST_WORDS:
        yield Fault(1, f"{words} words are more than 4 minutes. Cut it down to {MOST_WORDS}.")
    for line, text in said(body):
        longest = max((len(WORD.findall(each)) for each in END.split(text)), default=0)
        if longest > LONGEST_SENTENCE:
            yield Fault(line, f"a sentence here has {longest} words. Make two of it: {LONGEST_SENTENCE} is the limit.")
        if (found := TRIGGER.search(text)) and not has_note:
            yield Fault(line, f"“{found[0]}” needs a content_note at the top, that says what is coming. Write one.")
        if somebody := SOMEBODY.search(text):
            yield Fault(line, f"“{somebody[0]}” reads like a real person. Give a role, or a first name alone.")


def review_fault(reviewed: date, review_by: date, body: str) -> str | None:
    """What is wrong with the day by which somebody reads it again."""
    if review_by <= reviewed:
        return "review_by has to be later than reviewed. Write the day by which it is read again."
    if review_by - reviewed > YEAR:
        return "review_by is more than 12 months after reviewed. Bring it forward."
    if LAW.search(body) and review_by - reviewed > HALF_YEAR:
        return "this speaks of the law, so review_by is at most 6 months after reviewed. Bring it forward."
    return None
