"""Lets most of the generated calls prove themselves, so that they get beyond the first check."""

import json
import os
import zlib

import schemathesis

CREDENTIALS = json.loads(os.environ["TICKET_CENTER_CREDENTIALS"])

# Of so many calls all but one are signed, and all but one are about a conversation that is there.
SIGNED = 4
KNOWN = 3

conversation = None


@schemathesis.hook
def before_call(context, case, kwargs):
    if not isinstance(case.body, dict):
        return
    # By the case itself, so that a seed always makes the same calls.
    number = zlib.crc32(repr((case.path, sorted(case.body.items(), key=repr))).encode())
    if number % SIGNED:
        case.body.update(CREDENTIALS)
    if conversation and number % KNOWN:
        if "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = conversation
        if case.body.get("conversationId") is not None:
            case.body["conversationId"] = conversation


@schemathesis.hook
def after_call(context, case, response):
    global conversation
    if conversation is None and response.status_code == 201:
        conversation = response.json()["conversation"]["id"]
