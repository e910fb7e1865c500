"""What is handed over to an EHR or a calendar, read by libraries that others wrote.

    cargo xtask test "hand-over read by others"

builds the example `handover` and pipes its output in here: one JSON object a line. Its argument is the folder of R4's
definitions, with US Core's StructureDefinitions in it (5.0.1; of the profiles that a hand-over names, it has Patient).
"""

import json
import os
import sys
import tempfile
from datetime import timezone

from bindings import Terms, hl7_faults
from fhir.resources.R4B.bundle import Bundle
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from icalendar import Calendar
from pyrofile_validator import Validator
from pyrofile_validator.config import ValidatorConfig

PATIENT = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"


def us_core(profiles):
    folder = tempfile.mkdtemp()
    for number, profile in enumerate(json.load(open(profiles, encoding="utf-8"))):
        with open(os.path.join(folder, f"{number}.json"), "w", encoding="utf-8") as file:
            json.dump(profile, file)
    config = {"fhirVersion": "4.0.1", "localPackagePaths": [folder], "profiles": {"Patient": [PATIENT]}, "terminology": {"mode": "off"}}
    return Validator(ValidatorConfig.load_dict(config))


VALIDATOR = us_core(os.path.join(sys.argv[1], "testing/uscore-v5.0.1-structuredefinitions.json"))
TERMS = Terms(sys.argv[1])
# What was looked up: elements of FHIR, fields of version 2.
CODED, FIELDS = set(), set()
# Of these no package may fall silent.
MUST_BE_LOOKED_UP = {
    "Patient.gender",
    "ContactPoint.system",
    "Coverage.status",
    "Coverage.relationship",
    "Consent.status",
    "Consent.scope",
    "Consent.provision.type",
    "Questionnaire.status",
    "Questionnaire.item.type",
    "QuestionnaireResponse.status",
    "ServiceRequest.status",
    "ServiceRequest.intent",
    "Appointment.status",
    "Appointment.participant.status",
    "Communication.status",
    "Provenance.agent.type",
}


def errors(patient):
    found = {(issue.code, issue.path) for issue in VALIDATOR.validate_resource(patient).errors}
    # The validator knows no element of this name below a resource; R4 has it, and fhir.resources has read it.
    found.discard(("element.unknown", "Patient.communication[0].language"))
    # 5.0.1 looks for the reason of an absent name beside the name. From 6 on it is in the name, as it is written here.
    if any("extension" in name for name in patient["name"]):
        found.discard(("profile.invariant.us-core-6", "Patient"))
    return found


def check_us_core(patient):
    assert PATIENT in patient["meta"]["profile"]
    assert not errors(patient), errors(patient)
    for name in ["identifier", "gender"]:
        without = {member: value for member, value in patient.items() if member != name}
        assert ("profile.cardinality.min", f"Patient.{name}") in errors(without), f"the validator does not miss {name}"


def check_fhir(row):
    bundle = Bundle.model_validate_json(row["text"])
    assert bundle.type == "transaction" and bundle.entry
    for entry in bundle.entry:
        assert entry.request.method == "POST" and "=" in entry.request.ifNoneExist
        assert entry.request.url == entry.resource.get_resource_type()
    resources = [entry["resource"] for entry in json.loads(row["text"])["entry"]]
    for resource in resources:
        faults, sure = TERMS.faults(resource)
        assert not faults, faults
        assert not TERMS.unmissed(resource), TERMS.unmissed(resource)
        CODED.update(sure)
    check_us_core(*[resource for resource in resources if resource["resourceType"] == "Patient"])


def check_hl7(row):
    text = row["text"]
    message = parse_message(text, validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
    message.validate()
    assert message.msh.msh_12.value == "2.5.1"
    # Written again it is the same, so nothing was read as something else.
    assert message.to_er7().strip("\r") == text.strip("\r")
    faults, sure = hl7_faults(TERMS, text)
    assert not faults, faults
    assert hl7_faults(TERMS, text.replace("|O\r", "|ZZZ\r"))[0] == [("PV1", 2, 1, "ZZZ")]
    FIELDS.update(sure)


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
assert CODED >= MUST_BE_LOOKED_UP, MUST_BE_LOOKED_UP - CODED
print(f"codes of {len(CODED)} elements and {len(FIELDS)} fields are in their value sets:", ", ".join(sorted(CODED)))
print(", ".join(f"{count} {kind}" for kind, count in counts.items()), "read by others")
