"""Forms of English verbs: which words are verbs, and their past, participle and third person."""

import re
from functools import lru_cache

from assistant.language.words import term

# Base, past and participle where they are not made with -ed.
_IRREGULAR = (
    "arise arose arisen,awake awoke awoken,bear bore born,beat beat beaten,become became become,"
    "begin began begun,bend bent bent,bind bound bound,bite bit bitten,bleed bled bled,"
    "blow blew blown,break broke broken,breed bred bred,bring brought brought,"
    "broadcast broadcast broadcast,build built built,burst burst burst,buy bought bought,"
    "cast cast cast,catch caught caught,choose chose chosen,come came come,cost cost cost,"
    "cut cut cut,deal dealt dealt,dig dug dug,draw drew drawn,drink drank drunk,"
    "drive drove driven,eat ate eaten,fall fell fallen,feed fed fed,feel felt felt,"
    "fight fought fought,find found found,flee fled fled,fly flew flown,forbid forbade forbidden,"
    "forget forgot forgotten,freeze froze frozen,get got gotten,give gave given,go went gone,"
    "grow grew grown,hang hung hung,hear heard heard,hide hid hidden,hit hit hit,"
    "hold held held,hurt hurt hurt,keep kept kept,know knew known,lay laid laid,lead led led,"
    "leave left left,lend lent lent,let let let,lie lay lain,light lit lit,"
    "lose lost lost,make made made,"
    "mean meant meant,meet met met,oversee oversaw overseen,overthrow overthrew overthrown,"
    "pay paid paid,put put put,read read read,ride rode ridden,rise rose risen,run ran run,"
    "say said said,see saw seen,seek sought sought,sell sold sold,send sent sent,set set set,"
    "shake shook shaken,shine shone shone,shoot shot shot,show showed shown,shut shut shut,"
    "sing sang sung,sink sank sunk,sit sat sat,sleep slept slept,speak spoke spoken,"
    "spend spent spent,split split split,spread spread spread,stand stood stood,"
    "steal stole stolen,stick stuck stuck,strike struck struck,swear swore sworn,"
    "swim swam swum,take took taken,teach taught taught,tear tore torn,tell told told,"
    "think thought thought,throw threw thrown,undergo underwent undergone,"
    "understand understood understood,undertake undertook undertaken,wear wore worn,"
    "win won won,withdraw withdrew withdrawn,write wrote written,have had had,do did done"
)
_PAST = {base: past for base, past, _ in (row.split() for row in _IRREGULAR.split(","))}
_PARTICIPLE = {base: last for base, _, last in (row.split() for row in _IRREGULAR.split(","))}
_REGULAR = frozenset(
    (
        "abandon abolish accept accompany achieve acknowledge acquire act adapt add address adopt "
        "advance affect agree aid allow amount announce appear apply appoint argue arrest arrive "
        "ask assist assume attack attempt attend attract award ban base believe belong blame "
        "borrow call cancel capture care carry cause cease celebrate change charge cite claim "
        "close collapse collect combine compare compete complete compose conclude conduct confirm "
        "conquer consider consist contain continue contract contribute control convert cover "
        "create criticize cross crown dance deal debut decide declare decline dedicate defeat "
        "defend define demand deny depend depict describe desire destroy determine develop die "
        "differ direct disagree disappear discover display divide divorce dominate donate drop "
        "earn elect eliminate emerge employ enact encounter encourage end enjoy ensure enter "
        "establish estimate evolve exceed exist expand expect experience explain export express "
        "extend face fail favor file finance finish flow follow force form formulate found "
        "function gain gather generate govern graduate grant handle happen hate head help hire "
        "host identify immigrate implement import impose improve include increase influence "
        "inform inherit inspire install intend introduce invade invent invest invite involve "
        "issue join kill lack land last launch learn like limit link list live locate look love "
        "maintain manage march marry measure mention merge migrate move name need negotiate "
        "nominate note obtain occupy occur offer open operate oppose order organize originate "
        "own paint participate pass perform permit persuade place plan play possess precede "
        "predict prefer prepare present preserve prevent proclaim produce prohibit promise "
        "promote propose protect protest prove provide publish purchase pursue raise rank reach "
        "receive recognize recommend record reduce refer reflect refuse regain reign reject "
        "relate release rely remain remove rename renounce replace report represent require "
        "resemble reside resign resist respond result retire retreat return reveal review rule "
        "sail save score select separate serve settle share shift sign start state stay stop "
        "store study submit succeed suffer suggest supply support surpass surrender survive "
        "suspend switch target tend threaten tour trade train transfer translate travel treat "
        "try turn unite accrue attach book check clean cook deliver drink fix help insure "
        "park print rent repair smoke wash use value vary view visit vote wait walk want warn "
        "weigh wish work"
    ).split()
)
# Bases that double their last letter though they have more than one syllable.
_DOUBLED = frozenset(
    "admit commit compel control defer occur omit permit prefer refer submit".split()
)
_THIRD = {"have": "has", "do": "does", "go": "goes"}


@lru_cache(maxsize=1)
def _forms() -> dict[str, str]:
    """The base of each form of the verbs that are known here."""
    forms: dict[str, str] = {}
    for base in [*_REGULAR, *_PAST]:
        for form in (base, past(base), participle(base), third_person(base), gerund(base)):
            forms.setdefault(form, base)
    return forms


def past(base: str) -> str:
    """The past tense of a verb in its base form."""
    return _PAST.get(base) or _with_ed(base)


def participle(base: str) -> str:
    """The past participle of a verb in its base form."""
    return _PARTICIPLE.get(base) or _with_ed(base)


def third_person(base: str) -> str:
    """The form after "he" in the present tense."""
    if base in _THIRD:
        return _THIRD[base]
    if re.search(r"(?:s|x|z|ch|sh)$", base):
        return f"{base}es"
    return f"{base[:-1]}ies" if re.search(r"[^aeiou]y$", base) else f"{base}s"


def gerund(base: str) -> str:
    """The form in -ing."""
    if base.endswith("ie"):
        return f"{base[:-2]}ying"
    return f"{base[:-1]}ing" if re.search(r"[^eoy]e$", base) else f"{_doubled(base)}ing"


def _with_ed(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if re.search(r"[^aeiou]y$", base):
        return f"{base[:-1]}ied"
    return f"{_doubled(base)}ed"


def _doubled(base: str) -> str:
    short = re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", base)
    return base + base[-1] if short or base in _DOUBLED else base


def base_of(word: str) -> str | None:
    """The base form of a verb that is known here, None if the word is no form of one."""
    return _forms().get(word)


def is_base(word: str) -> bool:
    """Tell if the word is the base form of a verb that is known here."""
    return word in _REGULAR or word in _PAST


def is_past(word: str) -> bool:
    """Tell if a lower-case word looks like a past tense."""
    if base := base_of(word):
        return past(base) == word
    return bool(re.fullmatch(r"[a-z]{2,}[^e]ed", word)) and word not in _NO_VERBS


def is_participle(word: str) -> bool:
    """Tell if a lower-case word looks like a past participle."""
    if base := base_of(word):
        return participle(base) == word and word not in {"come", "run", "set", "put", "become"}
    return word in _LONE_PARTICIPLES or (
        bool(re.fullmatch(r"[a-z-]{2,}[^e]ed", word)) and word not in _NO_VERBS
    )


def is_third_person(word: str) -> bool:
    """Tell if the word is the third person of a verb that is known here."""
    base = base_of(word)
    return base is not None and third_person(base) == word


def related(word: str, others: frozenset[str]) -> bool:
    """Tell if one of `others`, which are index terms, is a form of the verb `word`."""
    return bool({term(word), term(past(word)), term(participle(word))} & others)


_NO_VERBS = frozenset(
    "hundred red bed shed sacred naked bred seed speed breed kindred infrared wicked".split()
)
_LONE_PARTICIPLES = frozenset("born got shown proven known sewn outlawn situated".split())
