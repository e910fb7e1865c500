"""Messages that the desk sent, read by libraries that others wrote: dkimpy and icalendar.

usage: mails.py key FILE         makes an RSA key (PKCS #1, PEM) and prints the record of its public half (RFC 6376 3.6.1)
       mails.py read MAILS TXT   MAILS as smtp.py records them, TXT such a record
The second prints for each message a JSON object on a line: whether its signature holds, and each calendar file in it.
"""

import base64
import json
import sys
from email import message_from_bytes, policy

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from icalendar import Calendar


def make_key(file):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    with open(file, "wb") as out:
        out.write(pem)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    print(f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")


def calendars(message):
    for part in message_from_bytes(message, policy=policy.default).walk():
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(part.get_content())
            (event,) = calendar.walk("VEVENT")
            assert not calendar.errors and not event.errors
            assert part["content-type"].params["method"] == calendar["METHOD"], "RFC 6047 2.4"
            yield {
                "method": calendar["METHOD"], "uid": event["UID"], "sequence": event["SEQUENCE"], "status": event["STATUS"],
                "start": event.decoded("DTSTART").isoformat(), "reminders": len(event.walk("VALARM")),
            }


def read(mails, record):
    for line in open(mails, encoding="utf-8"):
        row = json.loads(line)
        message = row["text"].encode()
        holds = dkim.verify(message, dnsfunc=lambda name, timeout=5: record.encode())
        altered = dkim.verify(message + b"One line more.\r\n", dnsfunc=lambda name, timeout=5: record.encode())
        print(json.dumps({"to": row["to"], "signed": holds and not altered, "calendars": list(calendars(message))}))


{"key": make_key, "read": read}[sys.argv[1]](*sys.argv[2:])
