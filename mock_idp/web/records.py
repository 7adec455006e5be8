"""What the provider keeps, table by table: the stores that write records down know these kinds and no others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from mock_idp.directory import NEWCOMERS
from mock_idp.ecps import activation, approval, enrolment
from mock_idp.ecps.enrolment import Device
from mock_idp.ecps.refusals import Code
from mock_idp.ecps.settings import CardInReader, EcpsSettings, LostPhone
from mock_idp.keys import SigningKeys
from mock_idp.people import Activity, Exercice, Person
from mock_idp.protocol.api_exchange import ApiToken
from mock_idp.protocol.ciba import CibaRequest, Decision
from mock_idp.protocol.clients import AuthPolicy, Client
from mock_idp.protocol.registry import CLIENTS, PROVIDER
from mock_idp.protocol.sessions import PscSession
from mock_idp.protocol.tokens import Bearer, Grant, Means, SpentCode
from mock_idp.store.codec import Codec
from mock_idp.web.delegation import Pairing
from mock_idp.web.habits import Habit, Standing
from mock_idp.web.journeys import Demand
from mock_idp.web.login import Login
from mock_idp.web.phone import Phone
from mock_idp.web.post import Kind, Message

TABLES: Final[dict[str, tuple[type[Any], ...]]] = {
    "access": (Bearer,),
    "activations": (Demand,),
    "api": (ApiToken,),
    "approval-of-login": (str,),
    "approvals": (approval.Approval,),
    "card-challenges": (bytes,),
    "ciba": (CibaRequest,),
    CLIENTS: (Client,),
    "codes": (SpentCode,),
    "counters": (int,),
    "devices": (Device,),
    "ended": (bool,),
    "habits": (Standing,),
    "logins": (Login,),
    "messages": (Message,),
    "pairings": (Pairing,),
    NEWCOMERS: (Person,),
    "phones": (Phone,),
    PROVIDER: (SigningKeys, bytes, timedelta),
    "qr-codes": (str,),
    "refresh": (Bearer,),
    "revoked": (bool,),
    "session-cookies": (str,),
    "sessions": (PscSession,),
}
"""Every table, and of what kind its records are."""

_INSIDE: Final[tuple[type[Any], ...]] = (
    Activity,
    AuthPolicy,
    CardInReader,
    Code,
    Decision,
    EcpsSettings,
    Exercice,
    Grant,
    Habit,
    Kind,
    LostPhone,
    Means,
    activation.Activation,
    activation.Phase,
    activation.Route,
    approval.Phase,
    enrolment.Phase,
)
"""What records are made of, beside what every codec knows."""


def record_codec() -> Codec:
    """Return the codec of everything that the provider keeps."""
    return Codec((*_INSIDE, *(kind for kinds in TABLES.values() for kind in kinds if kind.__module__ != "builtins")))
