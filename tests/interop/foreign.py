"""PyPI `jwcrypto` or `joserfc`: opens and verifies every sample on standard input, then seals and signs
the same content itself, as lines of the same form on standard output. See seal/examples/interop.rs."""

import base64
import json
import sys

ENTRY = {"alg": "RSA-OAEP-256", "enc": "A256GCM"}
CREDENTIAL = {"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "typ": "anteroom-credential"}
BOUND = ["practice", "thread", "entry", "manifest", "version"]
ROUNDS = 700_000


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public(jwk):
    return {name: jwk[name] for name in ["kty", "n", "e", "use", "alg", "kid"]}


class Jwcrypto:
    def __init__(self):
        from jwcrypto import jwa, jwe, jwk, jws
        from jwcrypto.common import JWSEHeaderParameter

        self.jwe, self.jwk, self.jws = jwe, jwk, jws
        # The library's own bound on PBKDF2 rounds is 16,384.
        jwa.default_max_pbkdf2_iterations = 2_000_000
        self.registry = {name: JWSEHeaderParameter(name, True, True, None) for name in BOUND}

    def key(self, jwk):
        key = self.jwk.JWK(**jwk)
        assert key.thumbprint() == jwk["kid"]
        return key

    def passphrase(self, text):
        return self.jwk.JWK.from_password(text)

    def _jwe(self, algorithms, **members):
        return self.jwe.JWE(algs=algorithms, header_registry=self.registry, **members)

    def open(self, text, key, algorithms):
        token = self._jwe(algorithms)
        token.deserialize(text, key)
        return json.loads(token.objects["protected"]), token.payload

    def seal(self, header, content, key):
        token = self._jwe([header["alg"], header["enc"]], plaintext=content, protected=json.dumps(header))
        token.add_recipient(key)
        return token.serialize(compact=True)

    def lock(self, header, content, key):
        header = {**header, "p2c": ROUNDS, "p2s": encode(b"sixteen bytes ok")}
        return self.seal(header, content, key)

    def seal_general(self, header, content, readers):
        token = self._jwe([header["alg"], header["enc"]], plaintext=content, protected=json.dumps(header))
        for kid, key in readers:
            token.add_recipient(key, header=json.dumps({"kid": kid}))
        return token.serialize()

    def open_general(self, text, _kid, key, algorithms):
        return self.open(text, key, algorithms)

    def verify(self, text, key):
        token = self.jws.JWS()
        token.allowed_algs = ["PS256"]
        token.deserialize(text, key)
        return token.jose_header, token.payload

    def sign(self, header, content, key):
        token = self.jws.JWS(content)
        token.add_signature(key, alg="PS256", protected=json.dumps(header))
        return token.serialize(compact=True)


class Joserfc:
    def __init__(self):
        from joserfc import jwe, jwk, jws
        from joserfc._rfc7518.jwe_algs import PBES2HSAlgKeyEncryption
        from joserfc.registry import HeaderParameter

        self.jwe, self.jwk, self.jws = jwe, jwk, jws
        # The library's own bound on PBKDF2 rounds is 300,000, on a ciphertext 64 KiB in base64url.
        PBES2HSAlgKeyEncryption.more_header_registry["p2c"] = HeaderParameter("PBES2 Count", "int", True)
        extra = {name: HeaderParameter(name, "str") for name in ["practice", "thread", "entry"]}
        extra.update({name: HeaderParameter(name, "int") for name in ["manifest", "version"]})
        self.extra = extra

    def key(self, jwk):
        key = self.jwk.RSAKey.import_key(jwk)
        assert key.thumbprint() == jwk["kid"]
        return key

    def passphrase(self, text):
        return self.jwk.OctKey.import_key(text.encode())

    def _registry(self, algorithms, all_recipients=True):
        registry = self.jwe.JWERegistry(self.extra, algorithms, verify_all_recipients=all_recipients)
        registry.max_ciphertext_length = 256 << 10
        return registry

    def open(self, text, key, algorithms):
        token = self.jwe.decrypt_compact(text, key, registry=self._registry(algorithms))
        return token.protected, token.plaintext

    def seal(self, header, content, key):
        return self.jwe.encrypt_compact(header, content, key, registry=self._registry([header["alg"], header["enc"]]))

    def lock(self, header, content, key):
        header = {**header, "p2c": ROUNDS, "p2s": encode(b"sixteen bytes ok")}
        return self.seal(header, content, key)

    def seal_general(self, header, content, readers):
        token = self.jwe.GeneralJSONEncryption(header, content)
        for kid, key in readers:
            token.add_recipient({"kid": kid}, key)
        registry = self._registry([header["alg"], header["enc"]])
        return json.dumps(self.jwe.encrypt_json(token, None, registry=registry))

    def open_general(self, text, kid, key, algorithms):
        # This library wants a key for every recipient: it is given the one that the reader has.
        data = json.loads(text)
        data["recipients"] = [one for one in data["recipients"] if one["header"]["kid"] == kid]
        token = self.jwe.decrypt_json(data, key, registry=self._registry(algorithms))
        return token.protected, token.plaintext

    def _signatures(self):
        registry = self.jws.JWSRegistry(algorithms=["PS256"])
        registry.max_header_length = 2048
        return registry

    def verify(self, text, key):
        token = self.jws.deserialize_compact(text, key, registry=self._signatures())
        return token.protected, token.payload

    def sign(self, header, content, key):
        return self.jws.serialize_compact(header, content, key, registry=self._signatures())


class Answers:
    def __init__(self, library):
        self.library = library

    def keys(self, line):
        pair = lambda jwk: (jwk["kid"], self.library.key(jwk), self.library.key(public(jwk)))
        self.inbox = [pair(json.loads(text)) for text in line["inbox"]]
        self.staff = pair(json.loads(line["staff"]))
        self.signing = pair(json.loads(line["signing"]))
        self.signing_jwk = public(json.loads(line["signing"]))
        self.content = ('{"keys":[' + ",".join(line["inbox"]) + "]}").encode()
        return line

    def entry(self, line):
        kid, private, for_public = self.inbox[line["inbox"]]
        expected = {**ENTRY, "kid": kid, **line["binding"]}
        header, padded = self.library.open(line["text"], private, list(ENTRY.values()))
        assert header == expected, (header, expected)
        plaintext = decode(line["plaintext"])
        assert padded == plaintext.ljust(len(padded), b" ")
        return {**line, "text": self.library.seal(expected, padded, for_public)}

    def signed(self, line):
        kid, private, for_public = self.signing
        expected = {"alg": "PS256", "kid": kid, "typ": line["typ"]}
        if line["embedded"]:
            expected["jwk"] = self.signing_jwk
        header, content = self.library.verify(line["text"], for_public)
        assert header == expected, (header, expected)
        assert content == decode(line["plaintext"])
        return {**line, "text": self.library.sign(expected, content, private)}

    def keyring(self, line):
        expected = {**ENTRY, "typ": "anteroom-keyring", "practice": line["practice"], "version": line["version"]}
        readers = [self.staff, *self.inbox]
        for kid, private, _ in readers:
            header, content = self.library.open_general(line["text"], kid, private, list(ENTRY.values()))
            assert header == expected, (header, expected)
            assert content == self.content
        publics = [(kid, for_public) for kid, _, for_public in readers]
        return {**line, "text": self.library.seal_general(expected, self.content, publics)}

    def credential(self, line):
        key = self.library.passphrase(line["passphrase"])
        algorithms = [CREDENTIAL["alg"], CREDENTIAL["enc"]]
        _, content = self.library.open(line["text"], key, algorithms)
        assert content == decode(line["plaintext"])
        return {**line, "text": self.library.lock(CREDENTIAL, content, key)}


def main():
    answers = Answers({"jwcrypto": Jwcrypto, "joserfc": Joserfc}[sys.argv[1]]())
    for text in sys.stdin:
        line = json.loads(text)
        print(json.dumps(getattr(answers, line["kind"])(line)))


main()
