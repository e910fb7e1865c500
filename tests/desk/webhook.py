"""A receiver of webhooks for the desk's tests: what it takes was signed, by the judgement of Standard Webhooks' own library.

usage: webhook.py SECRET RECORD
SECRET: a file with the secret. RECORD: a file to which each webhook that is taken is appended, one JSON object a line.
Prints its port.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

secret_file, record = sys.argv[1:]
with open(secret_file, encoding="utf-8") as file:
    webhook = Webhook(file.read().strip())


def is_signed(body, headers):
    try:
        webhook.verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        taken = is_signed(body, headers) and not is_signed(body + " ", headers)
        if taken:
            with open(record, "a", encoding="utf-8") as file:
                file.write(json.dumps({"id": headers["webhook-id"], **json.loads(body)}) + "\n")
        self.send_response(204 if taken else 401)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
