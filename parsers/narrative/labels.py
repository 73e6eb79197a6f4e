"""What a number counts, in the report's words: the act and the thing, as short as stays faithful."""

import re

from parsers.narrative.words import load_words

_NOISE = re.compile(r"[\s\"“”‘’'《》<>【】\[\]·*#]+")
# 专、兼职 is one word.
_THING = re.compile(r"(?:的)?((?:专、)?[一-龥A-Za-z“”]{1,14})")
_MAX_LABEL = 24
# Titles in a row: the first stands for all.
_TITLES = re.compile(r"《([^《》]{1,80})》(?:[、和及与]?《[^《》]{1,80}》)+")


def clean_label(text: str, is_part: bool) -> str:
    """The label in the words in front of a number: leads, times and channels off, from its act on.

    ``is_part``: in a list under a total the category stays as it is, without a search for the act.
    """
    words = load_words()
    label = _NOISE.sub("", _TITLES.sub(r"\1", text)).strip("()（）:：,，、;；.。?？-—")
    cumulative = "累计" if not is_part and "累计" in label and words.since.search(text) else ""
    period = words.periods.search(label) if not is_part else None
    if period is not None:
        cumulative = period[0].replace("截止", "截至")
        label = label[period.end() :] or label
    label = words.causes.sub("", _cut_leads(label, is_part))
    for _ in range(3):
        tail = words.tail.search(label)
        if tail is None or tail.start() == 0:
            break
        label = label[: tail.start()]
    if words.carried_over.search(label) and label[:4].isdigit():
        label = words.carried_over.sub("上年", label)
    if "结转" in label and any(mark.isdigit() for mark in label):
        label = words.carried_forward.sub("结转下年", label)
    if is_part:
        return label[-_MAX_LABEL:]
    label = label[_find_act(label) :]
    if not words.next_year.search(label):
        label = words.time.sub("", label) or label
    return cumulative + label.removeprefix(cumulative)[:_MAX_LABEL]


def _find_act(label: str) -> int:
    """Where the act of a clause begins: behind the agency and the place or medium; 0 where there is none."""
    words = load_words()
    acts = [match for match in words.verb.finditer(label) if _is_real_act(label, match)]
    for n, act in enumerate(acts):
        # An act at the very end is the thing itself (图文解读, 不动产公告, 申请办结), save behind an agency.
        if act.end() == len(label):
            if n:
                return acts[n - 1].start()
            return act.start() if words.agencies.search(label[: act.start()]) else 0
        if n + 1 < len(acts) and acts[n + 1].start() == act.end() and acts[n + 1][0].endswith(act[0]):
            continue
        if n + 1 == len(acts) or not words.places.search(label[act.start() : acts[n + 1].start()]):
            medium = words.medium.match(act[0])
            return act.start() + (medium.end() if medium and medium.end() < len(act[0]) else 0)
    return 0


def _is_real_act(label: str, match: re.Match[str]) -> bool:
    """Whether the words of an act are one here, and no part of a thing (访问量, 公示栏, 信息公开)."""
    if label[match.end() : match.end() + 1] in ("量", "率") or load_words().not_act.match(label, match.start()):
        return False
    return not (match[0] == "公开" and label[: match.start()].endswith("信息"))


def _cut_leads(label: str, is_part: bool) -> str:
    """The label without connectives and times in front; a part keeps its time (本年度新增)."""
    words = load_words()
    for _ in range(5):
        before = label
        if not is_part and words.time.match(label) and not words.carried_over.match(label):
            label = words.time.sub("", label, count=1)
        lead = words.lead.match(label)
        if lead and lead.end() < len(label) and not (is_part and words.time.match(label)):
            label = label[lead.end() :].lstrip(":：,，、()（）")
        if label == before:
            break
    return label


def is_act(label: str) -> bool:
    """Whether a label is nothing but an act, so that the thing stands behind the number."""
    match = load_words().verb.match(label)
    return match is not None and match.end() == len(label)


def is_connective(label: str) -> bool:
    """Whether a label is nothing but a word that adds up or joins (共计8个项目); 累计 says what is counted."""
    words = load_words()
    return label != "累计" and (words.lead.fullmatch(label) or words.tail.fullmatch(label)) is not None


def ends_with_act(label: str) -> str:
    """The act at the end of a label, or ''."""
    last = ""
    for match in load_words().verb.finditer(label):
        last = match[0] if match.end() == len(label) else ""
    return last


def holds_act(label: str) -> bool:
    """Whether some words of a label are an act, and no part of a thing."""
    plain = load_words().not_act.sub(" ", label)
    return any(_is_real_act(plain, match) for match in load_words().verb.finditer(plain))


def begins_with_act(label: str) -> bool:
    """Whether a label begins with an act and goes on with a thing."""
    words = load_words()
    plain = words.time.sub("", label, count=1) if words.time.match(label) else label
    match = words.verb.match(plain)
    return match is not None and match.end() < len(plain) and words.not_act.match(plain) is None


def is_left_over(chunk: str, behind: str) -> bool:
    """Whether a number is told as what goes to the next year (除5件转2024年外, 剩余5件结转下年度)."""
    return chunk.strip().endswith(("除", "剩余", "其余", "余下")) and load_words().left_over.match(behind) is not None


def thing_behind(text: str) -> str:
    """The thing that stands behind number and unit (1名专职人员), up to where the clause goes on with another."""
    words = load_words()
    about = words.about.match(text)
    match = _THING.match(text, about.end() if about else 0)
    if match is None:
        return ""
    thing = match[1].rstrip("和与及") if text[match.end() : match.end() + 1].isdigit() else match[1]
    goes_on = words.clause_goes_on.search(thing, 2 if thing.startswith("专、") else 0)
    return (thing[: goes_on.start()] if goes_on else thing).strip("“”")
