"""Signs of speech in a text: verbs and formulas of saying in six languages, and on which side the speaker stands."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import wording
from .wording import pattern


@dataclass(frozen=True)
class Saying:
    """A verb or formula of saying: where it stands, and where the speaker does: `before` it, `after` it, or either."""

    start: int
    end: int
    side: str


@dataclass(frozen=True)
class Words:
    """The words of one language, as `wording` has its own."""

    verbs: str = ""  #: forms of verbs, with the speaker on either side
    after: str = ""  #: formulas that the speaker follows
    before: str = ""  #: formulas that the speaker goes before
    reported: str = ""  #: forms that tell what another says
    pronouns: str = ""  #: what stands for somebody who was named before
    places: str = ""  #: prepositions: what follows is rather a place, or said of another
    articles: str = ""
    agency: str = ""  #: what goes before the name of a news agency
    that: str = ""  #: what begins that which is said
    passive: str = ""  #: what makes the form a noun or a passive


_WORDS: Mapping[str, Words] = {
    "en": Words(
        "said|says|say|saying|told|tells|called|calls|warned|warns|denied|denies|deny|demanded|demands|demand|added|adds|"
        "announced|announces|argued|argues|argue|claimed|claims|claim|stated|insisted|insists|reported|reports|wrote|"
        "writes|explained|explains|asked|asks|replied|admitted|admits|confirmed|confirms|acknowledged|rejected|rejects|"
        "criticised|criticized|praised|urged|urges|noted|stressed|declared|accused|accuses|promised|promises|suggested|"
        "predicted|complained|described|commented|concluded|believes|estimates|criticises|criticizes",
        "according to|in the words of", "", "", "he|she|they|it|his|her|their|its",
        "in|at|near|from|to|into|of|outside|around|across|on|with|for|by|against", "the|a|an",
        "(?:news )?agency|newswire",
        "that|how|why|whether", "the|a|an|of|this|these|those|its|their|no|many|some|is|are|was|were|be|been|port|so"),
    "de": Words(
        "sagte|sagt|sagten|sagen|gesagt|erklärte|erklärt|erklärten|erklären|nannte|nennt|nannten|nennen|fordert|forderte|"
        "fordern|forderten|warnt|warnte|warnen|warnten|teilte|teilt|betont|betonte|berichtet|berichtete|meldet|meldete|"
        "behauptet|behauptete|bestreitet|bestritt|kritisiert|kritisierte|kündigte|meint|meinte|schreibt|schrieb|bestätigt|"
        "bestätigte|verlangt|verlangte|räumte|heißt es",
        "laut|nach angaben (?:von|des|der)|nach den worten (?:von|des|der)", "zufolge",
        "(?<!ich\\s)(?:sei|seien|habe|werde|könne|müsse|wolle|solle|dürfe)", "er|sie|es|sein\\w*|ihr\\w*",
        "in|im|aus|nach|bei|von|vom|vor|zu|nahe|auf|mit|gegen|für", "der|die|das|dem|den|des",
        "(?:nachrichten)?agentur",
        "dass|daß|wie|warum|ob", "wird|werden|wurde|wurden"),
    "fr": Words(
        "dit|disent|disait|déclare|déclaré|affirme|affirmé|affirment|explique|expliqué|annoncé|estime|estimé|assure|assuré|"
        "dénonce|dénoncé|réclame|réclament|accuse|ajoute|ajouté|rappelle|rappelé|averti|avertit|nie|nié|exige|exigent|"
        "qualifié|écrit", "selon|d[’']après", "", "", "il|elle|ils|elles|son|sa|ses|leur|leurs",
        "à|au|aux|en|dans|de|du|des|vers|depuis|avec|contre|pour", "le|la|les", "agence(?: de presse)?",
        "que|qu[’']", "est|sont|été"),
    "es": Words(
        "dijo|dijeron|dice|dicen|afirmó|afirma|afirman|declaró|declara|explicó|explica|anunció|advirtió|advierte|exigió|"
        "exige|exigen|negó|niega|niegan|aseguró|asegura|añadió|denunció|denuncia|pidió|pide|piden|señaló|llamó|informó",
        "según|de acuerdo con", "", "", "él|ella|ellos|ellas|su|sus", "en|a|al|de|del|desde|hacia|con|contra|para",
        "el|la|los|las", "agencia(?: de noticias)?", "que", "es|son|fue|fueron|la|una"),
    "ru": Words(
        "сказал[аи]?|заявил[аи]?|заявляет|говорит|говорят|сообщил[аи]?|сообщает|отметил[аи]?|назвал[аи]?|предупредил[аи]?|"
        "подчеркнул[аи]?|потребовал[аи]?|требует|утверждает|утверждают|опроверг(?:ла|ли)?|отрицает|отрицают|добавил[аи]?|"
        "объявил[аи]?|считает|считают|пояснил[аи]?", "по (?:словам|данным|мнению)|согласно", "", "",
        "он|она|они|его|её|ее|их", "в|во|из|на|к|от|у|под|с|против|для", "", "агентств[оаеу]м?", "что", ""),
    "mn": Words(
        "хэлэв|хэлсэн|хэллээ|мэдэгдэв|мэдэгдсэн|мэдэгдлээ|мэдээлэв|мэдээлсэн|мэдээллээ|тайлбарлав|тайлбарласан|онцлов|"
        "онцолсон|анхааруулав|анхааруулсан|шаардав|шаардсан", "", "хэлснээр|мэдээлснээр|мэдэгдсэнээр", "",
        "тэр|тэд|түүний", "", "", "агентлаг", "", ""),
}


def words(language: str | None) -> Words:
    """The words of a language; none where it is not among the six."""
    return _WORDS.get(wording.primary(language), Words())


@functools.cache
def _sayings(language: str | None) -> re.Pattern[str]:
    own = words(language)
    kinds = {"either": own.verbs, "after": own.after, "before": own.before}
    forms = "|".join(f"(?P<{side}>{pattern(each)})" for side, each in kinds.items() if each)
    return re.compile(rf"(?<![\w-])(?:{forms or '(?!)'})(?![\w-])", re.IGNORECASE)


@functools.cache
def _passive(language: str | None) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){pattern(words(language).passive)}[\s-]+$", re.IGNORECASE)


def sayings(text: str, language: str | None) -> list[Saying]:
    """The verbs and formulas of saying in a text, in its order; not the passives and nouns that look like them."""
    passive = _passive(language)
    return [Saying(match.start(), match.end(), match.lastgroup or "either")
            for match in _sayings(language).finditer(text)
            if match.lastgroup != "either" or not passive.search(text[max(match.start() - 12, 0):match.start()])]


def reported(text: str, language: str | None) -> bool:
    """Whether a text has a form by which the language marks what another says (the German subjunctive)."""
    return bool(re.search(rf"(?<!\w){pattern(words(language).reported)}(?!\w)", text, re.IGNORECASE))
