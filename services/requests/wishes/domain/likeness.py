"""How much two wishes in Chinese words are alike, without a model: the same texts always give the same figure."""

import math
import re

from shared.kernel.text import matched

ALIKE = 35
"""From this likeness on, in per cent, a new wish is put beside those that wait. Where that is wrong, the corps parts
them; where two mean the same in other words, it gathers them."""

WORTH_SHOWING = 15
"""From this likeness on, the corps is shown a wish as one that may mean the same."""

_SAYS_NOTHING = re.compile(
    "希望|盼望|盼着|想要|能够|能有|可以|可否|是否|请求|请|有没有|我们|咱们|村里|镇里|这里|志愿者|志愿|服务队|服务|活动"
    "|提供|增加|开展|组织|安排|一些|一下|一次|的|了|吗|呢|吧|和|或|及|与|对|给|为|来|到|去|能|想|有"
)
"""Words that wishes are put in, whatever is wished for."""
_WORD = re.compile(r"[^\W_]+")


def likeness(one: str, other: str) -> int:
    """Returns how many pairs of neighbouring characters two texts share, in per cent: the cosine of their sets of such
    pairs. Width, case, punctuation, and words that any wish may hold make no difference."""
    ours, theirs = _pairs(one), _pairs(other)
    if not ours or not theirs:
        return 0
    return round(100 * len(ours & theirs) / math.sqrt(len(ours) * len(theirs)))


def _pairs(text: str) -> set[str]:
    said = _SAYS_NOTHING.sub(" ", matched(text))
    words = _WORD.findall(said)
    if not any(len(word) > 1 for word in words):  # nothing but such words: then they count
        words = _WORD.findall(matched(text))
    return {word[at : at + 2] for word in words for at in range(max(1, len(word) - 1))}
