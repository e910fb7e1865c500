"""A real MLLP server for the desk's tests: hl7apy's, with the moods that interface engines have.

usage: mllp.py RECORD MOOD
RECORD: a file to which each message that is taken is appended, one JSON object a line.
MOOD:   a file with one word, read at each message: ok (AA), error (AE), reject (AR), drop (takes the message and is gone
        before it answers).
Prints its port.
"""

import json
import os
import sys

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.mllp import AbstractHandler, MLLPServer
from hl7apy.parser import parse_message

record, mood_file = sys.argv[1:]


class Gone(Exception):
    """The connection ends without an answer."""


class Handler(AbstractHandler):
    def reply(self):
        with open(mood_file, encoding="utf-8") as file:
            mood = file.read().strip()
        message = parse_message(self.incoming_message, validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
        message.validate()
        control = message.msh.msh_10.value
        code, words = {"error": ("AE", "no such facility"), "reject": ("AR", "down for maintenance")}.get(mood, ("AA", ""))
        if code == "AA":
            with open(record, "a", encoding="utf-8") as file:
                kind = message.msh.msh_9.value
                file.write(json.dumps({"kind": kind, "control": control, "text": self.incoming_message}) + "\n")
                file.flush()
                os.fsync(file.fileno())
        if mood == "drop":
            raise Gone
        return f"\x0bMSH|^~\\&|EHR||ANTEROOM||20260105150000||ACK|A{control}|T|2.5.1\rMSA|{code}|{control}|{words}\r\x1c\x0d"


class Server(MLLPServer):
    def handle_error(self, request, client_address):
        """A connection that ends is no news."""


kinds = ["ADT^A04^ADT_A01", "SIU^S12^SIU_S12", "SIU^S13^SIU_S12", "SIU^S15^SIU_S12"]
server = Server("127.0.0.1", 0, {kind: (Handler,) for kind in kinds})
print(server.server_address[1], flush=True)
server.serve_forever()
