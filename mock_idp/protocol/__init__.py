"""The honest OpenID Provider: Authlib's server classes, with the seams opened.

Three rules hold in this folder.  Time and randomness come in with the exchange (:mod:`mock_idp.protocol.exchange`);
nothing here reads a clock.  Whatever is about to be said leaves through the exchange's voice, before it is signed or
sent.  No module here knows what a deviation is.
"""

from __future__ import annotations

from mock_idp.protocol.clients import Client
from mock_idp.protocol.exchange import Entropy, Exchange, Reply
from mock_idp.protocol.server import PscServer

__all__ = ["Client", "Entropy", "Exchange", "PscServer", "Reply"]
