"""How bodies are written that are no JSON."""

import schemathesis


@schemathesis.serializer("application/offset+octet-stream")
def part_of_a_file(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
