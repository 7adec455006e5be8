"""The canary: an address that no portal has a reason to ask; whoever comes here followed what it should not have.

It stands on the wallet host, another one than the issuer's, and what arrives is entered into the journal like anything
else: masked, under ``canary``.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

PATH = "/simulateur/piege"

blueprint = Blueprint("canary", __name__, url_prefix=PATH)


@blueprint.route("/<name>", methods=["GET", "POST"])
def canary(name: str) -> tuple[Response, int]:
    """Take note, and give nothing."""
    _ = name  # in the journal it is part of the address
    return jsonify(error="not_found", error_description="SIMULATEUR"), 404
