"""The CPS3 through the air: no PIN, no signature, one technical key that tells nothing of the holder.

ATR, application identifier, the key's label and the absence of a PIN are those of the sources of the library of the
Agence du Numérique en Santé; the folder, the key's reference, the certificate's contents and the data objects that stay
readable are our choices.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from virtual_card.access import Condition, KeyAccess
from virtual_card.apdu import Ins
from virtual_card.files import MASTER, MF, DedicatedFile, FileTree
from virtual_card.operations import (
    get_challenge,
    internal_authenticate,
    manage_security_environment,
)
from virtual_card.pkcs15 import KeyEntry, Token, Usage
from virtual_card.profiles.cps3 import (
    ALGORITHMS,
    Contents,
    application,
    challenge_seed,
    data_entries,
    system_files,
)
from virtual_card.sdo import get_data
from virtual_card.selection import read_binary, select
from virtual_card.state import CommandSet, Image, KeyObject

ATR = bytes.fromhex("3B8F80010031B86404B0ECC1739401808290000E")
AID = bytes.fromhex("E828BD080F8025000001FF0020")
# 3F00/0001/7001 can be read through the contacts only: the ANS library tells the interfaces apart by it.
APPLICATION = (MASTER, 0x0002)
KEY_TECHNICAL = 0x83

COMMANDS = CommandSet(
    channels=MappingProxyType(
        {
            0: MappingProxyType(
                {
                    Ins.SELECT: select,
                    Ins.READ_BINARY: read_binary,
                    Ins.MANAGE_SECURITY_ENVIRONMENT: manage_security_environment,
                    Ins.INTERNAL_AUTHENTICATE: internal_authenticate,
                    Ins.GET_DATA: get_data,
                    Ins.GET_CHALLENGE: get_challenge,
                }
            )
        }
    )
)

_OPEN_DATA = frozenset({"CPS_ID_CARD"})


def image(contents: Contents) -> Image:
    """Return the image of a CPS3 for its contactless interface.

    Raises:
        ValueError: there is no technical key.
    """
    if contents.technical is None:
        msg = "contents.technical: a contactless card needs a technical key pair and its certificate"
        raise ValueError(msg)
    entry = KeyEntry(
        label="CPS_PRIV_TECH_AUT",
        certificate_label="Certificat technique CPS",
        ref=KEY_TECHNICAL,
        identifier=AID + b"\x03",
        usage=(Usage.SIGN,),
        public_usage=(Usage.VERIFY,),
        public=contents.technical.public,
        public_file=0xB003,
        certificate=contents.technical_certificate,
        certificate_file=0xC003,
    )
    open_data = {label: value for label, value in contents.data.items() if label in _OPEN_DATA}
    token = Token(
        path=APPLICATION,
        label=f"CPS3v3-{contents.number}",
        manufacturer="ASIP SANTE",
        updated=contents.since,
        algorithms=ALGORITHMS,
        keys=(entry,),
        data=data_entries(replace(contents, data=open_data)),
        pins=(),
    )
    key = KeyObject(
        ref=KEY_TECHNICAL,
        label=entry.label,
        identifier=entry.identifier,
        private=contents.technical,
        access=KeyAccess(authenticate=Condition.ALWAYS),
        df=APPLICATION,
    )
    files = [
        DedicatedFile(path=MF),
        *system_files(contents, AID, "CPX IAS CL", APPLICATION),
        *application(token, AID),
    ]
    return Image(
        commands=COMMANDS,
        atr=ATR,
        files=FileTree.of(files),
        pins={},
        keys={key.ref: key},
        challenge_seed=challenge_seed(contents),
    )
