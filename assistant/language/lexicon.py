"""The closed word classes of English, once, as data; what is open is learned or looked up."""

# Function words: they carry no subject, so they neither search nor support a statement.
STOP_WORDS = frozenset(
    (
        "a an the and or but nor so yet if then than as of at by for from in into on onto to "
        "up out off over under with within about between among against during through per via "
        "is are was were be been being am do does did doing done has have had having will "
        "would shall should can could may might must it its this that these those there here "
        "he she they them his her hers him their theirs we us our ours you your yours i me my "
        "mine who whom whose which what when where why how not no any some such own same too "
        "very just also only s t don now many much more most other each both all few because "
        "while after before again once further"
    ).split()
)
# Small numbers in words, with their digits.
NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen "
            "fourteen fifteen sixteen seventeen eighteen nineteen twenty"
        ).split()
    )
}
MONTHS = (
    "january february march april may june july august september october november december".split()
)
# Without their last full stop, in lower case.
ABBREVIATIONS = frozenset(
    (
        "mr mrs ms dr prof rev hon gen col maj capt cmdr lt sgt cpl pvt adm gov sen rep pres "
        "st sr jr messrs mt ft inc ltd co corp llc bros dept est univ assn no nos vol vols "
        "fig figs eq eqs sec ch chap pp pg ed eds trans cf al etc vs v viz ca approx e.g i.e "
        "a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs "
        "fri sat sun ave blvd rd u.s u.k u.n e.u u.s.a ph.d m.d b.a m.a b.c a.d d.c"
    ).split()
)
# Abbreviations that may well end a sentence: a border follows only before a word that begins one.
ABBREVIATIONS_THAT_END = frozenset(
    ("etc al inc ltd co corp llc jr sr a.m p.m u.s u.k u.n e.u u.s.a ph.d m.d b.c a.d d.c").split()
)
# Words that begin a sentence after an abbreviation.
SENTENCE_OPENERS = frozenset(
    (
        "The A An It Its In On At He She They We I This That These Those There But And "
        "However When While As After Before For From By With If Since Although His Her Their "
        "Our You Under During According Some Many Most Other Such Both One Two"
    ).split()
)
# In each group the first word is the contrary of the others, and they of it.
CONTRARIES = """
    first second third last; second last; before after; early late; earlier later; earliest
    latest; more less fewer; most least fewest; many few; all none; always never rarely; often
    rarely never; usually rarely; highest lowest; higher lower; high low; upper lower; largest
    smallest; larger smaller; large small; big small; biggest smallest; greatest smallest;
    maximum minimum; longest shortest; longer shorter; long short; oldest youngest newest; older
    younger; old new young; best worst; better worse; good bad; strong weak; stronger weaker;
    rich poor; wide narrow; increase decrease decline reduce; rise fall decline; grow shrink;
    gain lose; win lose; begin end; start end stop finish; open close; enter leave; arrive
    depart leave; import export; buy sell; allow prohibit forbid ban; permit prohibit forbid
    ban; require forbid; accept reject refuse; support oppose; attack defend; include exclude;
    create destroy; build destroy demolish; love hate; remember forget; succeed fail; agree
    disagree; like dislike; north south; east west; northern southern; eastern western;
    northeast southwest; northwest southeast; left right; inside outside; internal external;
    domestic foreign; public private; national international; same different; similar different;
    easy difficult hard; possible impossible; legal illegal; male female; man woman; husband
    wife; father mother; son daughter; brother sister; king queen; positive negative; even odd;
    single double multiple; temporary permanent; ancient modern; with without; above below;
    within outside; day night; summer winter; hot cold; wet dry; heavy light
"""
AUXILIARIES = frozenset(
    "is are was were am be been do does did has have had can could will would shall should may "
    "might must".split()
)
# After these the sentence's verb follows its subject.
VERB_AUXILIARIES = frozenset("do does did can could will would shall should may might must".split())
PERSON_NOUNS = tuple(
    "man woman person king queen prince duke emperor president leader author writer minister "
    "general commander chief administrator director founder inventor scientist politician "
    "brother sister husband wife son daughter father mother judge teacher".split()
)
PERSON_PRONOUNS = frozenset("he she him his her hers himself herself".split())
THING_PRONOUNS = frozenset("it its itself they them their theirs themselves".split())
DEMONSTRATIVES = frozenset("this that these those".split())
SUBORDINATORS = frozenset("after before when while if because since until once that where".split())
# Verbs that say nothing of a subject.
SPEAKING_VERBS = frozenset("say said tell told call called make made think thought".split())
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
# What allows, what forbids, what turns something down, and what ties it to a condition:
# alternatives of a pattern.
PERMISSIONS = "allowed|permitted|welcome|tolerated|ok|okay"
PROHIBITIONS = "forbidden|prohibited|banned"
REFUSALS = "rejected|refused|excluded|declined|cancelled|canceled"
CONDITIONS = "only|unless|except|provided|consent|permission|approval|apart from|other than"
