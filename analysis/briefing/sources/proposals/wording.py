"""The words by which numbers, dates, names and speech are told, by language: what Babel and dateparser do not have.

Each is a pattern of words parted by `|`, matched without regard to case; a space stands for any white space.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    hedges: Mapping[str, str] = field(default_factory=dict)  #: by hedge, what stands before a number
    after: Mapping[str, str] = field(default_factory=dict)  #: by hedge, what stands after it
    numbers: str = ""  #: small numbers, `word=value`
    scales: str = ""  #: what a number is multiplied by, `word=power of ten`
    one: str = ""  #: articles before a scale: a million
    percent: str = ""
    units: str = ""  #: first words of units of two words
    second: str = ""  #: second words of units of two words
    per: str = ""  #: what a unit is counted by: barrels per day
    of: str = ""  #: what stands between a scale and its unit
    stop: str = ""  #: words that are no unit
    parts: str = ""  #: what a number may be that of: page, section
    at: str = ""  #: what must stand before it, where it may follow a length of time as well
    clock: str = ""  #: what follows a time of day
    ordinal: str = ""  #: what follows the digits of an ordinal
    until: str = ""  #: between the two ends of a range
    since: str = ""  #: before a range of time
    between: str = ""  #: before a range that something lies in
    around: str = ""  #: before a date that is not exact
    months: str = ""  #: what goes before a month that is written like another word
    dated: str = ""  #: dates of its own form, with the groups y, m and d
    unlike: str = ""  #: words of dateparser's for a day that mean another thing as often
    days: str = ""  #: further forms of the days of the week, from Monday, several parted by commas
    particles: str = ""  #: inside a name
    titles: str = ""  #: before a name


SIGNS: Mapping[str, str] = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "~": "~|≈|±"}
MONEY = "bn=9|mn=6|m=6|k=3|tn=12"  #: scales by letters, after a sum of money

_EN = Words(
    hedges={"<=": "no more than|not more than|at most|up to|as many as|as much as|a maximum of|maximum",
            ">=": "no less than|no fewer than|not less than|not fewer than|at least|a minimum of|minimum",
            ">": "more than|over|above|in excess of|upwards of|exceeding|greater than|higher than|larger than",
            "<": "less than|fewer than|lower than|smaller than|under|below|short of",
            "~": "about|around|roughly|approximately|approx\\.?|some|nearly|almost|an estimated|estimated|circa|ca\\.|"
                 "close to|in the region of"},
    after={">=": "or more|or higher|and above|and over", "<=": "or less|or fewer|at most|or lower", "~": "or so"},
    numbers="two=2|three=3|four=4|five=5|six=6|seven=7|eight=8|nine=9|ten=10|eleven=11|twelve=12|thirteen=13|"
            "fourteen=14|fifteen=15|sixteen=16|seventeen=17|eighteen=18|nineteen=19|twenty=20|thirty=30|forty=40|"
            "fifty=50|sixty=60|seventy=70|eighty=80|ninety=90",
    scales="hundred=2|thousand=3|million=6|billion=9|trillion=12",
    one="a|one", percent="percent|per cent|pct|pc", units="square|cubic|metric|percentage|short|long|nautical|light",
    second="hours?", per="per|an?(?=\\s+(?:hour|day|night|week|month|year)\\b)", of="of",
    stop="of|in|on|at|to|from|for|by|with|without|and|or|but|nor|the|a|an|is|are|was|were|be|been|has|have|had|will|"
         "would|can|could|may|might|must|shall|should|that|which|who|whom|whose|as|than|per|since|until|till|after|"
         "before|"
         "when|while|where|said|says|more|less|fewer|it|he|she|they|we|you|i|this|these|those|its|his|her|their|our|"
         "did|do|does|not|if|because|so|then|there|out|up|down|into|between|during|under|over|above|below|"
         "each|other|others|only|also|each|ago|later|earlier|against|told|compared|through|went|came|took|rose|fell",
    parts="sections?|articles?|chapters?|pages?|paragraphs?|paras?\\.?|figures?|figs?\\.?|tables?|nos?\\.|number|"
          "pp?\\.|"
          "volumes?|vol\\.?|rooms?|flights?|highway|clauses?|phase|version|appendix|annex",
    clock="am|pm|a\\.m\\.|p\\.m\\.|o[’']clock|hrs|GMT|UTC", ordinal="st|nd|rd|th",
    until="to|until|till|through|and", since="from", between="between",
    around="early|mid|late|about|around|circa|roughly|approximately|the beginning of|the start of|the middle of|"
           "the end of|beginning of|start of|end of|some time in|ca\\.|c\\.",
    months="in|since|until|by|of|from|to|between|last|early|late|mid|this|next|before|after|during|through|and",
    particles="of|the|for|de|van|von|bin|ibn|da|dos|del|der|den|du|la|le|al",
    titles="mr|mrs|ms|dr|prof|sir|president|minister|lord")

_DE = Words(
    hedges={"<=": "nicht mehr als|höchstens|maximal|bis zu",
            ">=": "nicht weniger als|mindestens|wenigstens|ab|zumindest",
            ">": "mehr als|über|gut|oberhalb von", "<": "weniger als|unter|knapp unter|unterhalb von",
            "~": "rund|etwa|ungefähr|circa|ca\\.|zirka|fast|beinahe|nahezu|knapp|an die|schätzungsweise|gegen"},
    after={">=": "oder mehr|und mehr|und darüber", "<=": "oder weniger"},
    numbers="zwei=2|drei=3|vier=4|fünf=5|sechs=6|sieben=7|acht=8|neun=9|zehn=10|elf=11|zwölf=12|dreizehn=13|"
            "fünfzehn=15|zwanzig=20|dreißig=30|vierzig=40|fünfzig=50|sechzig=60|siebzig=70|achtzig=80|neunzig=90|"
            "hundert=100|tausend=1000",
    scales="hundert=2|tausend=3|tsd\\.=3|million=6|millionen=6|mio\\.?=6|milliarde=9|milliarden=9|mrd\\.?=9|billion=12|"
           "billionen=12",
    one="eine|einer|einen|ein", percent="prozent", units="metrische|metrischen|laufende", per="pro|je",
    stop="von|in|im|an|am|auf|zu|zum|zur|aus|für|mit|ohne|und|oder|aber|der|die|das|den|dem|des|ein|eine|einer|ist|"
         "sind|"
         "war|waren|wird|werden|wurde|wurden|hat|haben|hatte|hatten|als|wie|nach|vor|bei|seit|bis|durch|über|unter|"
         "zwischen|sagte|mehr|weniger|sich|es|er|sie|wir|ihr|nicht|auch|nur|noch|davon|sowie|gegen|um|dass|wenn",
    parts="abschnitt|artikel|art\\.|kapitel|seite|s\\.|absatz|abs\\.|nr\\.?|nummer|abbildung|abb\\.|tabelle|tab\\.|"
          "paragraf|paragraph|ziffer|band|zimmer|raum|flug|linie|gleis|teil|stufe|phase|halle|kanal|kai|pier",
    clock="uhr", ordinal="\\.(?=[ ]?[^\\W\\d])",
    until="bis|und", since="vom|von|ab", between="zwischen",
    unlike="morgen",
    around="anfang|mitte|ende|etwa|ungefähr|rund|circa|ca\\.|um|gegen ende|zu beginn des|anfang des|ende des",
    days="|||||sonnabend|",
    particles="von|van|der|de|zu|den|vom|am|del|al|bin|ibn|da|du|la",
    titles="herr|herrn|frau|dr|prof|präsident|präsidentin|minister|"
    "ministerin|kanzler|kanzlerin|sprecher|sprecherin|bürgermeister|bürgermeisterin")

_FR = Words(
    hedges={"<=": "pas plus de|au plus|au maximum|jusqu[’']à", ">=": "pas moins de|au moins|au minimum|minimum",
            ">": "plus de|plus d[’']|au-delà de|supérieur à|supérieure à",
            "<": "moins de|moins d[’']|inférieur à|inférieure à|au-dessous de",
            "~": "environ|près de|près d[’']|quelque|à peu près|presque|autour de|approximativement|une estimation de"},
    after={">=": "ou plus|et plus|au moins", "<=": "ou moins|au plus", "~": "environ"},
    numbers="deux=2|trois=3|quatre=4|cinq=5|six=6|sept=7|huit=8|neuf=9|dix=10|onze=11|douze=12|treize=13|quatorze=14|"
            "quinze=15|seize=16|vingt=20|trente=30|quarante=40|cinquante=50|soixante=60|cent=100|mille=1000",
    scales="cents?=2|mille=3|millions?=6|milliards?=9|md=9|mds=9|mio=6|billions?=12", one="un",
    percent="pour cent|pour-cent|p\\.c\\.", second="carrés?|carrées?|cubes?|heures?", per="par", of="de|d[’']",
    stop="de|du|des|d|en|dans|à|au|aux|sur|par|pour|avec|sans|et|ou|mais|le|la|les|un|une|est|sont|était|étaient|a|ont|"
         "avait|avaient|qui|que|dont|où|comme|selon|depuis|avant|après|entre|contre|plus|moins|il|elle|ils|elles|on|se|"
         "ne|pas|ce|cette|ces|son|sa|ses|leur|leurs|lors|soit|environ",
    parts="sections?|articles?|art\\.|chapitres?|pages?|p\\.|n°|no\\.?|nº|numéro|figures?|tableaux?|tableau|paragraphe|"
          "tome|vol|ligne|chambre|salle|partie|phase|étape|annexe|quai|voie|canal",
    at="à|vers|dès|avant|après", clock="h|heures?", ordinal="er|re|ère|e|ème|es|nd|nde", until="à|au|jusqu[’']au|et",
    since="du|de|des",
    between="entre|entre le",
    around="début|mi|fin|vers|environ|autour de|courant|au début de|à la fin de|le début de|la fin de",
    particles="de|du|des|la|le|les|von|van|der|bin|ibn|al|sur",
    titles="m|mme|mlle|dr|président|présidente|ministre|maire")

_ES = Words(
    hedges={"<=": "no más de|como máximo|a lo sumo|hasta|máximo",
           ">=": "no menos de|al menos|por lo menos|como mínimo|mínimo",
            ">": "más de|más del|por encima de|superior a|por encima del",
           "<": "menos de|menos del|por debajo de|inferior a",
            "~": "unos|unas|alrededor de|alrededor del|aproximadamente|cerca de|cerca del|casi|en torno a|en torno al"},
    after={">=": "o más|y más", "<=": "o menos", "~": "aproximadamente"},
    numbers="dos=2|tres=3|cuatro=4|cinco=5|seis=6|siete=7|ocho=8|nueve=9|diez=10|once=11|doce=12|quince=15|veinte=20|"
            "treinta=30|cuarenta=40|cincuenta=50|sesenta=60|setenta=70|ochenta=80|noventa=90|cien=100|mil=1000",
    scales="mil=3|millón=6|millones=6|mil millones=9|billón=12|billones=12", one="un", percent="por ciento|por cien",
    second="cuadrados?|cúbicos?|métricas?|hora", per="por|al", of="de",
    stop="de|del|en|a|al|por|para|con|sin|y|e|o|u|pero|el|la|los|las|un|una|es|son|era|eran|fue|fueron|ha|han|había|"
         "que|"
         "quien|como|según|desde|hasta|antes|después|entre|contra|más|menos|se|no|su|sus|este|esta|estos|estas|lo|le",
    parts="sección|artículos?|art\\.|capítulos?|páginas?|pág\\.|p\\.|núm\\.?|n\\.º|nº|número|figura|tabla|cuadro|"
          "párrafo|tomo|línea|sala|fase|parte|anexo|muelle|canal|vuelo",
    at="las?", clock="horas?|h", ordinal="º|ª|\\.º|\\.ª|o|a", until="a|al|hasta|y", since="del|de|desde|desde el",
    between="entre|entre el",
    unlike="mañana",
    around="principios de|comienzos de|inicios de|mediados de|finales de|fines de|hacia|alrededor de|cerca de",
    particles="de|del|la|las|los|el|y|von|van|der|bin|ibn|al",
    titles="sr|sra|dr|dra|don|doña|presidente|presidenta|ministro|ministra|alcalde")

_RU = Words(
    hedges={"<=": "не более|не более чем(?: на| в)?|не больше|до|максимум", ">=": "не менее|не менее чем(?: на|"
                  " в)?|не меньше|минимум|от|"
            "по меньшей мере|по крайней мере",
            ">": "более|более чем(?: на| в)?|больше|больше чем|свыше|выше", "<": "менее|менее чем(?: на| в)?|"
                 "меньше|меньше чем|ниже",
            "~": "около|примерно(?: на| в)?|приблизительно(?: на| в)?|порядка|почти|где-то|ориентировочно"},
    after={">=": "и более|и больше|или более", "<=": "и менее|или менее|и меньше"},
    numbers="два=2|две=2|двух=2|три=3|трёх=3|трех=3|четыре=4|четырёх=4|четырех=4|пять=5|пяти=5|шесть=6|шести=6|семь=7|"
            "восемь=8|девять=9|десять=10|десяти=10|одиннадцать=11|двенадцать=12|пятнадцать=15|двадцать=20|тридцать=30|"
            "сорок=40|пятьдесят=50|шестьдесят=60|семьдесят=70|восемьдесят=80|девяносто=90|сто=100|двести=200",
    scales="тысяч[а-я]*=3|тыс\\.?=3|миллион[а-я]*=6|млн\\.?=6|миллиард[а-я]*=9|млрд\\.?=9|триллион[а-я]*=12|"
           "трлн\\.?=12",
    one="один", percent="процент(?:а|ов|ы|ам|ах)?|проц\\.",
    units="квадратных|квадратные|квадратного|кубических|кубические|кубометров|кв\\.|куб\\.|процентных|"
          "погонных|метрических|морских", per="в(?=\\s+(?:час|сутки|день|неделю|месяц|год)\\b)",
    stop="в|во|на|с|со|к|ко|по|из|за|от|до|у|о|об|для|при|и|а|но|или|что|как|который|которые|это|этот|эти|был|была|"
         "были|"
         "было|есть|не|ни|он|она|они|мы|его|её|их|после|перед|между|через|под|над|более|менее|также|только|уже|ещё|еще|"
         "против|свыше|около",
    parts="статья|статьи|статье|ст\\.|глава|главы|страница|страницы|стр\\.|пункт|пункта|п\\.|№|номер|рисунок|рис\\.|"
          "таблица|табл\\.|раздел|том|рейс|этап",
    at="в|к|после", clock="час(?:а|ов)?|ч\\.", ordinal="-(?:й|го|му|м|я|ю|е|х|ый|ая|ое|ой|ти|ми)",
    until="по|до|и", since="с|со|от", between="между",
    around="начал[еоау]|середин[аеу]|конц[еау]|конец|около|примерно|приблизительно|к концу|к началу",
    days="понедельника|вторника|среду,среды|четверга|пятницу,пятницы|субботу,субботы|воскресенья",
    particles="де|фон|ван|аль|ибн|оглы", titles="президент|министр|мэр|господин|госпожа|г-н|г-жа")

_MN = Words(
    hedges={">=": "хамгийн багадаа|багадаа|доод тал нь", "<=": "хамгийн ихдээ|дээд тал нь",
            "~": "ойролцоогоор|бараг|орчим|барагцаагаар|дунджаар"},
    after={">": "(?:-?[аэоө]{2}с )?(?:гаруй|илүү|дээш)|-?[аэоө]{2}с их", "~": "орчим|шахам|хэртэй",
           "<": "(?:-?[аэоө]{2}с )?(?:доош|хүрэхгүй)|-?[аэоө]{2}с бага"},
    numbers="хоёр=2|гурван=3|гурав=3|дөрвөн=4|дөрөв=4|таван=5|тав=5|зургаан=6|зургаа=6|долоон=7|долоо=7|найман=8|"
            "найм=8|"
            "есөн=9|ес=9|арван=10|арав=10|хорин=20|хорь=20|гучин=30|зуун=100",
    scales="мянган=3|мянга=3|сая=6|тэрбум=9|их наяд=12", percent="хув(?:ь|ийг|ийн|иар|иас|ьд|ьтай)?",
    units="хавтгай|шоо|квадрат|куб", of="",
    stop="нь|ба|болон|юм|байна|байсан|гэж|гэсэн|энэ|тэр|дээр|доор|дотор|хүртэл|оны|он|онд|сарын|сар|сард|өдөр|-нд|"
         "гаруй|"
         "орчим|илүү|цагт|дахь|дугаар|дүгээр",
    parts="№|зүйл|хуудас|бүлэг|хэсэг|сарын", clock="цагт",
    ordinal="-?(?:р|дугаар|дүгээр|дахь|дэх)|\\s(?:дугаар|дүгээр|дахь|дэх)", until="-?(?:аас|ээс|оос|өөс)",
    dated="(?P<y>[12]\\d{3}) он(?:ы|д)?(?: (?P<m>\\d{1,2})(?:-?р|-?дугаар|-?дүгээр| дугаар| дүгээр)? сар(?:ын|д|аас)?"
          "(?: (?P<d>\\d{1,2})(?!\\d))?)?",
    around="ойролцоогоор", days="даваа гараг|мягмар гараг|лхагва гараг|пүрэв гараг|баасан гараг|бямба гараг|ням гараг")

_BY_LANGUAGE = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES, "ru": _RU, "mn": _MN}


def primary(language: str | None) -> str:
    """The language of a BCP 47 tag, without script and region; `und` where there is none."""
    return (language or "und").replace("_", "-").split("-")[0].lower()


def words(language: str | None) -> Words:
    """The words of a language; none but signs where it is not among those that are known."""
    return _BY_LANGUAGE.get(primary(language), Words())


@functools.cache
def table(pairs: str) -> dict[str, float]:
    """`word=value|…` as a mapping from word or pattern to value."""
    return {word: float(value) for word, _, value in (pair.rpartition("=") for pair in pairs.split("|") if pair)}


def pattern(words: str) -> str:
    """Words as a pattern whose spaces match any white space; for none one that matches nothing."""
    spaced = words.replace("[ ]", "\\x20").replace(" ", r"\s+")
    return f"(?:{spaced})" if words else "(?!)"


# --- speech -------------------------------------------------------------------------

@dataclass(frozen=True)
class Speech:
    """The words of one language, by which somebody is said to speak."""

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


_SPEECH: Mapping[str, Speech] = {
    "en": Speech(
        "said|says|say|saying|told|tells|called|calls|warned|warns|denied|denies|deny|demanded|demands|demand|added|adds|"
        "announced|announces|argued|argues|argue|claimed|claims|claim|stated|insisted|insists|reported|reports|wrote|"
        "writes|explained|explains|asked|asks|replied|admitted|admits|confirmed|confirms|acknowledged|rejected|rejects|"
        "criticised|criticized|praised|urged|urges|noted|stressed|declared|accused|accuses|promised|promises|suggested|"
        "predicted|complained|described|commented|concluded|believes|estimates|criticises|criticizes",
        "according to|in the words of", "", "", "he|she|they|it|his|her|their|its",
        "in|at|near|from|to|into|of|outside|around|across|on|with|for|by|against", "the|a|an",
        "(?:news )?agency|newswire",
        "that|how|why|whether", "the|a|an|of|this|these|those|its|their|no|many|some|is|are|was|were|be|been|port|so"),
    "de": Speech(
        "sagte|sagt|sagten|sagen|gesagt|erklärte|erklärt|erklärten|erklären|nannte|nennt|nannten|nennen|fordert|forderte|"
        "fordern|forderten|warnt|warnte|warnen|warnten|teilte|teilt|betont|betonte|berichtet|berichtete|meldet|meldete|"
        "behauptet|behauptete|bestreitet|bestritt|kritisiert|kritisierte|kündigte|meint|meinte|schreibt|schrieb|bestätigt|"
        "bestätigte|verlangt|verlangte|räumte|heißt es",
        "(?<=[“”\"«»],\\s)so|laut|nach angaben (?:von|des|der)|nach den worten (?:von|des|der)", "zufolge",
        "(?<!ich\\s)(?:sei|seien|habe|werde|könne|müsse|wolle|solle|dürfe)", "er|sie|es|sein\\w*|ihr\\w*",
        "in|im|aus|nach|bei|von|vom|vor|zu|nahe|auf|mit|gegen|für", "der|die|das|dem|den|des",
        "(?:nachrichten)?agentur",
        "dass|daß|wie|warum|ob", "wird|werden|wurde|wurden"),
    "fr": Speech(
        "dit|disent|disait|déclare|déclaré|affirme|affirmé|affirment|explique|expliqué|annoncé|estime|estimé|assure|assuré|"
        "dénonce|dénoncé|réclame|réclament|accuse|ajoute|ajouté|rappelle|rappelé|averti|avertit|nie|nié|exige|exigent|"
        "qualifié|écrit", "selon|d[’']après", "", "", "il|elle|ils|elles|son|sa|ses|leur|leurs",
        "à|au|aux|en|dans|de|du|des|vers|depuis|avec|contre|pour", "le|la|les", "agence(?: de presse)?",
        "que|qu[’']", "est|sont|été"),
    "es": Speech(
        "dijo|dijeron|dice|dicen|afirmó|afirma|afirman|declaró|declara|explicó|explica|anunció|advirtió|advierte|exigió|"
        "exige|exigen|negó|niega|niegan|aseguró|asegura|añadió|denunció|denuncia|pidió|pide|piden|señaló|llamó|informó",
        "según|de acuerdo con", "", "", "él|ella|ellos|ellas|su|sus", "en|a|al|de|del|desde|hacia|con|contra|para",
        "el|la|los|las", "agencia(?: de noticias)?", "que", "es|son|fue|fueron|la|una"),
    "ru": Speech(
        "сказал[аи]?|заявил[аи]?|заявляет|говорит|говорят|сообщил[аи]?|сообщает|отметил[аи]?|назвал[аи]?|предупредил[аи]?|"
        "подчеркнул[аи]?|потребовал[аи]?|требует|утверждает|утверждают|опроверг(?:ла|ли)?|отрицает|отрицают|добавил[аи]?|"
        "объявил[аи]?|считает|считают|пояснил[аи]?", "по (?:словам|данным|мнению)|согласно", "", "",
        "он|она|они|его|её|ее|их", "в|во|из|на|к|от|у|под|с|против|для", "", "агентств[оаеу]м?", "что", ""),
    "mn": Speech(
        "хэлэв|хэлсэн|хэллээ|мэдэгдэв|мэдэгдсэн|мэдэгдлээ|мэдээлэв|мэдээлсэн|мэдээллээ|тайлбарлав|тайлбарласан|онцлов|"
        "онцолсон|анхааруулав|анхааруулсан|шаардав|шаардсан", "", "хэлснээр|мэдээлснээр|мэдэгдсэнээр", "",
        "тэр|тэд|түүний", "", "", "агентлаг", "", ""),
}


def speech(language: str | None) -> Speech:
    """The words of speech of a language; none where it is not among the six."""
    return _SPEECH.get(primary(language), Speech())


# --- the calendar, by Babel -----------------------------------------------------------

@functools.cache
def locale(language: str | None) -> Locale:
    """Babel's locale of a BCP 47 tag, or of its language alone; English where Babel has neither."""
    from babel import Locale, UnknownLocaleError

    for tag in ((language or "en").replace("_", "-"), primary(language)):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@functools.cache
def months(language: str | None) -> dict[str, int]:
    """The months as they are written in a sentence, in lower case, each with its number."""
    found = {}
    for context in ("stand-alone", "format"):
        for width in ("abbreviated", "wide"):
            for number, name in locale(language).months[context][width].items():
                name = name.casefold().rstrip(".")
                if len(name) > 2 and not name[0].isdigit():
                    found[name] = number
                if primary(language) == "ru" and width == "wide":
                    found |= {name[:-1] + end: number for end in "еюй" if name[-1] in "яьй"}
                    found |= {name + end: number for end in "ае" if name[-1] == "т"}
    return found | ({"sept": found["sep"]} if "sep" in found else {})


@functools.cache
def weekdays(language: str | None) -> dict[str, int]:
    """The days of the week in lower case, each with its number from Monday, 0."""
    found = {name.casefold(): number for number, name in locale(language).days["format"]["wide"].items()}
    if primary(language) == "mn":
        found = {}  # alone, they are other words
    further = words(language).days.split("|")
    return found | {day: n for n, forms in enumerate(further) for day in forms.split(",") if day}
