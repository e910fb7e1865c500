"""What is handed over to an EHR or a calendar, read by libraries that others wrote.

    cargo xtask test "hand-over read by others"

builds the example `handover` and pipes its output in here: one JSON object a line.
"""

import json
import sys
from datetime import timezone

from fhir.resources.R4B.bundle import Bundle
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from icalendar import Calendar


def check_fhir(row):
    bundle = Bundle.model_validate_json(row["text"])
    assert bundle.type == "transaction" and bundle.entry
    for entry in bundle.entry:
        assert entry.request.method == "POST" and "=" in entry.request.ifNoneExist
        assert entry.request.url == entry.resource.get_resource_type()


def check_hl7(row):
    text = row["text"]
    message = parse_message(text, validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
    message.validate()
    assert message.msh.msh_12.value == "2.5.1"
    # Written again it is the same, so nothing was read as something else.
    assert message.to_er7().strip("\r") == text.strip("\r")


def check_ical(row):
    calendar = Calendar.from_ical(row["text"])
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == row["title"], event["SUMMARY"]
    assert str(event["LOCATION"]) == row["place"]
    assert event.decoded("DTSTART").astimezone(timezone.utc).isoformat() == "2026-01-05T15:00:00+00:00"
    assert not calendar.errors and not event.errors
    cancelled = calendar["METHOD"] == "CANCEL"
    assert (event["STATUS"] == "CANCELLED") == cancelled
    assert len(event.walk("VALARM")) == (0 if cancelled else 1)


CHECKS = {"fhir": check_fhir, "hl7": check_hl7, "ical": check_ical}
counts = dict.fromkeys(CHECKS, 0)
for line in sys.stdin:
    row = json.loads(line)
    CHECKS[row["kind"]](row)
    counts[row["kind"]] += 1
assert all(counts.values()), counts
print(", ".join(f"{count} {kind}" for kind, count in counts.items()), "read by others")
