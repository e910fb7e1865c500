"""A real SMTP server for the desk's tests: aiosmtpd, with the moods that mail servers have.

usage: smtp.py RECORD MOOD
RECORD: a file to which each message that is taken is appended, one JSON object a line.
MOOD:   a file with one word, read at each message: ok, greylist, refuse, drop (takes the message and is gone before it
        answers), lose (is gone without taking it).
Prints its port.
"""

import asyncio
import json
import os
import sys

from aiosmtpd.smtp import SMTP

record, mood_file = sys.argv[1:]
greylisted = set()


def mood():
    with open(mood_file, encoding="utf-8") as file:
        return file.read().strip()


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if mood() == "refuse":
            return "550 5.1.1 no such mailbox"
        if mood() == "greylist" and address not in greylisted:
            greylisted.add(address)
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        now = mood()
        if now == "lose":
            server.transport.abort()
            return "421 gone"
        with open(record, "a", encoding="utf-8") as file:
            text = envelope.content.decode("utf-8", "replace")
            file.write(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "text": text}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if now == "drop":
            server.transport.abort()
        return "250 OK"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
