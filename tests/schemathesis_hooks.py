"""What schemathesis has to know about media types that are not JSON."""

import schemathesis

# Compact serialisations of RFC 7515 and RFC 7516: ASCII text.
schemathesis.serializer.alias("application/jose", "text/plain")
