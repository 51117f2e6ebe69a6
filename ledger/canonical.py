"""Canonical JSON, used wherever its bytes are hashed or compared."""

import msgspec

# UTF-8, keys sorted, no spaces: equal content gives equal bytes.
canonical = msgspec.json.Encoder(order="sorted").encode
