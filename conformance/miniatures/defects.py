"""What a portal can forget: one defect each, and the scenario that notices it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Defect(StrEnum):
    """The one thing that a miniature portal does wrong."""

    FORGETS_ACR_VALUES = "forgets_acr_values"
    FORGETS_SCOPE_ALL = "forgets_scope_all"
    FORGETS_NONCE = "forgets_nonce"
    FORGETS_PKCE = "forgets_pkce"
    SENDS_SHORT_STATE = "sends_short_state"
    ACCEPTS_WRONG_STATE = "accepts_wrong_state"
    ACCEPTS_MISSING_STATE = "accepts_missing_state"
    REDEEMS_CODE_TWICE = "redeems_code_twice"
    IGNORES_ISSUER_PARAMETER = "ignores_issuer_parameter"
    CRASHES_ON_ERROR_RESPONSE = "crashes_on_error_response"
    NEVER_COMPARES_ISS = "never_compares_iss"
    ACCEPTS_ISSUER_PREFIX = "accepts_issuer_prefix"
    NEVER_COMPARES_AUD = "never_compares_aud"
    NEVER_CHECKS_EXP = "never_checks_exp"
    NEVER_COMPARES_NONCE = "never_compares_nonce"
    ACCEPTS_MISSING_NONCE = "accepts_missing_nonce"
    IGNORES_BAD_SIGNATURE = "ignores_bad_signature"
    ACCEPTS_ALG_NONE = "accepts_alg_none"
    REFUSES_TOKEN_WITHOUT_KID = "refuses_token_without_kid"  # noqa: S105  # the name of a defect
    ACCEPTS_MISSING_SUB = "accepts_missing_sub"
    NEVER_CHECKS_ACR = "never_checks_acr"
    REFUSES_HIGHER_ACR = "refuses_higher_acr"
    NEVER_COMPARES_USERINFO_SUB = "never_compares_userinfo_sub"
    CRASHES_WITHOUT_PROFESSIONAL_SITUATION = "crashes_without_professional_situation"
    LOGS_OUT_LOCALLY_ONLY = "logs_out_locally_only"
    KEEPS_SESSION_AFTER_LOGOUT = "keeps_session_after_logout"
    ACCEPTS_MISSING_ISS = "accepts_missing_iss"
    ACCEPTS_EMPTY_ISS = "accepts_empty_iss"
    ACCEPTS_ISSUER_WITH_SLASH = "accepts_issuer_with_slash"
    COMPARES_ISS_WITHOUT_CASE = "compares_iss_without_case"
    COMPARES_ISS_WITHOUT_SCHEME = "compares_iss_without_scheme"
    ACCEPTS_MISSING_AUD = "accepts_missing_aud"
    ACCEPTS_EMPTY_AUD = "accepts_empty_aud"
    LOOKS_FOR_ITS_NAME_IN_AUD = "looks_for_its_name_in_aud"
    TAKES_AZP_FOR_AUD = "takes_azp_for_aud"
    ACCEPTS_FURTHER_AUDIENCES = "accepts_further_audiences"
    REFUSES_AUDIENCE_LIST = "refuses_audience_list"
    NEVER_COMPARES_AZP = "never_compares_azp"
    ACCEPTS_MISSING_EXP = "accepts_missing_exp"
    ACCEPTS_EXP_AS_TEXT = "accepts_exp_as_text"
    ACCEPTS_NEGATIVE_EXP = "accepts_negative_exp"
    REFUSES_FRACTION_OF_SECOND = "refuses_fraction_of_second"
    CRASHES_ON_HUGE_EXP = "crashes_on_huge_exp"
    ACCEPTS_MISSING_IAT = "accepts_missing_iat"
    ACCEPTS_FUTURE_IAT = "accepts_future_iat"
    ACCEPTS_OLD_IAT = "accepts_old_iat"
    IGNORES_NBF = "ignores_nbf"
    LOOKS_FOR_NONCE_IN_LIST = "looks_for_nonce_in_list"
    ACCEPTS_NONCE_OF_EARLIER_LOGIN = "accepts_nonce_of_earlier_login"
    ACCEPTS_EMPTY_SUB = "accepts_empty_sub"
    ACCEPTS_NULL_SUB = "accepts_null_sub"
    ACCEPTS_NUMBER_AS_SUB = "accepts_number_as_sub"
    ACCEPTS_LIST_AS_SUB = "accepts_list_as_sub"
    ACCEPTS_LONG_SUB = "accepts_long_sub"
    READS_SUB_IN_HEADER = "reads_sub_in_header"
    READS_LAST_OF_TWO_CLAIMS = "reads_last_of_two_claims"
    NEVER_COMPARES_AT_HASH = "never_compares_at_hash"
    CRASHES_WITHOUT_ACR = "crashes_without_acr"
    ACCEPTS_UNKNOWN_ACR = "accepts_unknown_acr"
    TAKES_ACCESS_TOKEN_FOR_ID_TOKEN = "takes_access_token_for_id_token"  # noqa: S105  # the name of a defect
    LOGS_IN_WITHOUT_ID_TOKEN = "logs_in_without_id_token"  # noqa: S105  # the name of a defect
    CRASHES_ON_TOKEN_THAT_IS_NONE = "crashes_on_token_that_is_none"  # noqa: S105  # the name of a defect
    SKIPS_EMPTY_ID_TOKEN = "skips_empty_id_token"  # noqa: S105  # the name of a defect
    ACCEPTS_TOKEN_OF_TWO_PARTS = "accepts_token_of_two_parts"  # noqa: S105  # the name of a defect
    IGNORES_FURTHER_PARTS = "ignores_further_parts"
    ACCEPTS_STRIPPED_SIGNATURE = "accepts_stripped_signature"
    ACCEPTS_NONE_SPELT_OTHERWISE = "accepts_none_spelt_otherwise"
    ACCEPTS_SIGNED_NONE = "accepts_signed_none"
    TAKES_PEM_FOR_SECRET = "takes_pem_for_secret"  # noqa: S105  # the name of a defect
    TAKES_PKCS1_FOR_SECRET = "takes_pkcs1_for_secret"  # noqa: S105  # the name of a defect
    TAKES_DER_FOR_SECRET = "takes_der_for_secret"  # noqa: S105  # the name of a defect
    TAKES_MODULUS_FOR_SECRET = "takes_modulus_for_secret"  # noqa: S105  # the name of a defect
    VERIFIES_WITH_CLIENT_SECRET = "verifies_with_client_secret"  # noqa: S105  # the name of a defect
    VERIFIES_WITH_EMPTY_SECRET = "verifies_with_empty_secret"  # noqa: S105  # the name of a defect
    TRUSTS_KEY_IN_TOKEN = "trusts_key_in_token"  # noqa: S105  # the name of a defect
    FETCHES_KEY_NAMED_BY_TOKEN = "fetches_key_named_by_token"  # noqa: S105  # the name of a defect
    READS_KEY_FILE_NAMED_BY_KID = "reads_key_file_named_by_kid"
    CRASHES_ON_QUOTE_IN_KID = "crashes_on_quote_in_kid"
    CRASHES_ON_KID_LIST = "crashes_on_kid_list"
    IGNORES_CRIT = "ignores_crit"
    IGNORES_B64 = "ignores_b64"
    ACCEPTS_RS512 = "accepts_rs512"
    ACCEPTS_USERINFO_WITHOUT_SUB = "accepts_userinfo_without_sub"
    READS_LAST_OF_TWO_USERINFO_MEMBERS = "reads_last_of_two_userinfo_members"
    LOOKS_FOR_SUB_IN_LIST = "looks_for_sub_in_list"
    ACCEPTS_USERINFO_SUB_NUMBER = "accepts_userinfo_sub_number"
    COMPARES_SUB_WITHOUT_CASE = "compares_sub_without_case"
    FINDS_ACCOUNT_BY_EMAIL = "finds_account_by_email"
    CRASHES_ON_USERINFO_AS_HTML = "crashes_on_userinfo_as_html"
    REFUSES_CHARSET_OF_USERINFO = "refuses_charset_of_userinfo"
    CRASHES_ON_USERINFO_401 = "crashes_on_userinfo_401"
    CRASHES_ON_USERINFO_403 = "crashes_on_userinfo_403"
    CRASHES_ON_USERINFO_500 = "crashes_on_userinfo_500"
    CRASHES_ON_EMPTY_USERINFO = "crashes_on_empty_userinfo"
    CRASHES_ON_NULL_USERINFO = "crashes_on_null_userinfo"
    CRASHES_ON_USERINFO_LIST = "crashes_on_userinfo_list"
    CRASHES_ON_DEEP_USERINFO = "crashes_on_deep_userinfo"
    CRASHES_ON_PAGE_FROM_USERINFO = "crashes_on_page_from_userinfo"
    CRASHES_ON_CUT_USERINFO = "crashes_on_cut_userinfo"
    TAKES_SHORT_TOKEN_FOR_EXPIRED = "takes_short_token_for_expired"  # noqa: S105  # the name of a defect
    CRASHES_WITHOUT_LIFETIME = "crashes_without_lifetime"
    CRASHES_ON_LIFETIME_AS_TEXT = "crashes_on_lifetime_as_text"
    SENDS_TOKEN_IN_ADDRESS = "sends_token_in_address"  # noqa: S105  # the name of a defect
    IGNORES_TOKEN_TYPE = "ignores_token_type"  # noqa: S105  # the name of a defect
    DEMANDS_CAPITAL_BEARER = "demands_capital_bearer"
    CRASHES_WITHOUT_SCOPE = "crashes_without_scope"
    REFUSES_UNKNOWN_TOKEN_MEMBERS = "refuses_unknown_token_members"  # noqa: S105  # the name of a defect
    CRASHES_WITH_TOKEN_ENDPOINT = "crashes_with_token_endpoint"  # noqa: S105  # the name of a defect
    CRASHES_ON_PAGE_FROM_TOKEN_ENDPOINT = "crashes_on_page_from_token_endpoint"  # noqa: S105  # the name of a defect
    CRASHES_ON_CUT_TOKEN_ANSWER = "crashes_on_cut_token_answer"  # noqa: S105  # the name of a defect
    SENDS_SECRET_TWICE = "sends_secret_twice"  # noqa: S105  # the name of a defect
    SENDS_SECRET_BY_BROWSER = "sends_secret_by_browser"  # noqa: S105  # the name of a defect
    DERIVES_NONCE = "derives_nonce"
    STAYS_ON_CALLBACK_PAGE = "stays_on_callback_page"
    ACCEPTS_STATE_OF_ANOTHER_BROWSER = "accepts_state_of_another_browser"
    KEEPS_LOGIN_IN_ONE_PLACE = "keeps_login_in_one_place"
    READS_FIRST_OF_TWO_CODES = "reads_first_of_two_codes"
    READS_FIRST_OF_TWO_STATES = "reads_first_of_two_states"
    CRASHES_WITHOUT_CODE = "crashes_without_code"
    LOOKS_AT_CODE_FIRST = "looks_at_code_first"
    LOGS_IN_AGAIN_ON_ERROR = "logs_in_again_on_error"
    CRASHES_ON_SERVER_ERROR = "crashes_on_server_error"
    CRASHES_WITHOUT_ERROR_DESCRIPTION = "crashes_without_error_description"
    SHOWS_ERROR_DESCRIPTION_AS_MARKUP = "shows_error_description_as_markup"
    ACCEPTS_RESPONSE_WITHOUT_ISSUER = "accepts_response_without_issuer"
    REFUSES_UNKNOWN_PARAMETERS = "refuses_unknown_parameters"
    ACCEPTS_POSTED_RESPONSE = "accepts_posted_response"
    KEEPS_ONE_LOGIN_PER_BROWSER = "keeps_one_login_per_browser"
    REFUSES_EIDAS3 = "refuses_eidas3"
    DEMANDS_SANDBOX_SUB = "demands_sandbox_sub"
    DROPS_LEADING_ZEROS = "drops_leading_zeros"
    CUTS_IDENTIFIER_AT_SLASH = "cuts_identifier_at_slash"
    CUTS_IDENTIFIER_AT_SEMICOLON = "cuts_identifier_at_semicolon"
    DROPS_LETTERS_OF_IDENTIFIER = "drops_letters_of_identifier"
    CUTS_IDENTIFIER_SHORT = "cuts_identifier_short"
    TAKES_FIRST_OTHER_ID = "takes_first_other_id"
    CRASHES_ON_EMPTY_PRACTICE_LIST = "crashes_on_empty_practice_list"
    CRASHES_WITHOUT_ACTIVITIES = "crashes_without_activities"
    REFUSES_SEVERAL_PRACTICES = "refuses_several_practices"
    REFUSES_SEVERAL_ACTIVITIES = "refuses_several_activities"
    CRASHES_ON_MOVED_CIVILITY = "crashes_on_moved_civility"
    CRASHES_ON_OTHER_SPELLING = "crashes_on_other_spelling"
    CRASHES_WITHOUT_OTHER_IDS = "crashes_without_other_ids"
    REFUSES_UNKNOWN_MEMBERS = "refuses_unknown_members"
    CRASHES_ON_SPARSE_PROFILE = "crashes_on_sparse_profile"
    CRASHES_ON_LETTERS_BEYOND_LATIN_1 = "crashes_on_letters_beyond_latin_1"
    CRASHES_WITHOUT_AUTH_MODE = "crashes_without_auth_mode"
    CRASHES_ON_NULL_MEMBER = "crashes_on_null_member"
    CRASHES_WITHOUT_SESSION_STATE = "crashes_without_session_state"
    KEEPS_SESSION_NAME = "keeps_session_name"
    SHOWS_LAST_PERSON = "shows_last_person"
    SHOWS_COOKIE_TO_SCRIPTS = "shows_cookie_to_scripts"
    COMPARES_PART_OF_COOKIE = "compares_part_of_cookie"
    LEADS_TO_ANY_ADDRESS = "leads_to_any_address"
    LEADS_TO_DOUBLE_SLASH = "leads_to_double_slash"
    LEADS_TO_BACKSLASH = "leads_to_backslash"
    LEADS_TO_SCRIPT = "leads_to_script"
    LOGS_OUT_ON_LINK = "logs_out_on_link"
    LETS_CACHES_KEEP_PAGES = "lets_caches_keep_pages"
    ALLOWS_FRAMES = "allows_frames"
    SHOWS_NAME_AS_MARKUP = "shows_name_as_markup"
    TAKES_NAME_FOR_TEMPLATE = "takes_name_for_template"
    CRASHES_ON_QUOTE_IN_NAME = "crashes_on_quote_in_name"
    PUTS_NAME_IN_HEADER = "puts_name_in_header"
    FOLDS_IDENTIFIER = "folds_identifier"
    CRASHES_ON_OTHER_LOGOUT_STATE = "crashes_on_other_logout_state"
    CRASHES_WITHOUT_LOGOUT_STATE = "crashes_without_logout_state"
    LOGS_OUT_TO_UNREGISTERED = "logs_out_to_unregistered"
    REMEMBERS_AFTER_LOGOUT = "remembers_after_logout"
    LOGS_EVERYBODY_OUT = "logs_everybody_out"
    CRASHES_WITHOUT_KID_AMONG_KEYS = "crashes_without_kid_among_keys"
    TAKES_FIRST_KEY_OF_NAME = "takes_first_key_of_name"
    VERIFIES_WITH_ENCRYPTION_KEY = "verifies_with_encryption_key"
    TAKES_PUBLISHED_SECRET = "takes_published_secret"  # noqa: S105  # the name of a defect
    ACCEPTS_SHORT_KEY = "accepts_short_key"
    REMEMBERS_KEYS_FOREVER = "remembers_keys_forever"
    FETCHES_KEYS_BEFORE_LOGIN = "fetches_keys_before_login"
    KEEPS_WITHDRAWN_KEYS = "keeps_withdrawn_keys"
    FETCHES_KEYS_FOR_EVERY_UNKNOWN_KID = "fetches_keys_for_every_unknown_kid"
    REMEMBERS_MISSING_KEYS = "remembers_missing_keys"
    CRASHES_ON_PAGE_FOR_KEYS = "crashes_on_page_for_keys"
    BELIEVES_ANY_METADATA_ISSUER = "believes_any_metadata_issuer"
    REMEMBERS_ENDPOINTS = "remembers_endpoints"
    FETCHES_EVERY_ADDRESS = "fetches_every_address"
    FOLLOWS_REDIRECT_OF_TOKEN_ENDPOINT = "follows_redirect_of_token_endpoint"  # noqa: S105  # the name of a defect
    REMEMBERS_OUTAGE = "remembers_outage"
    HAS_NO_PATIENCE_FOR_DISCOVERY = "has_no_patience_for_discovery"
    CRASHES_ON_CUT_DISCOVERY = "crashes_on_cut_discovery"
    CRASHES_ON_BYTE_ORDER_MARK = "crashes_on_byte_order_mark"
    READS_FIRST_OF_TWO_ISSUERS = "reads_first_of_two_issuers"
    DROPS_PKCE_WHEN_UNANNOUNCED = "drops_pkce_when_unannounced"
    ACCEPTS_ANY_AUTHORITY = "accepts_any_authority"
    ACCEPTS_EXPIRED_CERTIFICATE = "accepts_expired_certificate"
    NEVER_COMPARES_CERTIFICATE_NAME = "never_compares_certificate_name"
    ASKS_ONE_AFTER_ANOTHER = "asks_one_after_another"
    UNPACKS_EVERYTHING = "unpacks_everything"
    CRASHES_ON_LONE_SURROGATE = "crashes_on_lone_surrogate"
    NEVER_USES_NEW_ACCESS_TOKEN = "never_uses_new_access_token"  # noqa: S105  # the name of a defect
    KEEPS_FIRST_REFRESH_TOKEN = "keeps_first_refresh_token"  # noqa: S105  # the name of a defect
    TRIES_FORMER_REFRESH_TOKEN = "tries_former_refresh_token"  # noqa: S105  # the name of a defect
    KEEPS_SESSION_AFTER_REFUSED_REFRESH = "keeps_session_after_refused_refresh"
    LOGS_OUT_ON_OUTAGE = "logs_out_on_outage"
    NEVER_COMPARES_REFRESHED_SUB = "never_compares_refreshed_sub"
    NEVER_COMPARES_REFRESHED_ISS = "never_compares_refreshed_iss"
    NEVER_COMPARES_REFRESHED_AUD = "never_compares_refreshed_aud"
    NEVER_COMPARES_REFRESHED_NONCE = "never_compares_refreshed_nonce"
    TRUSTS_KEYS_OF_ANOTHER_REALM = "trusts_keys_of_another_realm"
    ACCEPTS_NONE_WITHOUT_KID = "accepts_none_without_kid"
    TAKES_BARE_PEM_FOR_SECRET = "takes_bare_pem_for_secret"  # noqa: S105  # the name of a defect
    TAKES_JWK_FOR_SECRET = "takes_jwk_for_secret"  # noqa: S105  # the name of a defect
    TAKES_SSH_FOR_SECRET = "takes_ssh_for_secret"  # noqa: S105  # the name of a defect
    TRUSTS_CERTIFICATE_IN_TOKEN = "trusts_certificate_in_token"  # noqa: S105  # the name of a defect
    FETCHES_CERTIFICATE_NAMED_BY_TOKEN = "fetches_certificate_named_by_token"  # noqa: S105  # the name of a defect
    FETCHES_KEY_AT_KID = "fetches_key_at_kid"
    CRASHES_ON_NULL_KID = "crashes_on_null_kid"
    CRASHES_ON_LONG_TOKEN = "crashes_on_long_token"  # noqa: S105  # the name of a defect
    ACCEPTS_NONCE_OF_ANOTHER_BROWSER = "accepts_nonce_of_another_browser"
    CRASHES_WHEN_UNAVAILABLE = "crashes_when_unavailable"
    CRASHES_ON_BARE_CALLBACK = "crashes_on_bare_callback"
    CRASHES_ON_LATE_CODE = "crashes_on_late_code"
    CRASHES_WITHOUT_CONTENT_TYPE = "crashes_without_content_type"
    HAS_NO_PATIENCE_FOR_USERINFO = "has_no_patience_for_userinfo"
    CRASHES_ON_LONG_USERINFO = "crashes_on_long_userinfo"
    CRASHES_ON_ZERO_LIFETIME = "crashes_on_zero_lifetime"
    PASSES_PARAMETERS_ON = "passes_parameters_on"
    CRASHES_ON_LDAP_FILTER = "crashes_on_ldap_filter"
    TAKES_OBJECT_FOR_IDENTIFIER = "takes_object_for_identifier"
    NAMES_FILE_AFTER_PERSON = "names_file_after_person"
    FORMATS_NAME = "formats_name"
    RESOLVES_LOOKUPS = "resolves_lookups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Miniature:
    """A defect as people read it.

    Attributes:
        caught_by: identifier of the scenario that fails on this portal.
        also: scenarios of the same root cause that this portal cannot pass either; any other failure is a mistake.
    """

    title_fr: str
    title_en: str
    caught_by: str
    also: frozenset[str] = frozenset()


def read_miniatures(text: str) -> Mapping[Defect, Miniature]:
    """Return the miniatures of a TOML text, one table per defect.

    Raises:
        ValueError: a table is called after no defect.
        KeyError: a table lacks ``fr``, ``en`` or ``caught_by``.
    """
    tables: dict[str, Any] = tomllib.loads(text)
    return MappingProxyType(
        {
            Defect(name): Miniature(
                title_fr=table["fr"],
                title_en=table["en"],
                caught_by=table["caught_by"],
                also=frozenset(table.get("also", ())),
            )
            for name, table in tables.items()
        }
    )


MINIATURES: Final = read_miniatures(
    files("conformance.miniatures").joinpath("defects.toml").read_text(encoding="utf-8")
)
