"""Find the sentences that compare results, and those that no claim holds.

A word list finds them, not a grammar. Words such as "better" or "outperforms" count
wherever they stand; "higher", "falls" or "most" only where the sentence names a result:
an accuracy, a loss, mistakes, seconds. What it lists wrongly goes into the claims file,
under [[not-a-comparison]] and with its reason.
"""

import re
from functools import lru_cache

from course.claims.markdown import Sentence

_ADJECTIVES = (
    r"high|low|larg|small|great|big|long|short|earli|soon|clos|near|farth|furth|"
    r"wid|narrow|strong|weak|eas|hard|heavi|light|clear|poor|deep"
)
_STEADY = r"smooth|calm|nois|steadi|stead|steep|flatt|sharp|cheap|sur|saf|pur"

# These compare wherever they stand.
_ALWAYS = re.compile(
    r"\b(?:"
    r"better|worse|faster|slower|quicker|fastest|slowest|quickest|likelier|"
    rf"(?:{_STEADY})i?er|(?:{_STEADY})i?est|"
    r"(?!other\b|rather\b|whether\b|either\b|neither\b)\w+er (?:\w+ ){0,4}?than|"
    r"(?:more|less|fewer) (?:[\w'’*-]+ ){1,6}?than(?! \w+ing\b)|"
    r"(?:more|less|fewer) than (?!\d|an?\b|one\b|two\b|once\b)|"
    r"(?:more|less) (?:often|accurate\w*|careful\w*|likely|reliabl\w+|stable)|"
    r"outperform(?:s|ed)?|beats?|beaten|wins?|won|overtak(?:es?|en)|overtook|"
    r"surpass(?:es|ed)?|exceed(?:s|ed)?|lags?(?: behind)?|catch(?:es)? up|"
    r"(?:comes?|lies?|lay|gets?|is|are|was|were|stays?|far|well|little|points?|ends?|"
    r"hundred|only) (?:ahead|behind|level)|ahead of|"
    r"narrow(?:s|ed)|widen(?:s|ed)?|improv(?:es|ed)|improvement|"
    r"(?:takes?|took) (?:much |far |a little )?(?:longer|less|more)|fewest|"
    r"(?:most|least) (?:frequent|often|confused|accurate|reliabl)\w*|"
    r"helps|helped|help an?|hurts?|harms|harmed|suffers?|suffered|"
    r"(?:does|did|do|will) (?:no|not) (?:help|hurt|harm|good)|"
    r"no (?:difference|gain|improvement|effect|harm)|"
    r"(?:makes?|made) (?:no|little|a) difference|differs? (?:little|by less)|"
    r"(?:just|quite|nearly|almost|about|exactly|not|half) as (?:\w+ ){1,3}?as|"
    r"as (?:good|bad|accurate|fast|slow|high|low|likely|pure|sure) (?:as|again)|"
    r"just as (?:good|bad|well|often|fast|\w+ly)|(?:do|does|did|performs?) as well|"
    r"hardly|barely|scarcely|indistinguishable|be told apart|turn(?:s|ed)? round|"
    r"(?:worth|costs?|gains?|loses?|saves?|helps?|changes?|var(?:y|ies)|differs?|"
    r"learns?) (?:\w+ ){0,2}?(?:most|least|more|less)|(?:costs?|gains?|saves?) nothing|"
    r"(?:gains?|gained|loses?|lost) (?:about |nearly |only )?(?:\d|one\b|two\b|three\b|"
    r"half\b|several\b)|\w+s help|(?:do|does|did) (?:no |some |more )?harm|"
    r"(?:hundred|thousand|points?|%|per cent|times) (?:more|less|fewer|higher|lower|"
    r"smaller|larger|longer|shorter)|"
    r"(?:a little|slightly|well|far|just|clearly) (?:above|below|over|under)|"
    r"most of (?:the|them|these|those|its?)|(?:nearly|almost) (?:all|none|every|no)|"
    r"(?:difference|gap|lead|advantage|gain) (?:is|was|gets|becomes|stays|remains|"
    r"shrinks|grows|closes|vanishes|disappears)(?! \*)|stands? out|coincide|"
    r"(?:well|badly|poorly) calibrated|too (?:sure|confident)|over-?confident|"
    r"(?:did|has|have|had|begins? to|begun to|starts? to) (?:\w+ )?over-?fit\w*|"
    r"over-?fits|unchanged|unaffected"
    r")(?!\w)",
    re.IGNORECASE,
)

# These compare where the sentence names what is measured.
_WEAK = re.compile(
    r"\b(?:"
    rf"(?:{_ADJECTIVES})i?er|(?:{_ADJECTIVES})i?est|best|worst|"
    r"more|less|fewer|most|least|fewest|just as|equal(?:s|led)?|"
    r"gains?|gained|loses?|lead|leads|reach(?:es|ed)|"
    r"drops?|dropped|falls?|fell|fallen|rises?|rose|risen|climbs?|climbed|sinks?|sank|"
    r"shrinks?|shrank|grows?|grew|decreases?|decreased|increases?|increased|turns?|"
    r"turned|flattens?(?! (?:the|it|them|its|each|every)\b)|jumps?|levels? off|"
    r"converges?|improving|"
    r"(?:lies?|lay|is|are|was|stays?|ends?|accuracy|loss|curves?) (?:well |far |just )?"
    r"(?:above|below)|"
    r"similar|similarly|alike|identical|agrees?|match(?:es)?|differs?|differed|"
    r"(?:the|much the|nearly the) same (?:accurac\w+|loss|level|results?|scores?|"
    r"errors?|mistakes?|values?|answers?|pairs|gap|share|seconds|time)|far from|"
    r"only slightly"
    r")(?!\w)",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\b(?:accurac(?:y|ies)|loss(?:es)?|errors?|mistakes?|scores?|misclassif\w+|"
    r"over-?fit\w*|generali[sz]\w+|precision|recall|purity|variance|validation|curves?|"
    r"gap|seconds|minutes|correlations?|right|wrong|correct|correctly|spread|"
    r"parameters|confident|calibrated|performance|margin|rate of)\b",
    re.IGNORECASE,
)
# Words of the lists that compare nothing where they stand so.
_IDIOMS = re.compile(
    r"\b(?:rather than|other than|no longer|more or less|at (?:least|most)|most of all|"
    r"sooner or later|nearest[ -](?:neighbours?|mean)|less than 1|once more|"
    r"measured alike|(?:the|an) earlier (?:course|chapter|section|cell)|"
    r"best (?:epochs?|weights)|"
    r"(?:validation|test|training) (?:data|set|digits|images|reviews|samples?|part)|"
    r"falls? back|turns? (?:\w+ ){0,3}into|step (?:less|more))\b",
    re.IGNORECASE,
)
# A sentence that tells the reader what to do states no result of the chapter's.
_TASK = re.compile(
    r"[\s>*\-\d.]*(?:(?:Your turn|Try it)[.:*\s]+)?(?:Add|Change|Choose|Compare|"
    r"Compute|Count|Draw|Find|Fit|Keep|Look|Make|Move|Plot|Predict|Repeat|Replace|Report|Run|Save|"
    r"Set|Show|Sort|Take|Train|Try|Turn|Use|Work|Write)\b"
)
_FALSE_BY_DESIGN = re.compile(r"[\s*>]*Misconception \d+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def comparing_words(sentence: Sentence) -> tuple[tuple[int, int], ...]:
    """Return the places, in the text, of the words with which a sentence compares."""
    text = " ".join(sentence.text.split("\n"))
    is_question = text.rstrip(" *_\"')").endswith("?")
    if is_question or sentence.kind in ("heading", "wrong choice"):
        return ()
    if _FALSE_BY_DESIGN.match(text):
        return ()
    bare = _IDIOMS.sub(lambda idiom: " " * len(idiom[0]), text)
    found = [match.span() for match in _ALWAYS.finditer(bare)]
    if _MEASURE.search(bare) and not _TASK.match(bare):
        found += [match.span() for match in _WEAK.finditer(bare)]
    return tuple(sorted((sentence.start + a, sentence.start + b) for a, b in found))
