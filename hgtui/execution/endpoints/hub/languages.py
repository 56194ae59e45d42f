"""Languages as translation models name them: ISO 639-1 for most, codes of their own for two families."""

from collections.abc import Mapping
from types import MappingProxyType

from hgtui.execution.endpoints.embedded.languages import language_code

FLORES: Mapping[str, str] = MappingProxyType(
    dict(
        pair.split(":")
        for pair in [
            "ar:arb_Arab",
            "bg:bul_Cyrl",
            "bn:ben_Beng",
            "ca:cat_Latn",
            "cs:ces_Latn",
            "da:dan_Latn",
            "de:deu_Latn",
            "el:ell_Grek",
            "en:eng_Latn",
            "es:spa_Latn",
            "et:est_Latn",
            "eu:eus_Latn",
            "fa:pes_Arab",
            "fi:fin_Latn",
            "fr:fra_Latn",
            "gl:glg_Latn",
            "gu:guj_Gujr",
            "he:heb_Hebr",
            "hi:hin_Deva",
            "hr:hrv_Latn",
            "hu:hun_Latn",
            "id:ind_Latn",
            "it:ita_Latn",
            "ja:jpn_Jpan",
            "ka:kat_Geor",
            "kk:kaz_Cyrl",
            "ko:kor_Hang",
            "lt:lit_Latn",
            "lv:lvs_Latn",
            "mk:mkd_Cyrl",
            "ml:mal_Mlym",
            "mr:mar_Deva",
            "nl:nld_Latn",
            "no:nob_Latn",
            "nb:nob_Latn",
            "pl:pol_Latn",
            "pt:por_Latn",
            "ro:ron_Latn",
            "ru:rus_Cyrl",
            "sk:slk_Latn",
            "sl:slv_Latn",
            "sr:srp_Cyrl",
            "sv:swe_Latn",
            "sw:swh_Latn",
            "ta:tam_Taml",
            "te:tel_Telu",
            "th:tha_Thai",
            "tr:tur_Latn",
            "uk:ukr_Cyrl",
            "ur:urd_Arab",
            "vi:vie_Latn",
            "zh:zho_Hans",
        ]
    )
)
"""ISO 639-1 -> the codes of FLORES-200, which NLLB takes."""

MBART: Mapping[str, str] = MappingProxyType(
    dict(
        pair.split(":")
        for pair in [
            "ar:ar_AR",
            "cs:cs_CZ",
            "de:de_DE",
            "en:en_XX",
            "es:es_XX",
            "et:et_EE",
            "fi:fi_FI",
            "fr:fr_XX",
            "gu:gu_IN",
            "hi:hi_IN",
            "it:it_IT",
            "ja:ja_XX",
            "kk:kk_KZ",
            "ko:ko_KR",
            "lt:lt_LT",
            "lv:lv_LV",
            "my:my_MM",
            "ne:ne_NP",
            "nl:nl_XX",
            "ro:ro_RO",
            "ru:ru_RU",
            "si:si_LK",
            "tr:tr_TR",
            "vi:vi_VN",
            "zh:zh_CN",
            "af:af_ZA",
            "az:az_AZ",
            "bn:bn_IN",
            "fa:fa_IR",
            "he:he_IL",
            "hr:hr_HR",
            "id:id_ID",
            "ka:ka_GE",
            "km:km_KH",
            "mk:mk_MK",
            "ml:ml_IN",
            "mn:mn_MN",
            "mr:mr_IN",
            "pl:pl_PL",
            "ps:ps_AF",
            "pt:pt_XX",
            "sv:sv_SE",
            "sw:sw_KE",
            "ta:ta_IN",
            "te:te_IN",
            "th:th_TH",
            "tl:tl_XX",
            "uk:uk_UA",
            "ur:ur_PK",
            "xh:xh_ZA",
            "gl:gl_ES",
            "sl:sl_SI",
        ]
    )
)
"""ISO 639-1 -> the codes of mBART-50."""


def code(language: str, model: str) -> str:
    """Return a language (ISO 639-1, perhaps with a region, or its English name) as a model is told it."""
    plain = language_code(language)
    name = model.lower()
    if "nllb" in name:
        return FLORES.get(plain, language)
    if "mbart" in name:
        return MBART.get(plain, language)
    return plain
