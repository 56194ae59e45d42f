"""Languages by ISO 639 code and English name, for what an engine tells and what a person asks for."""

_NAMES = """
ace Acehnese|af Afrikaans|am Amharic|an Aragonese|ar Arabic|ary Moroccan Arabic|arz Egyptian Arabic|as Assamese|az Azerbaijani
ba Bashkir|bcl Central Bikol|be Belarusian|bg Bulgarian|bn Bengali|br Breton|bs Bosnian|ca Catalan|crh Crimean Tatar|cs Czech
cv Chuvash|cy Welsh|da Danish|de German|dz Dzongkha|el Greek|en English|eo Esperanto|es Spanish|et Estonian|eu Basque
ext Extremaduran|fa Persian|fi Finnish|fo Faroese|fr French|fuv Nigerian Fulfulde|fy West Frisian|ga Irish|gcf Guadeloupean Creole
gcr Guianese Creole|gd Scottish Gaelic|gl Galician|gn Guarani|gom Goan Konkani|grc Ancient Greek|gu Gujarati|gug Paraguayan Guarani
guw Gun|ha Hausa|hbo Ancient Hebrew|he Hebrew|hi Hindi|hr Croatian|ht Haitian Creole|hu Hungarian|hy Armenian|ia Interlingua
id Indonesian|ig Igbo|io Ido|is Icelandic|it Italian|ja Japanese|jv Javanese|ka Georgian|kab Kabyle|kik Kikuyu|kk Kazakh
kl Greenlandic|km Khmer|kn Kannada|ko Korean|ku Kurdish|ky Kyrgyz|la Latin|lb Luxembourgish|lg Ganda|lij Ligurian|ln Lingala|lo Lao
lt Lithuanian|ltg Latgalian|lv Latvian|mg Malagasy|mi Maori|mk Macedonian|ml Malayalam|mn Mongolian|mr Marathi|ms Malay|mt Maltese
my Burmese|nb Norwegian Bokmål|ne Nepali|nl Dutch|nn Norwegian Nynorsk|no Norwegian|nso Northern Sotho|oc Occitan|om Oromo|or Odia
pa Punjabi|pcm Nigerian Pidgin|pl Polish|ps Pashto|pt Portuguese|qu Quechua|ro Romanian|ru Russian|rw Kinyarwanda|sa Sanskrit
sd Sindhi|sdh Southern Kurdish|se Northern Sami|si Sinhala|sk Slovak|sl Slovenian|sn Shona|so Somali|sq Albanian|sr Serbian
st Southern Sotho|sv Swedish|sw Swahili|ta Tamil|te Telugu|tg Tajik|th Thai|ti Tigrinya|tk Turkmen|tl Tagalog|tn Tswana|tr Turkish
tt Tatar|ug Uyghur|uk Ukrainian|ur Urdu|uz Uzbek|uzs Southern Uzbek|vec Venetian|vi Vietnamese|vo Volapük|wa Walloon|wuu Wu Chinese
xh Xhosa|yo Yoruba|yue Cantonese|zh Chinese|zu Zulu|zxx no language
"""

_PAIRS = [item.split(" ", 1) for line in _NAMES.split("\n") if line for item in line.split("|")]
NAMES: dict[str, str] = {pair[0]: pair[1] for pair in _PAIRS}
"""English names by ISO 639-1 code, or by ISO 639-3 code where there is no shorter one."""

_CODES = {name.casefold(): code for code, name in NAMES.items()}


def language_name(code: str) -> str:
    """Return the English name of `code`, or `code` itself where it is not known."""
    return NAMES.get(code, code)


def language_code(text: str) -> str:
    """Return the ISO code that `text` means ("de", "DE", "de-AT", "German"); what is not known comes back in lower case."""
    word = text.strip().casefold()
    return _CODES.get(word) or word.replace("_", "-").split("-")[0]
